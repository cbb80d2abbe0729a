/** The API server that stands in for Cloudflare in tests: what it refuses, and how its edge works. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Connector } from "../../../offline/images/cloudflared/connector";
import { problemOf } from "../../../offline/images/cloudflared/origin";
import { readToken } from "../../../offline/images/cloudflared/token";
import {
  type CloudflareApi,
  type IngressRule,
  type Json,
  startCloudflareApi,
} from "../../support/cloudflare-api";

const TOKEN = "t".repeat(40);
const TUNNELS = "/accounts/a1/cfd_tunnel";
const RECORDS = "/zones/z1/dns_records";
const LAST = { service: "http_status:404" };

let api: CloudflareApi;

beforeEach(async () => {
  jest.spyOn(console, "log").mockImplementation();
  jest.spyOn(console, "error").mockImplementation();
  api = await startCloudflareApi({
    ...{ token: TOKEN, account: "a1", zones: [{ id: "z1", name: "example.com" }] },
    advertise: "127.0.0.1",
  });
});

afterEach(() => api.close());

const call: CloudflareApi["call"] = (...request) => api.call(...request);

async function tunnelOf(name = "berth"): Promise<string> {
  const { result } = await call("POST", TUNNELS, { name, config_src: "cloudflare" });
  return String(result["id"]);
}

function record(name: string, more: Json = {}): Json {
  const content = "one.cfargotunnel.com";
  return { name, type: "CNAME", content, proxied: true, ttl: 1, ...more };
}

test.each<[string, string, string, Json | undefined, number, number]>([
  ["an unknown account", "GET", "/accounts/a2/cfd_tunnel", undefined, 404, 7003],
  ["an unknown zone", "GET", "/zones/z2/dns_records", undefined, 404, 7003],
  ["an unknown tunnel", "GET", `${TUNNELS}/none`, undefined, 404, 1002],
  ["a tunnel without a name", "POST", TUNNELS, {}, 400, 1008],
  ["a name elsewhere", "POST", RECORDS, record("app.example.org"), 400, 9000],
  ["a bad content", "POST", RECORDS, record("a.example.com", { content: "a b" }), 400, 9007],
  ["a policy for nobody", "POST", "/accounts/a1/access/policies", { name: "x" }, 400, 12130],
])("refuses %s", async (_what, method, path, body, status, code) => {
  expect(await call(method, path, body)).toMatchObject({ status, code });
  expect(api.requests).toMatchObject([{ method, path, status }]);
});

test.each([
  ["no token", {}, 401, 10000],
  ["a foreign token", { authorization: `Bearer ${"x".repeat(40)}` }, 403, 9109],
])("lets nobody in with %s", async (_what, headers, status, code) => {
  const response = await fetch(`${api.url}${TUNNELS}`, { headers });
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ success: false, errors: [{ code }], result: null });
});

test("refuses a second record of a name, and a tunnel of a name that is taken", async () => {
  await call("POST", RECORDS, record("app.example.com"));
  const again = await call("POST", RECORDS, record("app.example.com"));
  const other = await call(
    "POST",
    RECORDS,
    record("app.example.com", { content: "b.example.com" }),
  );
  expect([again.code, other.code, other.status]).toEqual([81057, 81053, 400]);
  await tunnelOf();
  expect(await call("POST", TUNNELS, { name: "berth" })).toMatchObject({ status: 409, code: 1013 });
});

test.each<[string, IngressRule[], RegExp]>([
  ["no rule", [], /last ingress rule must match all URLs/],
  ["no catch-all", [{ hostname: "a.example.com", service: "http://a:1" }], /must match all URLs/],
  ["an early catch-all", [{ service: "http://a:1" }, LAST], /^Bad Configuration: Rule #1/],
  [
    "an origin with a path",
    [{ hostname: "a.example.com", service: "http://a:1/x" }, LAST],
    /don't support proxying to a different path/,
  ],
  [
    "a wildcard inside",
    [{ hostname: "a.*.example.com", service: "http://a:1" }, LAST],
    /at most one wildcard/,
  ],
])("refuses a configuration with %s", async (_what, ingress, message) => {
  const path = `${TUNNELS}/${await tunnelOf()}/configurations`;
  const answer = await call("PUT", path, { config: { ingress } });
  expect(answer).toMatchObject({ status: 400, code: 1056 });
  expect(answer.message).toMatch(message);
});

test("refuses to configure a local tunnel, and to delete one that is connected", async () => {
  const { result } = await call("POST", TUNNELS, { name: "local" });
  const id = String(result["id"]);
  const config = { config: { ingress: [LAST] } };
  expect((await call("PUT", `${TUNNELS}/${id}/configurations`, config)).status).toBe(400);
  api.connect(id);
  expect(await call("DELETE", `${TUNNELS}/${id}`)).toMatchObject({ status: 400, code: 1022 });
  api.disconnect(id);
  expect((await call("DELETE", `${TUNNELS}/${id}`)).status).toBe(200);
  expect((await call("GET", `${TUNNELS}/${id}`)).result["deleted_at"]).toEqual(expect.any(String));
  expect(api.tunnels()).toEqual([]);
});

test("a policy in use stays, and an application holds its policies and its audience", async () => {
  const policies = "/accounts/a1/access/policies";
  const include = [{ email_domain: { domain: "example.com" } }];
  const policy = await call("POST", policies, { name: "staff", decision: "allow", include });
  const { id } = policy.result;
  const body = { type: "self_hosted", domain: "app.example.com", policies: [{ id }] };
  const { result } = await call("POST", "/accounts/a1/access/apps", body);
  expect(result).toMatchObject({ policies: [{ id, name: "staff" }] });
  expect(result["aud"]).toMatch(/^[0-9a-f]{64}$/);
  expect((await call("POST", "/accounts/a1/access/apps", body)).code).toBe(11010);
  expect((await call("DELETE", `${policies}/${String(id)}`)).code).toBe(12130);
});

test("fails as often as it is told, and where it is told", async () => {
  api.fail({ status: 429, times: 1, when: ({ method }) => method === "POST" });
  expect((await call("GET", TUNNELS)).status).toBe(200);
  expect(await call("POST", TUNNELS, { name: "x" })).toMatchObject({ status: 429, code: 971 });
  expect((await call("POST", TUNNELS, { name: "x" })).status).toBe(200);
});

describe("behind the tunnel", () => {
  let origin: Server;
  let service: string;
  let connector: Connector;

  beforeEach(async () => {
    origin = createServer((request, response) => {
      response.writeHead(201).end(`${request.headers.host} ${request.method} ${request.url}`);
    });
    await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
    service = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    // Where a test has failed, the tunnel may be gone: what listens here must end all the same.
    await connector.close().catch(() => undefined);
    origin.closeAllConnections();
    origin.close();
  });

  /** A tunnel with these rules, and records of their hosts. */
  async function published(rules: IngressRule[]): Promise<string> {
    const id = await tunnelOf();
    await call("PUT", `${TUNNELS}/${id}/configurations`, { config: { ingress: rules } });
    for (const { hostname } of rules) {
      const content = `${id}.cfargotunnel.com`;
      if (hostname) await call("POST", RECORDS, record(hostname, { content }));
    }
    connector = new Connector(readToken(await tokenOf(id)));
    return id;
  }

  async function tokenOf(id: string): Promise<string> {
    return (await call("GET", `${TUNNELS}/${id}/token`)).result as unknown as string;
  }

  async function connected(id: string): Promise<void> {
    void connector.run();
    for (let i = 0; !connector.rules && i < 100; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(api.connections(id)).toBe(1);
  }

  test("a visitor gets the origin's answer by the rule that fits, and a changed rule at once", async () => {
    const id = await published([
      { hostname: "app.example.com", path: "^/api/", service: "http_status:418" },
      { hostname: "app.example.com", service },
      { hostname: "*.example.com", service: "http_status:410" },
      LAST,
    ]);
    await expect(api.visit("elsewhere.example.org")).rejects.toThrow(/does not resolve/);
    const content = `${id}.cfargotunnel.com`;
    await call("POST", RECORDS, record("bare.example.com", { content, proxied: false }));
    await expect(api.visit("bare.example.com")).rejects.toThrow(/does not resolve/);
    const stranger = { ...readToken(await tokenOf(id)), secret: "guessed" };
    await expect(new Connector(stranger).connect()).rejects.toThrow("POST answered 401");
    expect((await api.visit("app.example.com")).status).toBe(530);
    await connected(id);
    const answer = await api.visit("app.example.com", "/page?x=1");
    expect(answer).toMatchObject({ status: 201, body: "app.example.com GET /page?x=1" });
    expect((await api.visit("app.example.com", "/api/x")).status).toBe(418);
    expect((await api.visit("other.example.com")).status).toBe(410);

    const before = api.requests.length;
    await call("PUT", `${TUNNELS}/${id}/configurations`, { config: { ingress: [LAST] } });
    expect((await api.visit("app.example.com")).status).toBe(404);
    // The edge is apart from the API.
    expect(api.requests).toHaveLength(before + 1);
    expect((await call("DELETE", `${TUNNELS}/${id}`)).code).toBe(1022);
    await connector.close();
    expect((await call("DELETE", `${TUNNELS}/${id}`)).status).toBe(200);
  });

  test("Access lets in whom a policy names, and the origin can ask for its assertion", async () => {
    const include = [{ email_domain: { domain: "example.com" } }];
    const policy = { name: "staff", decision: "allow", include };
    const { result } = await call("POST", "/accounts/a1/access/policies", policy);
    const made = await call("POST", "/accounts/a1/access/apps", {
      ...{ type: "self_hosted", domain: "app.example.com/admin" },
      policies: [{ id: result["id"] }],
    });
    const access = { required: true, teamName: "team", audTag: [made.result["aud"]] };
    const originRequest = { access };
    const id = await published([
      { hostname: "app.example.com", path: "^/admin", service, originRequest },
      { hostname: "app.example.com", path: "^/closed", service, originRequest },
      { hostname: "app.example.com", service },
      LAST,
    ]);
    await connected(id);
    const visit = (path: string, email?: string) =>
      api.visit("app.example.com", path, email === undefined ? {} : { email });
    expect((await visit("/")).status).toBe(201);
    const login = await visit("/admin/");
    expect([login.status, login.headers["location"]]).toEqual([
      302,
      expect.stringContaining("/cdn-cgi/access/login/app.example.com"),
    ]);
    expect((await visit("/admin", "eve@example.org")).status).toBe(403);
    expect((await visit("/admin", "ann@example.com")).status).toBe(201);
    // No application covers this path, so nobody brings what its rule wants.
    expect((await visit("/closed", "ann@example.com")).status).toBe(403);
  });

  test("an origin counts as answering below 500, or when it takes a connection", async () => {
    await published([LAST]);
    expect(await problemOf({ service })).toBeUndefined();
    expect(await problemOf({ service: service.replace("http", "tcp") })).toBeUndefined();
    expect(await problemOf(LAST)).toBeUndefined();
    origin.removeAllListeners("request");
    origin.on("request", (_request, response) => response.writeHead(503).end());
    expect(await problemOf({ service })).toBe(`${service} answered 503`);
    expect(await problemOf({ service: "http://127.0.0.1:1" })).toMatch(/ECONNREFUSED/);
    expect(await problemOf({ service: "tcp://127.0.0.1:1" })).toMatch(/ECONNREFUSED/);
  });
});

test("a real token leads nowhere, and says so", () => {
  const real = { a: "a1", t: "t1", s: "secret" };
  const token = Buffer.from(JSON.stringify(real)).toString("base64");
  expect(() => readToken(token)).toThrow("this stand-in for cloudflared cannot reach Cloudflare");
  expect(() => readToken("nonsense")).toThrow("Provided Tunnel token is not valid.");
});
