import { renderMermaid } from "../../../planning/render/mermaid";
import { plannedService, smallPlan } from "../../support/plan-fixture";

test("every service in its system and project, with arrows to what it needs", () => {
  expect(renderMermaid(smallPlan()).trimEnd().split("\n")).toEqual([
    "flowchart LR",
    '  subgraph system_blog["blog"]',
    "    direction LR",
    '    service_blog_web["<b>web</b><br/>blog-web-dev<br/>4000 → 5173"]:::public',
    "  end",
    "  class system_blog system",
    '  subgraph system_shop["shop"]',
    "    direction LR",
    '    subgraph project_shop_store["store"]',
    "      direction LR",
    '      service_shop_postgres["<b>postgres</b><br/>shop-postgres-dev"]:::internal',
    '      service_shop_migrate["<b>migrate</b><br/>shop-migrate-dev"]:::job',
    '      service_shop_api["<b>api</b><br/>shop-api-dev<br/>4100 → 8000"]:::public',
    "    end",
    "    class project_shop_store system",
    '    subgraph project_shop_search["search"]',
    "      direction LR",
    '      service_shop_index["<b>index</b><br/>shop-index-dev<br/>4120 → 6333<br/>4121 → 6334"]:::dashboard',
    "    end",
    "    class project_shop_search system",
    "  end",
    "  class system_shop system",
    '  service_shop_migrate -->|"shop"| service_shop_postgres',
    '  service_shop_api -->|"shop"| service_shop_postgres',
    "  service_shop_api --> service_shop_migrate",
    "  service_blog_web -.-> service_shop_api",
    '  external_blog_pictures(["pictures<br/>https://pictures.example.org"]):::external',
    "  classDef public fill:#d3f2dd,stroke:#1f8a4c,color:#10331f",
    "  classDef dashboard fill:#dbe7fd,stroke:#3565c4,color:#14264d",
    "  classDef internal fill:#f1f1f4,stroke:#8a8a99,color:#26262e",
    "  classDef job fill:#fdf0d2,stroke:#b5831b,color:#42300a,stroke-dasharray:4 3",
    "  classDef system fill:#8a8a9914,stroke:#8a8a99",
    "  classDef external fill:none,stroke:#8a8a99,stroke-dasharray:2 3",
  ]);
});

test("a box per system", () => {
  expect(renderMermaid(smallPlan(), { level: "systems" }).split("\n").slice(0, 5)).toEqual([
    "flowchart TB",
    '  system_blog["<b>blog</b><br/>1 service<br/>ports 4000"]:::public',
    '  system_shop["<b>shop</b><br/>store, search<br/>3 services, 1 job<br/>ports 4100–4121"]:::public',
    "  system_blog --> system_shop",
    '  external_blog_pictures(["pictures<br/>https://pictures.example.org"]):::external',
  ]);
});

test("identifiers hold letters, digits and underscores only, and no two are the same", () => {
  const plan = smallPlan();
  plan.services = ["a-b", "a_b", "end", "ü"].map((service) =>
    plannedService({ system: "x.y", service }),
  );
  const ids = [...renderMermaid(plan).matchAll(/^ *(service_\S+)\[/gm)].map((match) => match[1]);
  expect(ids).toEqual(["service_x_y_a_b", "service_x_y_a_b_2", "service_x_y_end", "service_x_y_"]);
});

test("labels can't end their quotes or bring in tags", () => {
  const plan = smallPlan();
  plan.services = [plannedService({ system: "shop", service: "api", container: 'a"]<b>#1' })];
  expect(renderMermaid(plan)).toContain('["<b>api</b><br/>a#quot;]#lt;b#gt;#35;1"]:::internal');
});

test("a need of something unknown draws nothing", () => {
  const plan = smallPlan();
  plan.services = [plannedService({ system: "shop", service: "api", needs: ["shop/gone"] })];
  expect(renderMermaid(plan)).not.toContain("->");
});
