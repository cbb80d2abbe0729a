/**
 * The offline engine with its Cloudflare plugin against an API server on the loopback: the real CLI
 * runs a small program. Needs no Docker.
 */
import { type CloudflareApi, startCloudflareApi } from "../support/cloudflare-api";
import { EngineProject } from "./support/engine-project";

const TOKEN = "canary-token-".padEnd(40, "x");
const TUNNELS = "/accounts/a1/cfd_tunnel";

let api: CloudflareApi;
let project: EngineProject;

beforeEach(async () => {
  const zones = [{ id: "z1", name: "example.com" }];
  api = await startCloudflareApi({ token: TOKEN, account: "a1", zones });
  project = await EngineProject.create({
    CLOUDFLARE_BASE_URL: api.url,
    CLOUDFLARE_API_TOKEN: TOKEN,
  });
});

afterEach(async () => {
  await project.remove();
  await api.close();
});

/** A tunnel with these hosts, the first one behind Access. */
function program(...hosts: string[]): string {
  return `
    const hosts = ${JSON.stringify(hosts)};
    const accountId = "a1";
    const tunnel = new cloudflare.ZeroTrustTunnelCloudflared("tunnel", {
      accountId, name: "berth", configSrc: "cloudflare" });
    const config = new cloudflare.ZeroTrustTunnelCloudflaredConfig("config", {
      accountId, tunnelId: tunnel.id, config: { ingresses: [
        ...hosts.map((hostname) => ({ hostname, service: "http://web:80" })),
        { service: "http_status:404" } ] } });
    const records = hosts.map((name) => new cloudflare.DnsRecord(name, { zoneId: "z1", name,
      type: "CNAME", content: pulumi.interpolate\`\${tunnel.id}.cfargotunnel.com\`, proxied: true, ttl: 1,
    }, { dependsOn: config }));
    const policy = new cloudflare.ZeroTrustAccessPolicy("policy", { accountId, name: "staff",
      decision: "allow", sessionDuration: "24h", includes: [{ emailDomain: { domain: "example.com" } }],
    }, { dependsOn: records });
    const app = new cloudflare.ZeroTrustAccessApplication("app", { accountId, name: "app",
      type: "self_hosted", domain: hosts[0], sessionDuration: "24h",
      policies: [{ id: policy.id, precedence: 1 }] });
    const { token } = cloudflare.getZeroTrustTunnelCloudflaredTokenOutput({ accountId, tunnelId: tunnel.id });
    exports.token = pulumi.secret(token);
    exports.aud = app.aud;
  `;
}

/** The requests since the last look, ids left out. */
function asked(): string[] {
  return api.requests
    .splice(0)
    .map(({ method, path }) => `${method} ${path.replace(/[0-9a-f-]{32,36}/, "ID")}`);
}

const READ_TOKEN = `GET ${TUNNELS}/ID/token`;

test("creates, finds nothing to do, adds and removes a host, and destroys, by these requests", async () => {
  const output = await project.up(program("app.example.com"));
  expect(output).toMatch(/warning: This resource cannot be destroyed/);
  const made = asked();
  // The token is read as soon as there is a tunnel, beside everything else.
  expect(made).toContain(READ_TOKEN);
  expect(made.filter((line) => line !== READ_TOKEN)).toEqual([
    `POST ${TUNNELS}`,
    `PUT ${TUNNELS}/ID/configurations`,
    "POST /zones/z1/dns_records",
    "POST /accounts/a1/access/policies",
    "POST /accounts/a1/access/apps",
  ]);
  const [tunnel] = api.tunnels();
  const outputs = await project.outputs();
  expect(outputs).toEqual({ token: "[secret]", aud: api.applications()[0]?.["aud"] });

  // What cloudflared's connection changes in the answers is no change of the program's.
  api.connect(String(tunnel?.["id"]));
  for (const refresh of [[], ["--refresh"]]) {
    const preview = await project.run(["preview", "--expect-no-changes", "--diff", ...refresh]);
    expect(preview).toMatchObject({ code: 0 });
  }
  expect(asked().filter((line) => !line.startsWith("GET "))).toEqual([]);

  const state = await project.state();
  const secret = await tunnelToken();
  for (const clear of [TOKEN, secret]) expect(state).not.toContain(clear);
  asked();

  await project.up(program("app.example.com", "two.example.com"));
  expect(asked().sort()).toEqual([
    READ_TOKEN,
    "POST /zones/z1/dns_records",
    `PUT ${TUNNELS}/ID/configurations`,
  ]);
  expect(api.ingress(String(tunnel?.["id"])).map(({ hostname }) => hostname)).toEqual([
    "app.example.com",
    "two.example.com",
    undefined,
  ]);
  await project.up(program("app.example.com"));
  expect(asked().sort()).toEqual([
    "DELETE /zones/z1/dns_records/ID",
    READ_TOKEN,
    `PUT ${TUNNELS}/ID/configurations`,
  ]);

  const refused = await project.run(["destroy", "--yes", "--skip-preview"]);
  expect(refused.code).not.toBe(0);
  expect(refused.output).toMatch(/DELETE ".*": 400 .*"code":1022.*has active connections/);
  expect(asked()).toEqual([
    "DELETE /accounts/a1/access/apps/ID",
    "DELETE /accounts/a1/access/policies/ID",
    "DELETE /zones/z1/dns_records/ID",
    `DELETE ${TUNNELS}/ID`,
  ]);
  api.disconnect(String(tunnel?.["id"]));
  expect((await project.run(["destroy", "--yes", "--skip-preview"])).code).toBe(0);
  expect([api.tunnels(), api.records(), api.applications(), api.policies()]).toEqual([
    [],
    [],
    [],
    [],
  ]);
});

async function tunnelToken(): Promise<string> {
  const id = String(api.tunnels()[0]?.["id"]);
  return (await api.call("GET", `${TUNNELS}/${id}/token`)).result as unknown as string;
}

test("what was changed or removed elsewhere is found and mended", async () => {
  await project.up(program("app.example.com"));
  const id = String(api.records()[0]?.["id"]);
  await api.call("DELETE", `/zones/z1/dns_records/${id}`);
  const tunnel = String(api.tunnels()[0]?.["id"]);
  const config = { ingress: [{ service: "http_status:503" }] };
  await api.call("PUT", `${TUNNELS}/${tunnel}/configurations`, { config });
  const drift = await project.run(["preview", "--refresh", "--expect-no-changes", "--diff"]);
  expect(drift.code).toBe(7);
  expect(drift.output).toMatch(/\+ 1 to create/);
  expect(drift.output).toMatch(/~ 1 to update/);
  const mended = await project.run(["up", "--yes", "--skip-preview", "--refresh"]);
  expect(mended.code).toBe(0);
  expect(api.records()).toMatchObject([{ name: "app.example.com" }]);
  expect(api.ingress(tunnel)).toHaveLength(2);
});

test("a refusal fails at once, overload after eleven tries, and the next up converges", async () => {
  const failing = async (status: number, retryAfter?: number): Promise<string> => {
    const when = ({ path, method }: { path: string; method: string }) =>
      method === "POST" && path.endsWith("/dns_records");
    const wait = retryAfter === undefined ? {} : { retryAfter };
    api.fail({ status, times: status === 403 ? 1 : 11, when, ...wait });
    project.write(program("app.example.com"));
    const { code, output } = await project.run(["up", "--yes", "--skip-preview"]);
    expect(code).not.toBe(0);
    expect(output).not.toContain(TOKEN);
    expect(output).not.toMatch(/^\s+at .*\(.*:\d+:\d+\)/m);
    return output;
  };
  const told = (output: string, status: number) =>
    expect(output).toMatch(
      new RegExp(`POST "${api.url}/zones/z1/dns_records": ${status} .*"code":\\d+.*"message":"\\w`),
    );
  const tries = () => asked().filter((line) => line === "POST /zones/z1/dns_records").length;

  told(await failing(403), 403);
  expect(tries()).toBe(1);
  const before = Date.now();
  told(await failing(429, 1), 429);
  expect(tries()).toBe(11);
  expect(Date.now() - before).toBeGreaterThan(10_000);
  told(await failing(500, 0.01), 500);
  expect(tries()).toBe(11);

  // Fewer failures than tries are not even seen.
  api.fail({ status: 503, times: 2, when: ({ path }) => path.endsWith("/dns_records") });
  await project.up(program("app.example.com"));
  expect(asked().filter((line) => line !== READ_TOKEN)).toEqual([
    "POST /zones/z1/dns_records",
    "POST /zones/z1/dns_records",
    "POST /zones/z1/dns_records",
    "POST /accounts/a1/access/policies",
    "POST /accounts/a1/access/apps",
  ]);
  expect((await project.run(["preview", "--refresh", "--expect-no-changes"])).code).toBe(0);
});

test("a provider's own token is kept secret, its address may change, and a bad token is refused", async () => {
  const withToken = (token: string, url = api.url) => `
    const provider = new cloudflare.Provider("cf", { apiToken: "${token}", baseUrl: "${url}" });
    const tunnel = new cloudflare.ZeroTrustTunnelCloudflared("tunnel", { accountId: "a1", name: "own",
      tunnelSecret: Buffer.from("canary".repeat(8)).toString("base64") }, { provider });
    const { token } = cloudflare.getZeroTrustTunnelCloudflaredTokenOutput(
      { accountId: "a1", tunnelId: tunnel.id }, { provider });
    exports.token = token;
  `;
  await project.up(withToken(TOKEN));
  const state = await project.state();
  const secret = Buffer.from("canary".repeat(8)).toString("base64");
  for (const clear of [TOKEN, secret, await tunnelToken()]) expect(state).not.toContain(clear);
  expect((await project.outputs())["token"]).toBe("[secret]");

  asked();
  await project.up(withToken(TOKEN, `${api.url}/`));
  expect(asked()).toEqual([READ_TOKEN]);

  project.write(withToken("short"));
  const { code, output } = await project.run(["preview"]);
  expect(code).not.toBe(0);
  expect(output).toMatch(/apiToken.*must be 40 to 80 characters/s);
});
