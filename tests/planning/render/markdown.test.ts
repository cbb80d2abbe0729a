import { renderMarkdown } from "../../../planning/render/markdown";
import { plannedService, smallPlan } from "../../support/plan-fixture";

test("the plan for documentation and pull requests", () => {
  expect(renderMarkdown(smallPlan()).trimEnd().split("\n")).toEqual([
    "## Stack `dev`",
    "",
    "Environment `dev` on host `lab`: 4 services, 1 job, 3 networks, 2 volumes, 2.3 GiB of memory.",
    "",
    "### 1 issue",
    "",
    "- systems/shop/index: port 4120 is also blog/feed's; give one of them another slot",
    "",
    "### URLs",
    "",
    "| Service | Role | URL |",
    "| --- | --- | --- |",
    "| blog/web | public | <http://127.0.0.1:4000> |",
    "| shop/api | public | <http://127.0.0.1:4100> |",
    "| shop/index | dashboard | <http://127.0.0.1:4120> |",
    "| blog/pictures | elsewhere | <https://pictures.example.org> |",
    "",
    "### blog",
    "",
    "| Service | Container | Ports | Networks | Needs | Limits |",
    "| --- | --- | --- | --- | --- | --- |",
    "| web | `blog-web-dev` | `127.0.0.1:4000 → 5173` | `blog-dev` | `shop/api` | 256 MiB |",
    "",
    "Volumes:",
    "",
    "- `blog-modules-dev`: `web:/app/node_modules` (not kept)",
    "",
    "### shop",
    "",
    "| Service | Container | Ports | Networks | Needs | Limits |",
    "| --- | --- | --- | --- | --- | --- |",
    "| postgres | `shop-postgres-dev` |  | `shop-data-dev` |  | 1 GiB |",
    "| migrate (job) | `shop-migrate-dev` |  | `shop-data-dev` | `postgres#shop` | 256 MiB |",
    "| api | `shop-api-dev` | `127.0.0.1:4100 → 8000` | `shop-dev`<br>`shop-data-dev` | `postgres#shop`<br>`migrate` | 256 MiB |",
    "| index | `shop-index-dev` | `127.0.0.1:4120 → 6333`<br>`127.0.0.1:4121 → 6334` | `shop-dev` |  | 256 MiB × 2 |",
    "",
    "Volumes:",
    "",
    "- `shop-data-dev`: `postgres:/var/lib/postgresql/data`",
    "",
    "### Exceptions from the hardening",
    "",
    "| Services | Allows |  | Reason |",
    "| --- | --- | --- | --- |",
    "| shop/postgres | root-user |  | initdb changes the owner \\| of its volume first |",
    "",
    "### Substitutions",
    "",
    "| Runs | In the place of |",
    "| --- | --- |",
    "| stand-in, as the source is missing | shop/migrate, shop/api |",
    "| `berth.local/postgres:16` | shop/postgres |",
    "",
    "### Notes",
    "",
    "- systems/blog: is absent from prod: it is a draft",
  ]);
});

test("what people wrote stays text: bars, tags and line breaks", () => {
  const plan = smallPlan();
  plan.issues = [{ path: "a|b", message: "<img src=x>\n*loud*", remedy: "see `c`" }];
  plan.services = [plannedService({ system: "shop", service: "api", container: "a|b`c" })];
  const markdown = renderMarkdown(plan);
  expect(markdown).toContain("- a\\|b: &lt;img src=x> \\*loud\\*; see \\`c\\`\n");
  expect(markdown).toContain("| api | `a\\|b'c` |");
});

test("limits: what is not limited is left out", () => {
  const plan = smallPlan();
  const limits = { system: "shop", cpus: 2, processes: 8192 };
  plan.services = [
    plannedService({ ...limits, service: "a", replicas: 3 }),
    plannedService({ ...limits, service: "b", cpus: 1, processes: null }),
  ];
  const text = renderMarkdown(plan);
  expect(text).toContain("| 256 MiB, 2 CPUs, 8192 processes of its user × 3 |");
  expect(text).toContain("| 256 MiB, 1 CPU |");
});
