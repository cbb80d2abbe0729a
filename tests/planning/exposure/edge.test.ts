import { systemSchema } from "../../../config/schema/system";
import { edgeSystem } from "../../../planning/exposure/edge";
import {
  byTunnel,
  issuesOf,
  planOf,
  routed,
  routedStack,
  service,
  serviceOf,
  system,
} from "../../support/catalogue";

const endpoints = { http: routed({ host: "example.org" }) };

test("Berth's own system is one as a catalogue file has it", () => {
  const { absentServices: _, ...spec } = edgeSystem();
  expect(systemSchema.parse(spec)).toEqual(spec);
});

test("no system of the catalogue has its name, routed or not", () => {
  const issue =
    "systems/edge: is the name of Berth's own system of proxies; give the system another name";
  expect(issuesOf([system("edge", { web: service() })])).toEqual([issue]);
  expect(issuesOf([system("edge", { web: service({ endpoints }) })], [routedStack()])).toContain(
    issue,
  );
});

test("a proxy is in one network with what it leads to, and joins none twice", () => {
  const networks = { main: { name: "lan-{environment}" }, other: { name: "dmz-{environment}" } };
  const one = (path: string, ...on: string[]) =>
    service({ networks: on, endpoints: { http: routed({ host: "example.org", path }) } });
  const shop = system(
    "shop",
    {
      api: one("/api", "main", "other"),
      web: one("/web", "other", "main"),
      admin: one("/admin", "other"),
    },
    { networks },
  );
  for (const [stack, proxy] of [
    [routedStack(), "traefik"],
    [routedStack("prod", byTunnel), "cloudflared"],
  ] as const) {
    // admin's network has the others on it as well.
    expect(serviceOf(planOf([shop], [stack]), `edge/${proxy}`).networks).toEqual([
      `${proxy}-prod`,
      "dmz-prod",
    ]);
  }
});

test("several routes to a service are one need", () => {
  const routes = ["/a", "/b"].map((path) => ({ host: "example.org", path }));
  const shop = system("shop", { web: service({ endpoints: { http: routed(...routes) } }) });
  const plan = planOf([shop], [routedStack("prod", byTunnel)]);
  expect(serviceOf(plan, "edge/cloudflared").needs).toEqual(["shop/web"]);
});
