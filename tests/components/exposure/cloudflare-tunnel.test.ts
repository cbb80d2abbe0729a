import * as pulumi from "@pulumi/pulumi";
import { CloudflareTunnel } from "../../../components/exposure/cloudflare-tunnel";
import { Stack } from "../../../components/stack";
import { deriveSecret } from "../../../planning/secrets";
import type { Plan, PlannedTunnel } from "../../../planning/types";
import { byTunnel, planOf, routed, routedStack, service, system } from "../../support/catalogue";
import { finishMocks, resource, startMocks, tunnelToken } from "../../support/mocks";

const account = "0123456789abcdef0123456789abcdef";
const zone = "fedcba9876543210fedcba9876543210";
const shop = system("shop", {
  web: service({ endpoints: { http: routed({ host: "example.org" }) } }),
  admin: service({
    endpoints: {
      http: {
        ...routed(
          { host: "admin.example.org", access: "operators" },
          { host: "example.org", path: "/x/y", access: "operators" },
          { host: "example.org", path: "/x-y", access: "operators" },
        ),
        role: "dashboard",
      },
    },
  }),
});
const access = { operators: { emails: ["ann@example.org"], domains: ["example.net"] } };
const cloudflare = { account, team: "berth", zones: { "example.org": zone } };

function planned(): Plan & { tunnel: PlannedTunnel } {
  const plan = planOf([shop], [routedStack("prod", { ...byTunnel, access, cloudflare })]);
  if (plan.tunnel === null) throw new Error("no tunnel");
  return { ...plan, tunnel: plan.tunnel };
}

async function tunnelResources() {
  startMocks("prod");
  const { tunnel } = planned();
  const made = new CloudflareTunnel("prod-tunnel", { tunnel, apiToken: pulumi.secret("t") });
  made.publish([]);
  const token = await new Promise((resolve) => made.token.apply(resolve));
  const secret = await pulumi.isSecret(made.token);
  return { all: await finishMocks(), token, secret };
}

const typed = (name: string) => expect.stringMatching(new RegExp(`:${name}$`)) as string;

test("is a tunnel with its configuration, and per host a record, per guarded address an application", async () => {
  const { all } = await tunnelResources();
  expect(all.map(({ type, name }) => ({ type, name }))).toEqual([
    { name: "prod-tunnel", type: "berth:index:CloudflareTunnel" },
    {
      name: "prod-tunnel-application-admin.example.org",
      type: typed("ZeroTrustAccessApplication"),
    },
    { name: "prod-tunnel-application-example.org/x-y", type: typed("ZeroTrustAccessApplication") },
    { name: "prod-tunnel-application-example.org/x/y", type: typed("ZeroTrustAccessApplication") },
    { name: "prod-tunnel-cloudflare", type: "pulumi:providers:cloudflare" },
    { name: "prod-tunnel-config", type: typed("ZeroTrustTunnelCloudflaredConfig") },
    { name: "prod-tunnel-policy-operators", type: typed("ZeroTrustAccessPolicy") },
    { name: "prod-tunnel-record-admin.example.org", type: typed("DnsRecord") },
    { name: "prod-tunnel-record-example.org", type: typed("DnsRecord") },
    { name: "prod-tunnel-tunnel", type: typed("ZeroTrustTunnelCloudflared") },
  ]);
  for (const { name, parent, options } of all.filter(({ type }) =>
    type.startsWith("cloudflare:"),
  )) {
    expect(`${name} ${parent} ${options.provider}`).toBe(
      `${name} prod-tunnel prod-tunnel-cloudflare`,
    );
  }
});

test("gives Cloudflare what the plan says", async () => {
  const { all } = await tunnelResources();
  const inputs = (name: string) => resource(all, `prod-tunnel-${name}`).inputs;
  expect(inputs("cloudflare").apiToken).toBe("[secret]");
  expect(inputs("tunnel")).toEqual({
    accountId: account,
    name: "berth-prod",
    configSrc: "cloudflare",
  });
  const guard = (address: string) => ({
    originRequest: {
      access: {
        ...{ required: true, teamName: "berth" },
        audTags: [`prod-tunnel-application-${address}-audience`],
      },
    },
  });
  const admin = "http://shop-admin-prod:80";
  expect(inputs("config")).toEqual({
    accountId: account,
    tunnelId: "prod-tunnel-tunnel-id",
    config: {
      ingresses: [
        { hostname: "admin.example.org", service: admin, ...guard("admin.example.org") },
        {
          hostname: "example.org",
          service: admin,
          path: "^/x-y(/.*)?$",
          ...guard("example.org/x-y"),
        },
        {
          hostname: "example.org",
          service: admin,
          path: "^/x/y(/.*)?$",
          ...guard("example.org/x/y"),
        },
        { hostname: "example.org", service: "http://shop-web-prod:80" },
        { service: "http_status:404" },
      ],
    },
  });
  expect(inputs("record-admin.example.org")).toEqual({
    ...{ zoneId: zone, name: "admin.example.org", type: "CNAME", proxied: true, ttl: 1 },
    content: "prod-tunnel-tunnel-id.cfargotunnel.com",
  });
  expect(inputs("policy-operators")).toEqual({
    ...{ accountId: account, name: "berth-prod-operators", decision: "allow" },
    sessionDuration: "24h",
    includes: [{ email: { email: "ann@example.org" } }, { emailDomain: { domain: "example.net" } }],
  });
  expect(inputs("application-example.org/x/y")).toEqual({
    ...{ accountId: account, name: "example.org/x/y", domain: "example.org/x/y" },
    ...{ type: "self_hosted", sessionDuration: "24h" },
    policies: [{ id: "prod-tunnel-policy-operators-id", precedence: 1 }],
  });
});

test("a name leads in only once its configuration and every guard stand", async () => {
  const { all } = await tunnelResources();
  for (const host of ["example.org", "admin.example.org"]) {
    expect(resource(all, `prod-tunnel-record-${host}`).options.dependencies).toEqual(
      expect.arrayContaining([
        "prod-tunnel-config",
        "prod-tunnel-application-admin.example.org",
        "prod-tunnel-application-example.org/x/y",
      ]),
    );
  }
});

test("its token is a secret", async () => {
  const { token, secret } = await tunnelResources();
  expect(token).toBe(tunnelToken);
  expect(secret).toBe(true);
});

/** A stack's resources, and the passwords that it puts out. */
async function stackOf(plan: Plan) {
  startMocks("prod");
  const stack = new Stack("prod", {
    ...{ plan, docker: undefined, sources: "/src", rootSecret: pulumi.secret("root") },
    configSecret: (key) => pulumi.secret(`config ${key}`),
    imageOf: (one) => ({ reference: one.image }),
    fileVariables: () => ({}),
  });
  const passwords = await new Promise((resolve) => stack.passwords.apply(resolve));
  const secret = await pulumi.isSecret(stack.passwords);
  return { all: await finishMocks(), passwords, secret };
}

describe("in a stack", () => {
  test("cloudflared has the token as a secret, and comes after the configuration", async () => {
    const { all } = await stackOf(planned());
    const { inputs, opened, options } = resource(all, "prod-edge-cloudflared-container");
    expect(opened.envs).toContain(`TUNNEL_TOKEN=${tunnelToken}`);
    expect(JSON.stringify(inputs)).not.toContain(tunnelToken);
    expect(options.dependencies).toContain("prod-tunnel-config");
    const { opened: provider } = resource(all, "prod-tunnel-cloudflare");
    expect(provider.apiToken).toBe("config cloudflare:apiToken");
  });

  test("nothing else waits for Cloudflare, and without a tunnel there is nothing of it", async () => {
    const { all } = await stackOf(planned());
    const web = resource(all, "prod-shop-web-container");
    expect(web.options.dependencies.filter((name) => name.startsWith("prod-tunnel"))).toEqual([]);
    const { all: without } = await stackOf(planOf([shop], [routedStack()]));
    expect(without.filter(({ type }) => /cloudflare/i.test(type))).toEqual([]);
  });

  test("passwords of access rules are put out as a secret, by rule and user", async () => {
    const access = { operators: { basicAuth: ["ann"] }, idle: { basicAuth: ["eve"] } };
    const secretVersions = { "edge/access/operators/ann": 2 };
    const { passwords, secret, all } = await stackOf(
      planOf([shop], [routedStack("prod", { access, secretVersions })]),
    );
    const ann = deriveSecret("root", "edge/access/operators/ann", 2, 32);
    expect(passwords).toEqual({
      "operators/ann": ann,
      "edge/traefik": deriveSecret("root", "edge/access/edge/traefik", 1, 32),
    });
    expect(secret).toBe(true);
    // Traefik has a hash of it and never the password itself.
    expect(JSON.stringify(all.map(({ opened }) => opened))).not.toContain(ann);
  });
});
