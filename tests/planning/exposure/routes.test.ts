import { toBytes } from "../../../config/schema/common";
import type { SystemInput } from "../../../config/schema/system";
import {
  byTunnel,
  issuesOf,
  job,
  otherHost,
  planOf,
  published,
  routed,
  routedStack,
  service,
  serviceOf,
  settings,
  system,
} from "../../support/catalogue";

type Route = Parameters<typeof routed>[0];

/** A system of one public endpoint with these routes. */
const site = (name: string, ...routes: Route[]): SystemInput =>
  system(name, { web: service({ endpoints: { http: routed(...routes) } }) });
const host = "shop.example.org";
const where = "systems/shop/web.endpoints.http.routes";

test("a route says all that leads there", () => {
  const shop = system("shop", {
    web: service({
      replicas: 2,
      endpoints: {
        http: {
          ...routed({
            ...{ host, path: "/api", stripPath: true, access: "operators", maxBody: "1 MiB" },
            rateLimit: { average: 5, burst: 10 },
          }),
          port: 8080,
        },
      },
    }),
  });
  const { routes, issues } = planOf([shop], [routedStack()]);
  expect(issues).toEqual([]);
  expect(routes).toEqual([
    {
      ...{ host, path: "/api", via: "traefik", url: `https://${host}/api`, rule: "operators" },
      guard: "basicAuth",
      ...{ system: "shop", service: "web", endpoint: "http", port: 8080, access: true },
      ...{ container: "shop-web-prod", containers: ["shop-web-prod", "shop-web-prod-2"] },
      ...{ stripPath: true, rateLimit: { average: 5, burst: 10 }, maxBodyBytes: toBytes("1 MiB") },
    },
  ]);
});

test("routes come by host name and path", () => {
  const shop = site("shop", { host }, { host, path: "/b" }, { host: "a.example.org" });
  const plan = planOf([shop, site("blog", { host, path: "/a" })], [routedStack()]);
  expect(plan.routes.map(({ url }) => url)).toEqual([
    "https://a.example.org",
    `https://${host}`,
    `https://${host}/a`,
    `https://${host}/b`,
  ]);
});

describe("one address for two", () => {
  const remedy = "give one of them another host or path";

  test("of one service, in a system and across systems", () => {
    expect(issuesOf([site("shop", { host }, { host })], [routedStack()])).toEqual([
      `${where}: address ${host}/ is taken twice by shop/web; ${remedy}`,
    ]);
    const endpoints = { http: routed({ host, path: "/api" }) };
    const shop = system("shop", { api: service({ endpoints }), web: service({ endpoints }) });
    expect(issuesOf([shop], [routedStack()])).toEqual([
      `${where}: address ${host}/api is shop/api's; ${remedy}`,
    ]);
    expect(issuesOf([site("blog", { host }), site("shop", { host })], [routedStack()])).toEqual([
      `${where}: address ${host}/ is blog/web's; ${remedy}`,
    ]);
  });

  test("across the stacks of a host, told from either side, and none across hosts", () => {
    const systems = [site("blog", { host }), site("shop", { host })];
    const [prod, dev] = [
      routedStack("prod", { ...byTunnel, systems: ["shop"] }),
      routedStack("dev", { ...byTunnel, systems: ["blog"] }),
    ];
    expect(issuesOf(systems, [prod, dev])).toEqual([
      `${where}: address ${host}/ is blog/web's, stack dev; ${remedy}`,
    ]);
    expect(issuesOf(systems, [dev, prod])).toEqual([
      `systems/blog/web.endpoints.http.routes: address ${host}/ is shop/web's, stack prod; ${remedy}`,
    ]);
    expect(issuesOf(systems, [prod, { ...dev, host: { ...dev.host, id: "other" } }])).toEqual([]);
  });

  test("paths of one host are addresses of their own", () => {
    expect(issuesOf([site("shop", { host }, { host, path: "/api" })], [routedStack()])).toEqual([]);
  });
});

describe("one host that leads two ways", () => {
  const remedy = "give one of them another host, or the same way";
  const systems = [site("blog", { host, path: "/blog" }), site("shop", { host })];

  test("by Traefik and by a tunnel", () => {
    const exposure = { public: "traefik", systems: { blog: { public: "cloudflareTunnel" } } };
    expect(issuesOf(systems, [routedStack("prod", { exposure })])).toEqual([
      `systems/blog/web.endpoints.http.routes: host ${host} leads here by cloudflareTunnel and to shop/web by traefik; ${remedy}`,
    ]);
  });

  test("into two stacks, told from either side", () => {
    const prod = routedStack("prod", { ...byTunnel, systems: ["shop"] });
    const dev = routedStack("dev", { systems: ["blog"] });
    expect(issuesOf(systems, [prod, dev])).toEqual([
      `${where}: host ${host} leads here by cloudflareTunnel and to blog/web by traefik, stack dev; ${remedy}`,
    ]);
    expect(issuesOf(systems, [dev, prod])).toEqual([
      `systems/blog/web.endpoints.http.routes: host ${host} leads here by traefik and to shop/web by cloudflareTunnel, stack prod; ${remedy}`,
    ]);
    const elsewhere = routedStack("dev", { systems: ["blog"], host: otherHost });
    expect(issuesOf(systems, [prod, elsewhere])).toEqual([]);
  });
});

describe("zones", () => {
  const issue = (name: string, known: string) =>
    `${where}: host ${name} is in no zone of Pulumi.prod.yaml.zones; add its zone there (${known}), or correct the host`;

  test("a host outside of them, also where it only ends alike", () => {
    const zones = ["example.org", "example.net"];
    const of = (name: string) =>
      issuesOf([site("shop", { host: name })], [routedStack("prod", { zones })]);
    expect(of("shop.example.com")).toEqual([
      issue("shop.example.com", "there is example.org, example.net"),
    ]);
    expect(of("myexample.org")).toEqual([
      issue("myexample.org", "there is example.org, example.net"),
    ]);
    expect(of("example.org")).toEqual([]);
    expect(of("a.b.example.net")).toEqual([]);
  });

  test("none at all", () => {
    expect(issuesOf([site("shop", { host })], [routedStack("prod", { zones: [] })])).toEqual([
      issue(host, "there is none"),
    ]);
  });
});

describe("access", () => {
  const dashboard = (route: Omit<Route, "host">, values: Record<string, unknown> = {}) =>
    issuesOf(
      [
        system("shop", {
          web: service({
            endpoints: { http: { ...routed({ host, ...route }), role: "dashboard" } },
          }),
        }),
      ],
      [routedStack("prod", values)],
    );

  test("a dashboard without a rule", () => {
    expect(dashboard({})).toEqual([
      `${where}: a dashboard would be open to everybody at ${host}/; give the route an access rule of Pulumi.prod.yaml.access`,
    ]);
    expect(dashboard({ access: "operators" })).toEqual([]);
  });

  test("a rule that there is not, of a public endpoint as well", () => {
    const issue = `${where}.access: there is no access rule 'oprators' in Pulumi.prod.yaml.access, which ${host}/ needs; did you mean 'operators'?`;
    expect(dashboard({ access: "oprators" })).toEqual([issue]);
    expect(issuesOf([site("shop", { host, access: "oprators" })], [routedStack()])).toEqual([
      issue,
    ]);
    expect(dashboard({ access: "constructor" })).toEqual([
      `${where}.access: there is no access rule 'constructor' in Pulumi.prod.yaml.access, which ${host}/ needs; there is operators`,
    ]);
  });

  test("a rule that the way can't ask by", () => {
    const path = "Pulumi.prod.yaml.access.operators";
    const emails = { access: { operators: { emails: ["ann@example.org"] } } };
    expect(dashboard({ access: "operators" }, emails)).toEqual([
      `${path}: has no basicAuth or forwardAuth, by which traefik guards ${host}/ of systems/shop/web; add one`,
    ]);
    const users = { ...byTunnel, access: { operators: { basicAuth: ["ann"] } } };
    expect(dashboard({ access: "operators" }, users)).toEqual([
      `${path}: has no emails or domains, by which cloudflareTunnel guards ${host}/ of systems/shop/web; add one`,
    ]);
    const both = { ...byTunnel, access: { operators: { basicAuth: ["ann"], domains: ["a.de"] } } };
    expect(dashboard({ access: "operators" }, both)).toEqual([]);
  });
});

describe("what has no way, or none to have", () => {
  const endpoint = (values: object, stack = routedStack()) =>
    issuesOf(
      [
        system("shop", {
          web: service({ endpoints: { http: { port: 80, role: "public", ...values } } }),
        }),
      ],
      [stack],
    );
  const routes = { prod: [{ host }] };
  const prod = (exposure: object) => settings("prod", { exposure, zones: ["example.org"] });

  test("a public endpoint that the policy closes", () => {
    expect(endpoint({ ...published(0), routes }, prod({ public: "none" }))).toEqual([
      "systems/shop/web.endpoints.http: is public, but Pulumi.prod.yaml.exposure.public gives it no way: none; choose traefik, cloudflareTunnel or hostPort for it",
    ]);
  });

  test("a public endpoint that is on no host port", () => {
    const exposure = { services: { "shop/web": { public: "hostPort" } } };
    expect(endpoint({ routes, published: { dev: 8000 }, slot: 0 }, prod(exposure))).toEqual([
      "systems/shop/web.endpoints.http: is public, but Pulumi.prod.yaml.exposure.services.shop/web.public gives it no way: hostPort, and it is published on none in prod; choose traefik or cloudflareTunnel for it, or publish it in prod",
    ]);
  });

  test("an endpoint without a host name, also where it has one in the other environment", () => {
    const at = "systems/shop/web.endpoints.http: has no host name for prod, by which";
    expect(endpoint({ routes: { dev: [{ host }] } })).toEqual([
      `${at} Pulumi.prod.yaml.exposure.public wants to reach it: traefik; give it routes.prod, or choose hostPort there`,
    ]);
    const both = prod({ systems: { shop: { dashboard: ["hostPort", "cloudflareTunnel"] } } });
    expect(endpoint({ ...published(0), role: "dashboard" }, both)).toEqual([
      `${at} Pulumi.prod.yaml.exposure.systems.shop.dashboard wants to reach it: cloudflareTunnel; give it routes.prod, or choose hostPort or none there`,
    ]);
  });

  test("an endpoint that can have no route is not told to have one", () => {
    expect(endpoint({ protocol: "tcp" })).toEqual([
      "systems/shop/web.endpoints.http: has no host name for prod, by which Pulumi.prod.yaml.exposure.public wants to reach it: traefik; choose hostPort there",
    ]);
  });

  test("an internal endpoint with a route, under any policy", () => {
    const parameter = { prod: [{ host: { parameter: "HOST" }, path: "/x" }, { host }] };
    expect(endpoint({ role: "internal", routes: parameter }, settings("prod"))).toEqual([
      `${where}: is an internal endpoint, but has the public address HOST/x; remove the route, or call the endpoint public or a dashboard`,
      `${where}: is an internal endpoint, but has the public address ${host}/; remove the route, or call the endpoint public or a dashboard`,
    ]);
    expect(endpoint({ role: "internal", routes: { dev: [{ host }] } })).toEqual([]);
  });

  test("a policy that would route what is internal: one issue for all of it", () => {
    const of = (count: number) => {
      const all = Array.from({ length: count }, (_, index) => [
        `cache-${index}`,
        service({ endpoints: { redis: { port: 80, role: "internal" as const } } }),
      ]);
      return issuesOf(
        [system("shop", Object.fromEntries(all) as Record<string, ReturnType<typeof service>>)],
        [prod({ internal: "traefik" })],
      );
    };
    const remedy = "choose hostPort or none";
    expect(of(1)).toEqual([
      `Pulumi.prod.yaml.exposure.internal: would give a public address to shop/cache-0#redis, which is internal; ${remedy}`,
    ]);
    expect(of(3)).toEqual([
      `Pulumi.prod.yaml.exposure.internal: would give a public address to shop/cache-0#redis and 2 more, which is internal; ${remedy}`,
    ]);
  });

  test.each(["tcp", "redis"] as const)("a route to an endpoint that speaks %s", (protocol) => {
    expect(endpoint({ protocol, routes: { dev: [{ host }] } }, routedStack("dev"))).toEqual([
      `${where}: host ${host} would lead to an endpoint that speaks ${protocol}; only http has host names and paths; remove the route`,
    ]);
  });
});

describe("what a tunnel does not do", () => {
  const shop = system("shop", {
    web: service({
      replicas: 2,
      endpoints: {
        http: routed({
          ...{ host, path: "/api", stripPath: true, maxBody: "1 MiB" },
          rateLimit: { average: 5, burst: 10 },
        }),
      },
    }),
  });

  test("takes away a path, limits, and shares among replicas", () => {
    const no = (field: string) =>
      `${where}.${field}: a Cloudflare Tunnel has no such thing, and the policy reaches ${host}/api by one; remove it, or choose traefik`;
    expect(issuesOf([shop], [routedStack("prod", byTunnel)])).toEqual([
      no("stripPath"),
      no("rateLimit"),
      no("maxBody"),
      `systems/shop/web.replicas: a Cloudflare Tunnel leads to one container, and ${host}/api has 2; run one, or choose traefik`,
    ]);
  });

  test("and Traefik does", () => expect(issuesOf([shop], [routedStack()])).toEqual([]));
});

describe("a host name from the settings", () => {
  const parameters = { SITE: { about: "where the shop is" } };
  const shop = { ...site("shop", { host: { parameter: "SITE" } }), parameters };
  const of = (values: Record<string, string>) =>
    planOf([shop], [routedStack("prod", { parameters: values })]);

  test("is the stack's, else the default", () => {
    expect(of({ SITE: host }).routes.map(({ url }) => url)).toEqual([`https://${host}`]);
    const own = { SITE: { about: "where the shop is", default: "own.example.org" } };
    const [route] = planOf([{ ...shop, parameters: own }], [routedStack()]).routes;
    expect(route?.host).toBe("own.example.org");
  });

  test("that is missing, or of no parameter", () => {
    expect(issuesOf([shop], [routedStack()])).toEqual([
      "Pulumi.prod.yaml.parameters: SITE is missing, which systems/shop/web needs (where the shop is); give it a value under berth:parameters",
    ]);
    expect(issuesOf([{ ...shop, parameters: {} }], [routedStack()])).toEqual([
      `${where}: shop declares no parameter 'SITE'; there is none`,
    ]);
  });

  test.each(["https://shop.example.org", "Shop.example.org", "localhost", "*.example.org", ""])(
    "that is none: %j",
    (value) => {
      expect(issuesOf([shop], [routedStack("prod", { parameters: { SITE: value } })])).toEqual([
        `Pulumi.prod.yaml.parameters.SITE: '${value}' is not a host name, which systems/shop/web needs; give one in lower case, such as app.example.org`,
      ]);
    },
  );

  test("is asked for only where the policy routes it", () => {
    const open = { ...published(0), ...routed({ host: { parameter: "SITE" } }) };
    const one = { ...shop, services: { web: service({ endpoints: { http: open } }) } };
    expect(issuesOf([one], [settings("prod")])).toEqual([]);
  });
});

describe("what only looks guarded or reachable", () => {
  test("a guarded path of an endpoint that is open beside it", () => {
    const web = (...routes: Parameters<typeof routed>) =>
      system("shop", { web: service({ endpoints: { http: routed(...routes) } }) });
    const access = { operators: { basicAuth: ["ann"] } };
    const issues = (...routes: Parameters<typeof routed>) =>
      issuesOf([web(...routes)], [routedStack("prod", { access })]);
    const guarded = { host: "example.org", path: "/admin", access: "operators" };
    expect(issues({ host: "example.org" }, guarded)).toEqual([
      "systems/shop/web.endpoints.http.routes: rule 'operators' guards example.org/admin, but another spelling of that path reaches the same endpoint by example.org/, which is open; guard both, or give what is guarded a host or an endpoint of its own",
    ]);
    expect(issues({ host: "example.org", path: "/shop" }, guarded)).toEqual([]);
    expect(issues({ host: "www.example.org" }, guarded)).toEqual([]);
  });

  test("an endpoint of a job", () => {
    const seed = job({ endpoints: { http: routed({ host: "example.org" }) } });
    expect(issuesOf([system("shop", { seed })], [routedStack("prod")])).toContain(
      "systems/shop/seed.endpoints.http: would be reached from outside, but shop/seed is a job, which ends; remove its routes and published ports, or make it a service",
    );
  });

  test("a body limit that Traefik could not hold", () => {
    const web = (maxBody: string) =>
      system("shop", {
        web: service({ endpoints: { http: routed({ host: "example.org", maxBody }) } }),
      });
    const expected = expect.stringContaining("must be above 0 and no more than 64 MiB") as string;
    expect(issuesOf([web("65 MiB")], [routedStack("prod")])).toContainEqual(expected);
    expect(issuesOf([web("0 MiB")], [routedStack("prod")])).toContainEqual(expected);
    expect(issuesOf([web("64 MiB")], [routedStack("prod")])).toEqual([]);
  });
});

test("another https port is part of every address", () => {
  const endpoints = { http: routed({ host: "example.org", path: "/shop" }) };
  const needs = {
    web: {
      ...{ endpoint: "web", reach: "browser" as const },
      variables: { URL: "{url}", PORT: "{port}" },
    },
  };
  const shop = system("shop", { web: service({ endpoints }), api: service({ needs }) });
  const plan = planOf([shop], [routedStack("prod", { traefik: { httpsPort: 8443 } })]);
  expect(plan.routes[0]?.url).toBe("https://example.org:8443/shop");
  expect(serviceOf(plan, "shop/api").variables).toMatchObject({
    URL: "https://example.org:8443/shop",
    PORT: "8443",
  });
});

test("a name that a proxy calls and two answer to, each on another of its networks", () => {
  const web = (host: string, values = {}) =>
    service({ endpoints: { http: routed({ host }) }, ...values });
  const shop = system("shop", { pay: web("pay.example.org", { container: "web" }) });
  const blog = (aliases: string[]) => system("blog", { api: web("blog.example.org", { aliases }) });
  expect(issuesOf([shop, blog(["api"])], [routedStack("prod")])).toEqual([]);
  expect(issuesOf([shop, blog(["web"])], [routedStack("prod")])).toEqual([
    "systems/blog/api.aliases: edge/traefik calls shop/pay by 'web', to which blog/api answers on network blog-prod as well; give one of them another alias or container name",
  ]);
});

test("the version of an access rule's password may stay while the rule rests", () => {
  const access = { operators: { basicAuth: ["ann"] } };
  const rests = (label: string) =>
    issuesOf(
      [system("shop", { web: service({ endpoints: { http: routed({ host: "example.org" }) } }) })],
      [routedStack("prod", { access, secretVersions: { [label]: 2 } })],
    );
  expect(rests("edge/access/operators/ann")).toEqual([]);
  expect(rests("edge/access/operators/ben")).toEqual([
    expect.stringContaining("no service has a secret of this label"),
  ]);
});
