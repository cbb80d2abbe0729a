import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { toApi } from "../../../offline/engine/cloudflare-provider/names";
import { KINDS } from "../../../offline/engine/cloudflare-provider/kinds";
import { cloudflareProvider } from "../../../offline/engine/cloudflare-provider/provider";
import type { Shape } from "../../../offline/engine/provider-server/check";
import type {
  Provider,
  Recorded,
  ResourceType,
} from "../../../offline/engine/provider-server/resource-type";
import { type Props, unwrap } from "../../../offline/engine/provider-server/wire";
import { type CloudflareApi, startCloudflareApi } from "../../support/cloudflare-api";

const MODULES = join(__dirname, "../../../node_modules");
const TOKEN = "t".repeat(40);
const ACCOUNT = "a1";
const ZONE = { id: "z1", name: "example.com" };

let api: CloudflareApi;
let provider: Provider;

beforeEach(async () => {
  api = await startCloudflareApi({ token: TOKEN, account: ACCOUNT, zones: [ZONE] });
  provider = await configured({ apiToken: TOKEN, baseUrl: api.url });
});

afterEach(() => api.close());

async function configured(config: Props): Promise<Provider> {
  const made = cloudflareProvider();
  await made.configure(config);
  return made;
}

function type(name: string): ResourceType {
  const found = Object.entries(provider.types).find(([token]) => token.endsWith(`:${name}`))?.[1];
  if (!found) throw new Error(name);
  return found;
}

async function create(name: string, inputs: Props): Promise<{ id: string } & Recorded> {
  expect(type(name).check(inputs)).toEqual([]);
  return { inputs, ...(await type(name).create(inputs, new AbortController().signal)) };
}

const TUNNEL = { accountId: ACCOUNT, name: "berth", configSrc: "cloudflare" };

function record(name: string, content = "one.cfargotunnel.com") {
  return { zoneId: ZONE.id, name, type: "CNAME", content, proxied: true, ttl: 1 };
}

function asked(): string[] {
  return api.requests.map(({ method, path, status }) => `${method} ${path} ${status}`);
}

async function everything() {
  const tunnel = await create("ZeroTrustTunnelCloudflared", TUNNEL);
  const config = await create("ZeroTrustTunnelCloudflaredConfig", {
    accountId: ACCOUNT,
    tunnelId: tunnel.id,
    config: {
      ingresses: [
        {
          hostname: "app.example.com",
          service: "http://web:80",
          originRequest: {
            noTlsVerify: true,
            access: { required: true, teamName: "team", audTags: ["x"] },
          },
        },
        { service: "http_status:404" },
      ],
    },
  });
  const dns = await create("DnsRecord", record("app.example.com"));
  const policy = await create("ZeroTrustAccessPolicy", {
    ...{ accountId: ACCOUNT, name: "staff", decision: "allow", sessionDuration: "24h" },
    includes: [{ emailDomain: { domain: "example.com" } }],
  });
  const application = await create("ZeroTrustAccessApplication", {
    ...{ accountId: ACCOUNT, name: "app", type: "self_hosted", domain: "app.example.com" },
    ...{ sessionDuration: "24h", policies: [{ id: policy.id, precedence: 1 }] },
  });
  return {
    ZeroTrustTunnelCloudflared: tunnel,
    ZeroTrustTunnelCloudflaredConfig: config,
    DnsRecord: dns,
    ZeroTrustAccessPolicy: policy,
    ZeroTrustAccessApplication: application,
  };
}

test("creates by the documented requests, bodies in the API's words, and gives the typed outputs", async () => {
  const made = await everything();
  const [tunnel, , , policy] = Object.values(made);
  expect(api.requests.map(({ method, path, body }) => [method, path, body])).toEqual([
    ["POST", "/accounts/a1/cfd_tunnel", { name: "berth", config_src: "cloudflare" }],
    [
      "PUT",
      `/accounts/a1/cfd_tunnel/${tunnel?.id}/configurations`,
      {
        config: {
          ingress: [
            {
              hostname: "app.example.com",
              service: "http://web:80",
              originRequest: {
                noTLSVerify: true,
                access: { required: true, teamName: "team", audTag: ["x"] },
              },
            },
            { service: "http_status:404" },
          ],
        },
      },
    ],
    [
      "POST",
      "/zones/z1/dns_records",
      {
        ...{ name: "app.example.com", type: "CNAME", content: "one.cfargotunnel.com" },
        ...{ proxied: true, ttl: 1 },
      },
    ],
    [
      "POST",
      "/accounts/a1/access/policies",
      {
        ...{ name: "staff", decision: "allow", session_duration: "24h" },
        include: [{ email_domain: { domain: "example.com" } }],
      },
    ],
    [
      "POST",
      "/accounts/a1/access/apps",
      {
        ...{ name: "app", type: "self_hosted", domain: "app.example.com" },
        ...{ session_duration: "24h", policies: [{ id: policy?.id, precedence: 1 }] },
        ...{ app_launcher_visible: true, http_only_cookie_attribute: true },
      },
    ],
  ]);
  expect(tunnel?.state).toMatchObject({
    ...{ accountTag: "a1", status: "inactive", remoteConfig: true, tunType: "cfd_tunnel" },
    ...{ connections: [], metadata: "{}" },
  });
  expect(made.ZeroTrustTunnelCloudflaredConfig).toMatchObject({
    id: tunnel?.id,
    state: { version: 1, source: "cloudflare" },
  });
  expect(made.ZeroTrustAccessApplication.state["aud"]).toMatch(/^[0-9a-f]{64}$/);
});

test("what was made reads back without a change, and with an import's id", async () => {
  const made = await everything();
  for (const [name, { id, inputs, state }] of Object.entries(made)) {
    const found = await type(name).read(id, { inputs, state });
    expect([name, found?.inputs, found?.state]).toEqual([name, inputs, state]);
    expect(type(name).diff({ inputs, state }, inputs).changes).toEqual([]);
  }
  const imported = await type("DnsRecord").read(`z1/${made.DnsRecord.id}`, {});
  expect(imported).toMatchObject({ id: made.DnsRecord.id, inputs: made.DnsRecord.inputs });
  const app = await type("ZeroTrustAccessApplication").read(
    `accounts/a1/${made.ZeroTrustAccessApplication.id}`,
    {},
  );
  expect(app?.inputs["domain"]).toBe("app.example.com");
});

test("what was changed or removed elsewhere is seen, a deleted tunnel by its date", async () => {
  const made = await everything();
  const { DnsRecord: dns, ZeroTrustTunnelCloudflaredConfig: config } = made;
  await api.call("PUT", `/accounts/a1/cfd_tunnel/${config.id}/configurations`, {
    config: { ingress: [{ service: "http_status:503" }] },
  });
  const drifted = await type("ZeroTrustTunnelCloudflaredConfig").read(config.id, config);
  expect(drifted?.inputs["config"]).toEqual({ ingresses: [{ service: "http_status:503" }] });

  await api.call("DELETE", `/zones/z1/dns_records/${dns.id}`);
  expect(await type("DnsRecord").read(dns.id, dns)).toBeUndefined();
  const tunnel = made.ZeroTrustTunnelCloudflared;
  await api.call("DELETE", `/accounts/a1/cfd_tunnel/${tunnel.id}`);
  const answer = await api.call("GET", `/accounts/a1/cfd_tunnel/${tunnel.id}`);
  expect(answer.status).toBe(200);
  expect(await type("ZeroTrustTunnelCloudflared").read(tunnel.id, tunnel)).toBeUndefined();
});

test.each([
  ["ZeroTrustTunnelCloudflared", { accountId: "a2" }, true],
  ["ZeroTrustTunnelCloudflared", { configSrc: "local" }, true],
  ["ZeroTrustTunnelCloudflared", { name: "other" }, false],
  ["ZeroTrustTunnelCloudflared", { tunnelSecret: "s" }, false],
  ["ZeroTrustTunnelCloudflaredConfig", { tunnelId: "t2" }, true],
  ["ZeroTrustTunnelCloudflaredConfig", { config: { ingresses: [] } }, false],
  ["DnsRecord", { zoneId: "z2" }, true],
  ["DnsRecord", { name: "b.example.com" }, false],
  ["DnsRecord", { content: "two.cfargotunnel.com" }, false],
  ["ZeroTrustAccessPolicy", { accountId: "a2" }, true],
  ["ZeroTrustAccessPolicy", { includes: [{ everyone: {} }] }, false],
  ["ZeroTrustAccessApplication", { accountId: "a2" }, true],
  ["ZeroTrustAccessApplication", { domain: "b.example.com" }, false],
])("%s: %j replaces: %s", (name, change, replace) => {
  const inputs = { accountId: "a1", zoneId: "z1", tunnelId: "t1", configSrc: "cloudflare" };
  const plan = type(name).diff({ inputs, state: {} }, { ...inputs, ...change });
  const [property] = Object.keys(change);
  expect(plan.changes.map((one) => [one.property, one.replace])).toEqual([[property, replace]]);
  expect(plan.deleteBeforeReplace).toBe(false);
});

test("defaults made explicit and lists in another order are no change", () => {
  const none = (name: string, old: Props, news: Props) =>
    expect(type(name).diff({ inputs: old, state: {} }, news).changes).toEqual([]);
  none("ZeroTrustTunnelCloudflared", {}, { configSrc: "local" });
  none("ZeroTrustAccessApplication", {}, { appLauncherVisible: true });
  const [a, b] = [{ email: { email: "a@x.com" } }, { email: { email: "b@x.com" } }];
  none("ZeroTrustAccessPolicy", { includes: [a, b] }, { includes: [b, a] });
});

test("updates send a tunnel's change alone, and everything else whole", async () => {
  const made = await everything();
  api.requests.length = 0;
  const update = (name: keyof typeof made, change: Props) => {
    const { id, inputs, state } = made[name];
    return type(name).update(id, { inputs, state }, { ...inputs, ...change });
  };
  const tunnel = await update("ZeroTrustTunnelCloudflared", { name: "berth-2" });
  expect(tunnel["name"]).toBe("berth-2");
  await update("DnsRecord", { content: "two.cfargotunnel.com" });
  await update("ZeroTrustAccessApplication", { name: "app-2" });
  expect(api.requests.map(({ method, body }) => [method, body])).toMatchObject([
    ["PATCH", { name: "berth-2" }],
    ["PUT", { name: "app.example.com", content: "two.cfargotunnel.com", ttl: 1 }],
    ["PUT", { name: "app-2", domain: "app.example.com", app_launcher_visible: true }],
  ]);
  expect(Object.keys(api.requests[0]?.body as Props)).toEqual(["name"]);
});

test("deletes by one request each, a configuration by none and a missing thing without complaint", async () => {
  const made = await everything();
  api.requests.length = 0;
  const order = [
    "ZeroTrustAccessApplication",
    "ZeroTrustAccessPolicy",
    "DnsRecord",
    "DnsRecord",
    "ZeroTrustTunnelCloudflaredConfig",
    "ZeroTrustTunnelCloudflared",
  ] as const;
  for (const name of order) await type(name).delete(made[name].id, made[name].state);
  expect(asked().map((line) => line.replace(/[0-9a-f-]{32,36}/, "ID"))).toEqual([
    "DELETE /accounts/a1/access/apps/ID 202",
    "DELETE /accounts/a1/access/policies/ID 202",
    "DELETE /zones/z1/dns_records/ID 200",
    "DELETE /zones/z1/dns_records/ID 404",
    "DELETE /accounts/a1/cfd_tunnel/ID 200",
  ]);
  expect(type("ZeroTrustTunnelCloudflaredConfig").warnings?.delete).toMatch(/cannot be destroyed/);
});

test("the token of a tunnel is a function's result and secret", async () => {
  const { id } = await create("ZeroTrustTunnelCloudflared", TUNNEL);
  const [call] = Object.values(provider.functions);
  const result = (await call?.({ accountId: ACCOUNT, tunnelId: id })) as Props;
  expect(Object.keys(result["token"] as Props)).toHaveLength(2);
  const plain = unwrap(result) as Record<string, string>;
  const token = JSON.parse(Buffer.from(plain["token"] ?? "", "base64").toString()) as Props;
  expect(token).toMatchObject({ a: ACCOUNT, t: id, s: expect.any(String) as string });
});

test("a refusal fails at once and tells method, URL, status and what the API said", async () => {
  provider = await configured({ apiToken: "x".repeat(40), baseUrl: api.url });
  await expect(create("ZeroTrustTunnelCloudflared", TUNNEL)).rejects.toThrow(
    `POST "${api.url}/accounts/a1/cfd_tunnel": 403 {"success":false,"errors":[{"code":9109,"message":"Unauthorized to access requested resource"}]`,
  );
  expect(asked()).toEqual(["POST /accounts/a1/cfd_tunnel 403"]);
});

test("an answer that is no JSON is told too", async () => {
  const proxy = createServer((_request, response) => response.writeHead(404).end("not here"));
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  provider = await configured({ apiToken: TOKEN, baseUrl: `${baseUrl}/` });
  await expect(create("ZeroTrustTunnelCloudflared", TUNNEL)).rejects.toThrow(
    `POST "${baseUrl}/accounts/a1/cfd_tunnel": 404 not here`,
  );
  proxy.closeAllConnections();
  proxy.close();
});

test.each([429, 500])(
  "%i is tried eleven times in all, as soon as retry-after allows",
  async (status) => {
    // Between 0 and 1 millisecond: the client takes the header's word.
    api.fail({ status, times: 11, retryAfter: 0.001 });
    await expect(create("ZeroTrustTunnelCloudflared", TUNNEL)).rejects.toThrow(
      new RegExp(`^POST "http.*/cfd_tunnel": ${status} .*"code"`),
    );
    expect(asked()).toHaveLength(11);
    await create("ZeroTrustTunnelCloudflared", TUNNEL);
  },
);

test("the token and the address come from the configuration or the environment, and are checked", async () => {
  const { CLOUDFLARE_API_TOKEN, CLOUDFLARE_BASE_URL } = process.env;
  try {
    delete process.env["CLOUDFLARE_API_TOKEN"];
    await expect(configured({})).rejects.toThrow(/there is no API token; set cloudflare:apiToken/);
    await expect(configured({ apiToken: "short" })).rejects.toThrow(/must be 40 to 80 characters/);
    process.env["CLOUDFLARE_API_TOKEN"] = TOKEN;
    process.env["CLOUDFLARE_BASE_URL"] = api.url;
    provider = await configured({});
    await create("ZeroTrustTunnelCloudflared", TUNNEL);
  } finally {
    for (const [name, value] of Object.entries({ CLOUDFLARE_API_TOKEN, CLOUDFLARE_BASE_URL })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
  expect(provider.checkConfig({ apiToken: "short", apiKey: "k" })).toEqual([
    { property: "apiKey", reason: "is not a property that this plugin knows" },
    { property: "apiToken", reason: expect.stringContaining("40 to 80") as string },
  ]);
});

test("check refuses what the official plugin refuses", () => {
  const reasons = (name: string, inputs: Props) =>
    type(name)
      .check(inputs)
      .map(({ property, reason }) => `${property} ${reason}`);
  expect(reasons("ZeroTrustTunnelCloudflared", { ...TUNNEL, configSrc: "remote" })).toEqual([
    "configSrc remote is not one of local, cloudflare",
  ]);
  expect(reasons("DnsRecord", { zoneId: "z1", name: "a.example.com", type: "CNAM" })).toEqual([
    "ttl is required",
  ]);
  expect(reasons("ZeroTrustAccessApplication", { name: "x" })).toEqual([
    "accountId give one of accountId and zoneId",
  ]);
});

/** The property names of an `…Args` interface of @pulumi/cloudflare. */
function argsOf(token: string): string[] {
  const [, path = "", name = ""] = /index\/(\w+):(\w+)/.exec(token) ?? [];
  const text = readFileSync(join(MODULES, "@pulumi/cloudflare", `${path}.d.ts`), "utf8");
  const body = text.slice(text.indexOf(`export interface ${name}Args {`));
  const own = body.slice(0, body.indexOf("\n}"));
  return [...own.matchAll(/^ {4}(\w+)\??: /gm)].map(([, key]) => key ?? "").sort();
}

function outputsOf(token: string): string[] {
  const [, path = ""] = /index\/(\w+):/.exec(token) ?? [];
  const text = readFileSync(join(MODULES, "@pulumi/cloudflare", `${path}.d.ts`), "utf8");
  return [...text.matchAll(/^ {4}readonly (\w+): pulumi.Output/gm)].map(([, key]) => key ?? "");
}

/** Typed inputs that nothing of Berth's leads to; the plugin refuses them by name. */
const LEFT_OUT = new Set([
  ...["appLauncherLogoUrl", "bgColor", "connectionRules", "footerLinks", "headerBgColor"],
  ...["includeShadowMetadata", "landingPageDesign", "mfaConfig", "oauthConfiguration"],
  ...["readServiceTokensFromHeader", "saasApp", "scimConfig", "skipAppLauncherLoginPage"],
  "targetCriterias",
]);

test.each(Object.entries(KINDS))("%s knows the typed inputs and outputs", (token, kind) => {
  const typed = argsOf(token).filter((key) => !LEFT_OUT.has(key));
  expect(typed.length).toBeGreaterThan(3);
  expect(Object.keys(kind.semantics).sort()).toEqual(typed);
  const { object } = kind.shape as { object: Record<string, Shape> };
  expect(Object.keys(object).sort()).toEqual(typed);
  const outputs = [...typed, ...kind.outputs].sort();
  expect(outputs).toEqual(
    outputsOf(token)
      .filter((key) => !LEFT_OUT.has(key))
      .sort(),
  );
});

test("a tunnel's options have the names that Cloudflare's library types", () => {
  const folder = join(MODULES, "cloudflare/resources/zero-trust/tunnels/cloudflared");
  const text = readFileSync(join(folder, "configurations.d.ts"), "utf8");
  const { object } = KINDS[
    "cloudflare:index/zeroTrustTunnelCloudflaredConfig:ZeroTrustTunnelCloudflaredConfig"
  ].shape as { object: { config: { object: { originRequest: { object: Props } } } } };
  const options = Object.keys(object.config.object.originRequest.object);
  const named = toApi({ config: Object.fromEntries(options.map((key) => [key, 1])) });
  expect(options.length).toBeGreaterThan(10);
  for (const key of Object.keys(named["config"] as Props)) {
    expect(text).toMatch(new RegExp(`^ +${key}\\??: `, "m"));
  }
});
