import { parse } from "yaml";
import type { ServiceEntry } from "../../../config/schema/service";
import type { SystemInput } from "../../../config/schema/system";
import { toBytes } from "../../../config/schema/common";
import { planOf, routed, routedStack, service, serviceOf, system } from "../../support/catalogue";

interface File {
  http: Record<"routers" | "services" | "middlewares", Record<string, Record<string, unknown>>>;
  tls: unknown;
}

type Route = Parameters<typeof routed>[0];
const host = "shop.example.org";

/** What the job of a system writes. */
function fileOf(systems: readonly SystemInput[], name = "shop", values = {}): File {
  const plan = planOf(systems, [routedStack("prod", values)]);
  expect(plan.issues).toEqual([]);
  const job = name === "edge" ? "traefik-routes" : `traefik-routes-${name}`;
  return parse(serviceOf(plan, `edge/${job}`).variables.FILE ?? "") as File;
}

const shop = (routes: Route[], values: Partial<ServiceEntry> = {}) =>
  system("shop", { web: service({ endpoints: { http: routed(...routes) }, ...values }) });

test("a route is a router with TLS, a service with its container, and the headers of all", () => {
  expect(fileOf([shop([{ host }])])).toEqual({
    http: {
      routers: {
        shop_web_http: {
          rule: "Host(`shop.example.org`)",
          entryPoints: ["websecure"],
          service: "shop_web_http",
          middlewares: ["security-headers"],
          tls: { certResolver: "acme" },
        },
      },
      services: {
        shop_web_http: { loadBalancer: { servers: [{ url: "http://shop-web-prod:80" }] } },
      },
    },
  });
});

test("/api takes what is below it, and not /apis", () => {
  const { routers } = fileOf([shop([{ host, path: "/api" }])]).http;
  expect(routers.shop_web_http?.rule).toBe(
    "Host(`shop.example.org`) && (Path(`/api`) || PathPrefix(`/api/`))",
  );
});

test("middlewares come in the order in which a request passes them", () => {
  const route = {
    ...{ host, path: "/api", access: "operators", stripPath: true, maxBody: "1 MiB" },
    rateLimit: { average: 5, burst: 10 },
  };
  const { routers, middlewares } = fileOf([shop([route], { replicas: 2 })], "shop", {
    access: { operators: { basicAuth: ["bob", "ann"] } },
  }).http;
  const names = ["rate", "users", "body", "strip", "retry"].map((kind) => `shop_web_http_${kind}`);
  expect(routers.shop_web_http?.middlewares).toEqual(["security-headers", ...names]);
  expect(names.map((name) => middlewares[name])).toEqual([
    { rateLimit: { average: 5, burst: 10 } },
    {
      basicAuth: { users: ["@USER_operators__ann@", "@USER_operators__bob@"], removeHeader: true },
    },
    { buffering: { maxRequestBodyBytes: toBytes("1 MiB") } },
    { stripPrefix: { prefixes: ["/api"] } },
    { retry: { attempts: 2 } },
  ]);
});

describe("forward authentication", () => {
  const auth = system("auth", {
    guard: service({
      endpoints: {
        http: { port: 9000, role: "internal" },
        check: { port: 9001, role: "internal" },
      },
    }),
  });
  const rule = (forwardAuth: object) => ({ access: { operators: { forwardAuth } } });
  const middleware = (forwardAuth: object) =>
    fileOf([shop([{ host, access: "operators" }]), auth], "shop", rule(forwardAuth)).http
      .middlewares.shop_web_http_auth;

  test("asks the first endpoint, or the one that is named, at its path", () => {
    expect(middleware({ endpoint: "auth/guard" })).toEqual({
      forwardAuth: { address: "http://auth-guard-prod:9000/" },
    });
    const named = { endpoint: "auth/guard#check", path: "/verify", responseHeaders: ["X-User"] };
    expect(middleware(named)).toEqual({
      forwardAuth: {
        address: "http://auth-guard-prod:9001/verify",
        authResponseHeaders: ["X-User"],
      },
    });
  });
});

describe("replicas", () => {
  const health = { kind: "http" as const, endpoint: "http", path: "/up", probe: "wget" as const };

  test("share the requests; who fails the health check of that endpoint gets none", () => {
    const { services } = fileOf([shop([{ host }], { replicas: 2, health })]).http;
    expect(services.shop_web_http).toEqual({
      loadBalancer: {
        servers: [{ url: "http://shop-web-prod:80" }, { url: "http://shop-web-prod-2:80" }],
        serversTransport: "replicas",
        healthCheck: { path: "/up", interval: "2s", timeout: "2s" },
      },
    });
  });

  test("that are gone hold up no request that another can take", () => {
    const { http } = fileOf([shop([{ host }])], "edge") as File & {
      http: { serversTransports: unknown };
    };
    expect(http.serversTransports).toEqual({
      replicas: { forwardingTimeouts: { dialTimeout: "1s" } },
    });
  });

  test("a health check of another endpoint, or none by http, says nothing about it", () => {
    const endpoints = { http: routed({ host }), admin: { port: 81, role: "internal" as const } };
    for (const other of [{ ...health, endpoint: "admin" }, undefined]) {
      const values = { replicas: 2, endpoints, ...(other && { health: other }) };
      expect(fileOf([shop([], values)]).http.services.shop_web_http?.loadBalancer).toEqual({
        servers: [{ url: "http://shop-web-prod:80" }, { url: "http://shop-web-prod-2:80" }],
        serversTransport: "replicas",
      });
    }
  });
});

test("behind a proxy whose word counts, a rate is counted per visitor", () => {
  const limited = shop([{ host, rateLimit: { average: 5, burst: 9 } }]);
  const rateOf = (traefik: object) =>
    fileOf([limited], "shop", { traefik }).http.middlewares["shop_web_http_rate"];
  expect(rateOf({})).toEqual({ rateLimit: { average: 5, burst: 9 } });
  expect(rateOf({ trustedProxies: ["10.0.0.0/8"] })).toEqual({
    rateLimit: {
      ...{ average: 5, burst: 9 },
      sourceCriterion: { ipStrategy: { excludedIPs: ["10.0.0.0/8"] } },
    },
  });
});

test("two addresses of an endpoint are two routers of one service", () => {
  const { routers, services } = fileOf([shop([{ host }, { host: "example.org" }])]).http;
  expect(Object.keys(services)).toEqual(["shop_web_http"]);
  expect(Object.entries(routers).map(([name, { rule }]) => [name, rule])).toEqual([
    ["shop_web_http", "Host(`shop.example.org`)"],
    ["shop_web_http_2", "Host(`example.org`)"],
  ]);
});

test("names that run into one another stay apart: endpoints, services and systems", () => {
  const endpoint = (name: string, host: string) => ({ endpoints: { [name]: routed({ host }) } });
  const web = system("web", {
    admin: service(endpoint("ui-2", "a.example.org")),
    "admin-ui": service({ ...endpoint("x", "b.example.org"), container: "web-b" }),
  });
  const other = system("web-admin", {
    ui: service(endpoint("x", "c.example.org")),
    two: service({
      endpoints: { ui: routed({ host: "d.example.org" }, { host: "e.example.org" }) },
    }),
  });
  const files = ["web", "web-admin"].map((name) => fileOf([web, other], name).http);
  const urls = files.flatMap(({ routers, services }) =>
    Object.values(routers).map(({ rule, service }) => {
      const { loadBalancer } = services[service as string] as {
        loadBalancer: { servers: { url: string }[] };
      };
      return [rule, loadBalancer.servers.map(({ url }) => url)];
    }),
  );
  expect(urls).toEqual([
    ["Host(`a.example.org`)", ["http://web-admin-prod:80"]],
    ["Host(`b.example.org`)", ["http://web-b:80"]],
    ["Host(`d.example.org`)", ["http://web-admin-two-prod:80"]],
    ["Host(`e.example.org`)", ["http://web-admin-two-prod:80"]],
    ["Host(`c.example.org`)", ["http://web-admin-ui-prod:80"]],
  ]);
  const names = files.flatMap(({ services }) => Object.keys(services));
  expect(new Set(names).size).toBe(names.length);
});

test("what holds for all routes: TLS from 1.2 on, headers, and a dashboard behind a password", () => {
  const { http, tls } = fileOf([shop([{ host }])], "edge");
  expect(tls).toEqual({ options: { default: { minVersion: "VersionTLS12" } } });
  expect(http.middlewares["security-headers"]).toEqual({
    headers: {
      stsSeconds: 31536000,
      contentTypeNosniff: true,
      customFrameOptionsValue: "SAMEORIGIN",
      referrerPolicy: "strict-origin-when-cross-origin",
      customResponseHeaders: { Server: "", "X-Powered-By": "" },
    },
  });
  expect(http.routers.dashboard).toEqual({
    rule: "PathPrefix(`/api`) || PathPrefix(`/dashboard`)",
    entryPoints: ["dashboard"],
    service: "api@internal",
    middlewares: ["dashboard-users"],
  });
  expect(http.middlewares["dashboard-users"]).toEqual({
    basicAuth: { users: ["@USER_edge__traefik@"] },
  });
  for (const { entryPoints } of Object.values(http.routers))
    expect(entryPoints).toEqual(["dashboard"]);
});
