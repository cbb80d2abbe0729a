import { renderSvg } from "../../../planning/render/svg";
import { plannedService, smallPlan } from "../../support/plan-fixture";

/** Texts of the picture in their order, each with its class. */
function texts(svg: string): string[] {
  return [...svg.matchAll(/<text class="([^"]*)"[^>]*>([^<]*)</g)].map(
    ([, style = "", content = ""]) => `${style.split(" ")[0]}: ${content}`,
  );
}

test("a card per system, the tallest first, with containers, ports and needs of other systems", () => {
  expect(texts(renderSvg(smallPlan())).slice(6)).toEqual([
    "system: shop",
    "small: 3 services, 1 job, 2 GiB",
    "project: store",
    "project: search",
    "service: postgres",
    "container: shop-postgres-dev",
    "service: migrate",
    "container: shop-migrate-dev",
    "service: api",
    "container: shop-api-dev",
    "port: 4100 → 8000",
    "service: index ×2",
    "container: shop-index-dev",
    "port: 4120 → 6333",
    "port: 4121 → 6334",
    "system: blog",
    "small: 1 service, 256 MiB",
    "container: → shop/api",
    "service: web",
    "container: blog-web-dev",
    "port: 4000 → 5173",
  ]);
});

test("an arrow per need within a system, dashed for the browser's", () => {
  const plan = smallPlan();
  expect(renderSvg(plan).match(/class="need"/g)).toHaveLength(3);
  for (const service of plan.services) service.startsAfter = [];
  const svg = renderSvg(plan);
  expect(svg.match(/class="need browser"/g)).toHaveLength(1);
  expect(svg.match(/class="need"/g)).toHaveLength(2);
});

test("is well-formed whatever the names", () => {
  const plan = smallPlan();
  plan.services = [plannedService({ system: "shop", service: "api", container: '<a href="&">' })];
  expect(texts(renderSvg(plan))).toContain("container: &lt;a href=&quot;&amp;&quot;&gt;");
});

test("is the same picture each time, and one of an empty plan too", () => {
  expect(renderSvg(smallPlan())).toBe(renderSvg(smallPlan()));
  expect(renderSvg({ ...smallPlan(), services: [] })).not.toMatch(/NaN|Infinity|undefined/);
});
