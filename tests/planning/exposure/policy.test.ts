import { parseCatalogue } from "../../../config/catalogue";
import { roles } from "../../../config/schema/common";
import { draftServices } from "../../../planning/drafts";
import { decideWays } from "../../../planning/exposure/policy";
import {
  issuesOf,
  planOf,
  published,
  routed,
  service,
  serviceOf,
  settings,
  system,
} from "../../support/catalogue";

const shop = system("shop", {
  web: service({ endpoints: { http: { ...published(0), ...routed({ host: "example.org" }) } } }),
  admin: service({ endpoints: { http: { ...published(1), role: "dashboard" } } }),
  cache: service({ endpoints: { tcp: { ...published(2), role: "internal" } } }),
});

test.each([
  ["dev", [4000, 4001, 4002]],
  ["prod", [3000, 3001]],
])("without a policy %s is on loopback, in prod without what is internal", (stack, ports) => {
  const plan = planOf([shop], [settings(stack)]);
  expect(plan.issues).toEqual([]);
  expect(plan.routes).toEqual([]);
  const found = plan.services.flatMap((one) => one.ports);
  expect(found.map(({ host }) => host).sort()).toEqual(ports);
  expect(found.every(({ ip }) => ip === "127.0.0.1")).toBe(true);
  expect(plan.services.every((one) => one.system === "shop")).toBe(true);
});

test("the service's word counts before its system's, that before the stack's, role by role", () => {
  const stack = settings("prod", {
    exposure: {
      public: "none",
      dashboard: "hostPort",
      systems: { shop: { public: ["traefik", "hostPort"] }, blog: { internal: "hostPort" } },
      services: { "shop/web": { public: "cloudflareTunnel" }, "blog/web": { dashboard: "none" } },
    },
  });
  const { drafts } = draftServices(
    parseCatalogue([shop, system("blog", { web: service() }), system("wiki", { web: service() })]),
    stack,
  );
  const decided = Object.fromEntries(
    drafts.map((draft) => [
      draft.id,
      roles.map((role) => {
        const { ways, setting } = decideWays(draft, role, stack);
        return `${ways.join("+")} by ${setting.replace("Pulumi.prod.yaml.exposure.", "")}`;
      }),
    ]),
  );
  expect(decided).toEqual({
    "shop/web": [
      "cloudflareTunnel by services.shop/web.public",
      "hostPort by dashboard",
      "none by internal",
    ],
    "shop/admin": [
      "traefik+hostPort by systems.shop.public",
      "hostPort by dashboard",
      "none by internal",
    ],
    "shop/cache": [
      "traefik+hostPort by systems.shop.public",
      "hostPort by dashboard",
      "none by internal",
    ],
    "blog/web": [
      "none by public",
      "none by services.blog/web.dashboard",
      "hostPort by systems.blog.internal",
    ],
    "wiki/web": ["none by public", "hostPort by dashboard", "none by internal"],
  });
});

test.each([
  ["hostPort", { ports: [3000], routes: [] }],
  ["traefik", { ports: [], routes: ["traefik"] }],
  ["cloudflareTunnel", { ports: [], routes: ["cloudflareTunnel"] }],
  [["traefik", "hostPort"], { ports: [3000], routes: ["traefik"] }],
  [["hostPort", "cloudflareTunnel"], { ports: [3000], routes: ["cloudflareTunnel"] }],
])("%j opens these ways and no other", (ways, expected) => {
  const stack = settings("prod", { exposure: { public: ways }, zones: ["example.org"] });
  const plan = planOf([shop], [stack]);
  expect(plan.issues).toEqual([]);
  expect({
    ports: serviceOf(plan, "shop/web").ports.map(({ host }) => host),
    routes: plan.routes.map(({ via }) => via),
  }).toEqual(expected);
});

test("none closes a dashboard and what is internal", () => {
  const plan = planOf(
    [shop],
    [settings("dev", { exposure: { dashboard: "none", internal: "none" } })],
  );
  expect(plan.issues).toEqual([]);
  expect(plan.services.flatMap(({ ports }) => ports).map(({ host }) => host)).toEqual([4000]);
});

test("overrides for what the environment does not have", () => {
  const blog = system("blog", { web: service({ dev: { absent: "it is only read in prod" } }) });
  const exposure = {
    systems: { shpo: { public: "none" }, constructor: { public: "none" }, blog: {} },
    services: { "shop/wbe": { public: "none" }, "blog/web": { public: "none" } },
  };
  expect(issuesOf([shop, blog], [settings("dev", { exposure })])).toEqual([
    "Pulumi.dev.yaml.exposure.systems.shpo: there is no such system in dev; did you mean 'shop'?",
    "Pulumi.dev.yaml.exposure.systems.constructor: there is no such system in dev; there is blog, shop",
    "Pulumi.dev.yaml.exposure.services.shop/wbe: there is no such service in dev; did you mean 'shop/web'?",
    "Pulumi.dev.yaml.exposure.services.blog/web: there is no such service in dev; did you mean 'shop/web'?",
  ]);
  expect(
    issuesOf([shop, blog], [settings("prod", { exposure: { ...exposure, systems: {} } })]),
  ).toEqual([
    "Pulumi.prod.yaml.exposure.services.shop/wbe: there is no such service in prod; did you mean 'shop/web'?",
  ]);
});

test("a system that the stack leaves out may have its override", () => {
  const exposure = { systems: { shop: { public: "none" } } };
  expect(
    issuesOf([shop, system("blog", {})], [settings("dev", { systems: ["blog"], exposure })]),
  ).toEqual([]);
});
