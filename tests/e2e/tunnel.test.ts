import { spawnSync } from "node:child_process";
import { startCloudflareApi, type ApiRequest, type CloudflareApi } from "../support/cloudflare-api";
import { bridgeAddress } from "../support/bridge-address";
import type { Plan } from "../../planning/types";
import { createCheckout, type Checkout } from "./support/checkout";
import { docker, eventually } from "./support/docker";
import { openSockets } from "./support/sockets";
import { bringUp, clearAway, planHere } from "./support/stack";

const account = "0123456789abcdef0123456789abcdef";
const zone = { id: "fedcba9876543210fedcba9876543210", name: "vedanta.systems" };
const token = "an-api-token-of-the-tests-in-a-tokens-form-00";

let checkout: Checkout;
let api: CloudflareApi;
let before: string[];
let volumes: Plan["volumes"] = [];

beforeAll(async () => {
  checkout = await createCheckout();
  api = await startCloudflareApi({
    ...{ token, account, zones: [zone] },
    advertise: await bridgeAddress(docker),
  });
  checkout.env.CLOUDFLARE_API_TOKEN = token;
  checkout.env.CLOUDFLARE_BASE_URL = api.url;
  checkout.configure("prod", {
    systems: ["luv"],
    standIns: true,
    exposure: { public: "cloudflareTunnel", dashboard: "hostPort" },
    access: { operators: { emails: ["operator@vedanta.systems"], domains: ["luv.example"] } },
    cloudflare: { account, zones: { [zone.name]: zone.id }, team: "luv" },
  });
  before = openSockets();
});

afterAll(async () => {
  await clearAway(checkout, "prod", volumes);
  await api.close();
});

/** What was asked of the API since the last call, reads left out: "POST /zones/Z/dns_records". */
function changes(): (CloudflareApi["requests"][number] & { what: string })[] {
  const seen = api.requests.splice(0).filter(({ method }) => method !== "GET");
  return seen.map((request) => {
    const path = request.path
      .replaceAll(account, "A")
      .replaceAll(zone.id, "Z")
      .replace(/[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}/g, "ID");
    return { ...request, what: `${request.method} ${path}` };
  });
}

const whats = (requests: { what: string }[]) => requests.map(({ what }) => what);

const dagster = {
  plain: 'web: { port: 3070, role: "dashboard", slot: 0, published: { dev: 4100, prod: 3100 } }',
  routed:
    'web: { port: 3070, role: "dashboard", slot: 0, published: { dev: 4100, prod: 3100 }, routes: { prod: [{ host: "dagster.vedanta.systems", access: "operators" }] } }',
};

const idOf = async (container: string) => (await docker.getContainer(container).inspect()).Id;

test("what is missing of the account is told at once, before anything changes", async () => {
  checkout.configure("prod", { cloudflare: { account: "account-id-of-32-hex-digits" } });
  delete checkout.env.CLOUDFLARE_API_TOKEN;
  const { exitCode, stderr } = await checkout.berth("up", "prod", "--install", "--yes");
  checkout.env.CLOUDFLARE_API_TOKEN = token;
  checkout.configure("prod", {
    cloudflare: { account, zones: { [zone.name]: zone.id }, team: "luv" },
  });
  expect(exitCode).toBe(1);
  expect(stderr.split("\n").filter((line) => /cloudflare/.test(line))).toEqual([
    "Pulumi.prod.yaml.cloudflare.account: 'account-id-of-32-hex-digits' is not an account id of 32 hexadecimal digits; give it the account id that the Cloudflare dashboard shows",
    "Pulumi.prod.yaml.cloudflare.zones.vedanta.systems: is missing, the zone's id; give it the zone id that the zone's overview in the Cloudflare dashboard shows",
    'cloudflare:apiToken: is missing, which edge/cloudflared needs; run: eval "$(./berth env prod)" && pulumi config set --secret cloudflare:apiToken --stack prod (or set CLOUDFLARE_API_TOKEN)',
  ]);
  expect(api.requests).toEqual([]);
  expect(await docker.listContainers({ all: true })).toEqual([]);
});

describe("errors of the API leave a state from which the next up converges", () => {
  const up = () => checkout.berth("up", "prod", "--yes");

  test("a refused token", async () => {
    checkout.env.CLOUDFLARE_API_TOKEN = `${token}-of-somebody-else`;
    const { exitCode, stdout, stderr } = await up();
    checkout.env.CLOUDFLARE_API_TOKEN = token;
    expect(exitCode).toBe(1);
    expect(stdout + stderr).toMatch(/POST .*cfd_tunnel.*403/);
    expect(stdout + stderr).not.toContain(token);
    expect(api.tunnels()).toEqual([]);
  });

  test.each([429, 500])("%i for longer than it is tried again", async (status) => {
    const when = ({ method, path }: ApiRequest) =>
      method === "POST" && path.endsWith("dns_records");
    api.fail({ status, times: 11, retryAfter: 1, when });
    const { exitCode, stdout, stderr } = await up();
    expect(exitCode).toBe(1);
    expect(stdout + stderr).toMatch(new RegExp(`POST .*dns_records.*${status}`));
    expect(api.records()).toEqual([]);
  });
});

test("up makes the tunnel, its configuration and its record, in this order", async () => {
  api.requests.splice(0);
  await bringUp(checkout, "prod");
  volumes = (await planHere(checkout, "prod")).volumes;
  // The tunnel was made before the record failed: that is all that was left to do.
  expect(whats(changes())).toEqual(["POST /zones/Z/dns_records"]);
  const [tunnel] = api.tunnels() as { id: string; name: string }[];
  expect(tunnel?.name).toBe("berth-prod");
  expect(api.ingress(tunnel?.id ?? "")).toEqual([
    { hostname: "vedanta.systems", service: "http://vedanta-systems-prod:3000" },
    { service: "http_status:404" },
  ]);
  expect(api.records()).toMatchObject([
    {
      ...{ name: "vedanta.systems", type: "CNAME", proxied: true, ttl: 1 },
      content: `${tunnel?.id}.cfargotunnel.com`,
    },
  ]);
});

test("a visitor gets the service's own answer through the tunnel", async () => {
  const { status, body } = await eventually(async () => {
    const visit = await api.visit("vedanta.systems");
    if (visit.status !== 200) throw new Error(`${visit.status} ${visit.body}`);
    return visit;
  });
  expect(status).toBe(200);
  expect(body).toContain("luv/vedanta-systems");
});

test("nothing on this host listens on more than the loopback", () => {
  expect(openSockets().filter((socket) => !before.includes(socket))).toEqual([]);
});

test("a second up has nothing to change, and changes nothing", async () => {
  expect(await bringUp(checkout, "prod")).toContain("Nothing to change.");
  expect(changes()).toEqual([]);
});

test("the token is in no container but cloudflared's, and nowhere in the clear", async () => {
  const environmentOf = async (name: string) =>
    (await docker.getContainer(name).inspect()).Config.Env.join("\n");
  const own = /TUNNEL_TOKEN=(\S+)/.exec(await environmentOf("cloudflared-prod"))?.[1] ?? "";
  expect(own.length).toBeGreaterThan(40);
  const containers = await docker.listContainers({ all: true });
  for (const { Names } of containers) {
    const name = Names[0]?.slice(1) ?? "";
    if (name === "cloudflared-prod") continue;
    expect(await environmentOf(name)).not.toContain(own);
  }
  const search = spawnSync("grep", ["-rlF", own, checkout.env.XDG_STATE_HOME ?? ""], {
    encoding: "utf8",
  });
  expect(search.stdout).toBe("");
  expect(search.status).toBe(1); // grep found nothing, and could read all of it
});

describe("a dashboard with an access rule", () => {
  test("gets its guard before its name", async () => {
    checkout.edit("config/systems/luv.ts", dagster.plain, dagster.routed);
    checkout.configure("prod", {
      exposure: {
        ...{ public: "cloudflareTunnel", dashboard: "hostPort" },
        services: { "luv/dagster-webserver": { dashboard: "cloudflareTunnel" } },
      },
    });
    const site = await idOf("vedanta-systems-prod");
    await bringUp(checkout, "prod");
    expect(await idOf("vedanta-systems-prod")).toBe(site);
    const requests = changes();
    expect(whats(requests)).toEqual([
      "POST /accounts/A/access/policies",
      "POST /accounts/A/access/apps",
      "PUT /accounts/A/cfd_tunnel/ID/configurations",
      "POST /zones/Z/dns_records",
    ]);
    expect(requests[0]?.body).toMatchObject({
      decision: "allow",
      include: [
        { email: { email: "operator@vedanta.systems" } },
        { email_domain: { domain: "luv.example" } },
      ],
    });
    const [application] = api.applications() as { aud: string }[];
    const [tunnel] = api.tunnels() as { id: string }[];
    expect(api.ingress(tunnel?.id ?? "")[0]).toMatchObject({
      hostname: "dagster.vedanta.systems",
      service: "http://dagster-webserver-prod:3070",
      originRequest: { access: { required: true, teamName: "luv", audTag: [application?.aud] } },
    });
  });

  test("lets in who may pass, and nobody else", async () => {
    const visit = (email?: string) =>
      api.visit("dagster.vedanta.systems", "/", email === undefined ? {} : { email });
    expect((await visit()).status).not.toBe(200);
    expect((await visit("somebody@elsewhere.example")).status).not.toBe(200);
    const { body } = await eventually(async () => {
      const answer = await visit("operator@vedanta.systems");
      if (answer.status !== 200) throw new Error(answer.body);
      return answer;
    });
    expect(body).toContain("luv/dagster-webserver");
  });

  test("is gone when its route is", async () => {
    checkout.edit("config/systems/luv.ts", dagster.routed, dagster.plain);
    checkout.configure("prod", { exposure: { public: "cloudflareTunnel", dashboard: "hostPort" } });
    await bringUp(checkout, "prod");
    const removed = whats(changes());
    expect(removed.slice().sort()).toEqual([
      "DELETE /accounts/A/access/apps/ID",
      "DELETE /accounts/A/access/policies/ID",
      "DELETE /zones/Z/dns_records/ID",
      "PUT /accounts/A/cfd_tunnel/ID/configurations",
    ]);
    expect(removed.indexOf("DELETE /zones/Z/dns_records/ID")).toBeLessThan(
      removed.indexOf("DELETE /accounts/A/access/apps/ID"),
    );
    await expect(api.visit("dagster.vedanta.systems")).rejects.toThrow("does not resolve");
  });
});

test("another host name of a service restarts neither it nor cloudflared", async () => {
  const containers = ["vedanta-systems-prod", "cloudflared-prod"];
  const ids = await Promise.all(containers.map(idOf));
  checkout.edit(
    "config/systems/luv.ts",
    'prod: [{ host: "vedanta.systems" }]',
    'prod: [{ host: "vedanta.systems" }, { host: "www.vedanta.systems" }]',
  );
  await bringUp(checkout, "prod");
  expect(whats(changes())).toEqual([
    "PUT /accounts/A/cfd_tunnel/ID/configurations",
    "POST /zones/Z/dns_records",
  ]);
  expect(await Promise.all(containers.map(idOf))).toEqual(ids);
  const body = await eventually(async () => (await api.visit("www.vedanta.systems")).body);
  expect(body).toContain("luv/vedanta-systems");
});

test("down stops cloudflared before it deletes the tunnel, and leaves nothing at Cloudflare", async () => {
  const { exitCode, stdout, stderr } = await checkout.berth("down", "prod", "--yes");
  expect(`${exitCode} ${exitCode === 0 ? "" : stdout + stderr}`).toBe("0 ");
  const requests = changes();
  // The API refuses to delete a tunnel with connections.
  expect(requests.filter(({ status }) => Number(status) >= 400)).toEqual([]);
  expect(whats(requests)).toEqual([
    "DELETE /zones/Z/dns_records/ID",
    "DELETE /zones/Z/dns_records/ID",
    "DELETE /accounts/A/cfd_tunnel/ID",
  ]);
  expect([...api.tunnels(), ...api.records(), ...api.applications()]).toEqual([]);
});
