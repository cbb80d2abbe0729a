import { job, planOf, service, serviceOf, settings, system } from "../support/catalogue";

const parts = { URL: "{url}", HOST: "{host}", PORT: "{port}", PROTOCOL: "{protocol}" };
const endpoints = {
  http: { port: 8000, role: "public" as const, slot: 3, published: { dev: 8000, prod: 8001 } },
  tcp: { port: 9000, protocol: "tcp" as const, role: "internal" as const },
};
const api = service({ endpoints, aliases: ["backend", "server"], networks: ["home", "main"] });
const networks = {
  main: { name: "shop-{environment}" },
  home: { name: "shop-home-{environment}" },
};
const needs = (values: Parameters<typeof service>[0]) => {
  const shop = system(
    "shop",
    { api, web: service(values), seed: job() },
    {
      networks,
      externals: { store: { about: "the store", url: { parameter: "STORE" } } },
      parameters: { STORE: { about: "its address", default: "https://store.example" } },
    },
  );
  return { shop, web: (stack = settings()) => serviceOf(planOf([shop], [stack]), "shop/web") };
};
const need = (values: object) => ({
  needs: { api: { endpoint: "api", variables: parts, ...values } },
});

test("on the target's home network its short name is used", () => {
  const web = needs({ ...need({}), networks: ["main", "home"] }).web();
  expect(web.variables).toEqual({
    URL: "http://backend:8000",
    HOST: "backend",
    PORT: "8000",
    PROTOCOL: "http",
  });
  expect(web.networks).toEqual(["shop-dev", "shop-home-dev"]);
  expect(web.needs).toEqual(["shop/api"]);
  expect(web.startsAfter).toEqual(["shop/api"]);
});

test("on another network that both are on, the container's name", () => {
  const web = needs(need({})).web();
  expect(web.variables.HOST).toBe("shop-api-dev");
  expect(web.networks).toEqual(["shop-dev"]);
});

test("an endpoint that is named is taken in the first one's place", () => {
  const web = needs(need({ endpoint: "api#tcp" })).web();
  expect(web.variables).toEqual({
    URL: "shop-api-dev:9000",
    HOST: "shop-api-dev",
    PORT: "9000",
    PROTOCOL: "tcp",
  });
});

test("across systems: the container's name, on the target's home network", () => {
  const { shop } = needs({});
  const blog = system("blog", {
    web: service({ needs: { api: { endpoint: "shop/api", variables: parts } } }),
  });
  const web = serviceOf(planOf([shop, blog]), "blog/web");
  expect(web.variables.URL).toBe("http://shop-api-dev:8000");
  expect(web.networks).toEqual(["blog-dev", "shop-home-dev"]);
  expect(web.aliases).toEqual({ "blog-dev": ["web"] });
  expect(web.startsAfter).toEqual(["shop/api"]);
});

test("for the browser: the published URL of this stack, and no order", () => {
  const { web } = needs(need({ reach: "browser" }));
  expect(web().variables).toEqual({
    URL: "http://localhost:4003",
    HOST: "localhost",
    PORT: "4003",
    PROTOCOL: "http",
  });
  expect(web().startsAfter).toEqual([]);
  expect(web().needs).toEqual(["shop/api"]);
  expect(web(settings("prod")).variables.URL).toBe("http://localhost:3003");
  expect(web(settings("prod", { ports: "documented" })).variables.URL).toBe(
    "http://localhost:8001",
  );
  expect(web(settings("dev", { bindAddress: "0.0.0.0" })).variables.HOST).toBe("localhost");
  expect(web(settings("dev", { bindAddress: "10.0.0.5" })).variables.URL).toBe(
    "http://10.0.0.5:4003",
  );
});

test("for the browser: the https address of a route, before its host port", () => {
  const route = { host: "api.example.org", path: "/v1" };
  const of = (exposure: object, ...routes: (typeof route)[]) => {
    const open = { ...api, endpoints: { http: { ...endpoints.http, routes: { prod: routes } } } };
    const shop = system(
      "shop",
      { api: open, web: service(need({ reach: "browser" })) },
      { networks },
    );
    const plan = planOf([shop], [settings("prod", { exposure, zones: ["example.org"] })]);
    expect(plan.issues).toEqual([]);
    return serviceOf(plan, "shop/web");
  };
  const routed = {
    URL: "https://api.example.org/v1",
    HOST: "api.example.org",
    PORT: "443",
    PROTOCOL: "https",
  };
  expect(of({ public: "traefik" }, route).variables).toEqual(routed);
  expect(of({ public: ["hostPort", "cloudflareTunnel"] }, route).variables).toEqual(routed);
  expect(of({ public: "traefik" }, route).startsAfter).toEqual([]);
  expect(of({}, route).variables.URL).toBe("http://localhost:3003");
});

test("a secret is its label, with version and length", () => {
  const { web } = needs({
    needs: { key: { secret: "session/key", length: 64, variables: { KEY: "k-{value}" } } },
  });
  const of = (stack = settings()) => ({
    variables: web(stack).variables,
    secrets: web(stack).secrets,
    needs: web(stack).needs,
  });
  const expected = {
    ...{ origin: "derived", label: "shop/session/key" },
    ...{ version: 1, length: 64, template: "k-{secret}" },
  };
  expect(of()).toEqual({
    variables: { KEY: "secret:shop/session/key" },
    secrets: { KEY: expected },
    needs: [],
  });
  expect(of(settings("dev", { secretVersions: { "shop/session/key": 2 } })).secrets.KEY).toEqual({
    ...expected,
    version: 2,
  });
});

test("an external is its URL, from the settings where it is a parameter", () => {
  const { web, shop } = needs({
    needs: { s: { external: "store", variables: { STORE: "{url}" } } },
  });
  expect(web().variables).toEqual({ STORE: "https://store.example" });
  const stack = settings("dev", { parameters: { STORE: "https://other.example" } });
  expect(web(stack).variables).toEqual({ STORE: "https://other.example" });
  expect(planOf([shop], [stack]).externals).toEqual([
    { system: "shop", name: "store", url: "https://other.example", about: "the store" },
  ]);
});

test("a job is an order and no network", () => {
  const web = needs({ needs: { seed: { job: "seed" } } }).web();
  expect(web.startsAfter).toEqual(["shop/seed"]);
  expect(web.needs).toEqual(["shop/seed"]);
  expect(web.networks).toEqual(["shop-dev"]);
});
