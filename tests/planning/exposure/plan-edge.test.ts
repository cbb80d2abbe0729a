import { formatIssue } from "../../../config/issues";
import {
  notesOf,
  planOf,
  routed,
  routedStack,
  service,
  settings,
  system,
} from "../../support/catalogue";

const shop = system("shop", {
  api: service({ endpoints: { http: routed({ host: "api.example.org" }) } }),
  web: service({ endpoints: { http: routed({ host: "example.org" }) } }),
});

/** Berth's own containers under a policy, in start order. */
function edgeOf(exposure: object): string[] {
  const plan = planOf([shop], [settings("prod", { exposure, zones: ["example.org"] })]);
  expect(plan.issues.map(formatIssue)).toEqual([]);
  return plan.services.filter(({ system }) => system === "edge").map(({ container }) => container);
}

const traefik = [
  ...["traefik-volumes-prod", "traefik-routes-prod", "traefik", "traefik-routes-shop-prod"],
];

test("runs what the routes need, and nothing else", () => {
  const services = { "shop/api": { public: "cloudflareTunnel" } };
  expect(edgeOf({ public: "traefik" }).sort()).toEqual([...traefik].sort());
  expect(edgeOf({ public: "cloudflareTunnel" })).toEqual(["cloudflared-prod"]);
  expect(edgeOf({ public: "traefik", services }).sort()).toEqual(
    [...traefik, "cloudflared-prod"].sort(),
  );
  expect(planOf([shop], [settings("prod")]).services.map(({ system }) => system)).not.toContain(
    "edge",
  );
});

test("nothing of the edge is routed itself, whatever the policy says", () => {
  const plan = planOf([shop], [routedStack()]);
  expect(plan.issues).toEqual([]);
  expect(plan.routes.map(({ system }) => system)).toEqual(["shop", "shop"]);
});

test("with tunnels alone no port is open to others", () => {
  const plan = planOf(
    [shop],
    [settings("prod", { exposure: { public: "cloudflareTunnel" }, zones: ["example.org"] })],
  );
  expect(plan.services.flatMap(({ ports }) => ports)).toEqual([]);
  expect(notesOf(plan)).toEqual([]);
});
