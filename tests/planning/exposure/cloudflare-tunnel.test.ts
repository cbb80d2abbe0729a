import { formatIssue } from "../../../config/issues";
import type { PlannedTunnel } from "../../../planning/types";
import {
  byTunnel,
  planOf,
  routed,
  routedStack,
  service,
  serviceOf,
  system,
} from "../../support/catalogue";

type Route = Parameters<typeof routed>[0];

const shop = (...routes: Route[]) =>
  system("shop", { web: service({ endpoints: { http: routed(...routes) } }) });

function tunnelOf(routes: Route[], values: Record<string, unknown> = {}): PlannedTunnel {
  const plan = planOf([shop(...routes)], [routedStack("prod", { ...byTunnel, ...values })]);
  expect(plan.issues.map(formatIssue)).toEqual([]);
  if (plan.tunnel === null) throw new Error("no tunnel");
  return plan.tunnel;
}

test("cloudflared as it runs", () => {
  const plan = planOf([shop({ host: "example.org" })], [routedStack("prod", byTunnel)]);
  expect(serviceOf(plan, "edge/cloudflared")).toMatchObject({
    container: "cloudflared-prod",
    image: "cloudflare/cloudflared:2025.11.1",
    command: ["tunnel", "run"],
    ports: [],
    networks: ["cloudflared-prod", "shop-prod"],
    // It leads only to what is healthy.
    startsAfter: ["shop/web"],
    variables: { TUNNEL_METRICS: "127.0.0.1:20241", TUNNEL_TOKEN: "secret:berth-prod" },
    secrets: { TUNNEL_TOKEN: { origin: "tunnel", label: "berth-prod", template: "{secret}" } },
    health: { test: ["CMD", "cloudflared", "tunnel", "ready"] },
    security: { user: "65532:65532", readOnlyRoot: true, addedCapabilities: [] },
    stopSeconds: 35,
  });
});

test("the first rule that fits counts: by host, the longer path before the shorter", () => {
  const paths = ["/", "/api", "/api/v1.0", "/b"];
  const routes = [
    ...paths.map((path) => ({ host: "b.example.org", path })),
    { host: "a.example.org", path: "/" },
  ];
  const { ingress, records } = tunnelOf(routes);
  const origin = "http://shop-web-prod:80";
  expect(ingress).toEqual([
    { host: "a.example.org", path: null, origin, application: null },
    { host: "b.example.org", path: "^/api/v1\\.0(/.*)?$", origin, application: null },
    { host: "b.example.org", path: "^/api(/.*)?$", origin, application: null },
    { host: "b.example.org", path: "^/b(/.*)?$", origin, application: null },
    { host: "b.example.org", path: null, origin, application: null },
  ]);
  expect(records.map(({ host }) => host)).toEqual(["a.example.org", "b.example.org"]);
});

test("a path's expression takes what is below it, and nothing that only looks like it", () => {
  const path = tunnelOf([{ host: "example.org", path: "/v1.0" }]).ingress[0]?.path ?? "";
  const fits = (request: string) => new RegExp(path).test(request);
  expect(["/v1.0", "/v1.0/", "/v1.0/x/y"].filter(fits)).toHaveLength(3);
  expect(["/v1.0s", "/v1x0", "/x/v1.0", "/"].filter(fits)).toEqual([]);
});

test("a record is in the longest zone that the host lies in, with that zone's id", () => {
  const zones = ["example.org", "shop.example.org", "op.example.org"];
  const routes = ["a.shop.example.org", "shop.example.org", "b.example.org", "example.org"];
  const { records } = tunnelOf(
    routes.map((host) => ({ host })),
    { zones, cloudflare: { zones: { "shop.example.org": "z1" } } },
  );
  expect(records).toEqual([
    { host: "a.shop.example.org", zone: "shop.example.org", zoneId: "z1" },
    { host: "b.example.org", zone: "example.org", zoneId: null },
    { host: "example.org", zone: "example.org", zoneId: null },
    { host: "shop.example.org", zone: "shop.example.org", zoneId: "z1" },
  ]);
});

test("what a rule guards is an application of its own, with one policy per rule", () => {
  const access = {
    staff: { domains: ["example.org"], emails: ["eve@example.net"] },
    operators: { emails: ["ann@example.org"], basicAuth: ["ann"] },
    idle: { emails: ["bob@example.org"] },
  };
  const { ingress, applications, policies } = tunnelOf(
    [
      { host: "a.example.org", access: "staff" },
      { host: "b.example.org", path: "/admin", access: "operators" },
      { host: "b.example.org", path: "/site" },
      { host: "c.example.org", access: "staff" },
    ],
    { access },
  );
  expect(ingress.map(({ application }) => application)).toEqual([
    "a.example.org",
    "b.example.org/admin",
    null,
    "c.example.org",
  ]);
  expect(applications).toEqual([
    { host: "a.example.org", path: "/", rule: "staff" },
    { host: "b.example.org", path: "/admin", rule: "operators" },
    { host: "c.example.org", path: "/", rule: "staff" },
  ]);
  expect(policies).toEqual([
    { rule: "operators", emails: ["ann@example.org"], domains: [] },
    { rule: "staff", emails: ["eve@example.net"], domains: ["example.org"] },
  ]);
});

test("the account's identifiers are the settings', null where they are missing", () => {
  const cloudflare = { account: "a1", team: "berth" };
  expect(tunnelOf([{ host: "example.org" }])).toMatchObject({
    ...{ name: "berth-prod", account: null, team: null },
  });
  expect(tunnelOf([{ host: "example.org" }], { cloudflare })).toMatchObject({
    ...{ account: "a1", team: "berth" },
  });
});

test("an open path below a guarded one would be guarded as well", () => {
  const access = { operators: { emails: ["ann@example.org"] } };
  const open = { host: "example.org", path: "/api" };
  const issues = (guard: Route) =>
    planOf(
      [shop(open, { ...guard, access: "operators" })],
      [routedStack("prod", { ...byTunnel, access })],
    ).issues.map(formatIssue);
  expect(issues({ host: "example.org" })).toEqual([
    "systems/shop/web.endpoints.http.routes: example.org/api is open here, but Cloudflare Access guards it with example.org/ of shop/web by rule 'operators'; give it the same rule or another host",
  ]);
  expect(issues({ host: "example.org", path: "/admin" })).toEqual([]);
  expect(issues({ host: "admin.example.org" })).toEqual([]);
});
