import pc from "picocolors";
import { renderSummary } from "../../../planning/render/summary";
import { renderText } from "../../../planning/render/text";
import { plannedService, smallPlan } from "../../support/plan-fixture";

test("the whole plan as a person reads it", () => {
  expect(renderText(smallPlan()).split("\n")).toEqual([
    "Stack dev: environment dev, host lab",
    "",
    "blog  1 service, 256 MiB",
    "  SERVICE  CONTAINER     MEMORY   PUBLISHED              NETWORKS  NEEDS",
    "  web      blog-web-dev  256 MiB  http://127.0.0.1:4000  blog-dev  shop/api",
    "",
    "  Volumes  blog-modules-dev (web:/app/node_modules, not kept)",
    "",
    "shop  3 services, 1 job, 2 GiB",
    "  SERVICE        CONTAINER          MEMORY   PUBLISHED              NETWORKS       NEEDS",
    "  postgres       shop-postgres-dev  1 GiB                           shop-data-dev",
    "  migrate (job)  shop-migrate-dev   256 MiB                         shop-data-dev  postgres#shop",
    "  api            shop-api-dev       256 MiB  http://127.0.0.1:4100  shop-dev,      postgres#shop,",
    "                                                                    shop-data-dev  migrate",
    "  index (×2)     shop-index-dev     256 MiB  http://127.0.0.1:4120  shop-dev",
    "                                             127.0.0.1:4121 → 6334",
    "",
    "  Volumes  shop-data-dev (postgres:/var/lib/postgresql/data)",
    "",
    "Elsewhere",
    "  blog/pictures: https://pictures.example.org (the pictures' host)",
    "",
    "Exceptions from the hardening",
    "  shop",
    "    postgres: root-user: initdb changes the owner | of its volume first",
    "",
    "Substitutions",
    "  stand-in, as the source is missing: shop/migrate, shop/api",
    "  berth.local/postgres:16: shop/postgres",
    "",
    "Notes",
    "  systems/blog: is absent from prod: it is a draft",
    "",
    "Total: 4 services, 1 job, 3 networks, 2 volumes, 2.3 GiB of memory",
    "",
    "1 issue",
    "  systems/shop/index: port 4120 is also blog/feed's; give one of them another slot",
  ]);
});

test("exceptions: what services of a system have in common is one line", () => {
  const plan = smallPlan();
  const root = { allow: "root-user", reason: "the image starts as root" } as const;
  const cap = { allow: "capability", value: "CHOWN", reason: "it owns its data" } as const;
  plan.services = [
    plannedService({ system: "shop", service: "a", exceptions: [root, cap] }),
    plannedService({ system: "blog", service: "b", exceptions: [root] }),
    plannedService({ system: "shop", service: "c", exceptions: [root] }),
    plannedService({ system: "shop", service: "d", exceptions: [{ ...cap, value: "KILL" }] }),
  ];
  expect(renderText(plan)).toContain(
    [
      "Exceptions from the hardening",
      "  blog",
      "    b: root-user: the image starts as root",
      "  shop",
      "    a, c: root-user: the image starts as root",
      "    a: capability CHOWN: it owns its data",
      "    d: capability KILL: it owns its data",
      "",
    ].join("\n"),
  );
});

test("limits: only those that few have name their services", () => {
  const plan = smallPlan();
  const limits = { system: "shop", cpus: 2, processes: 8192 };
  plan.services = [
    plannedService({ ...limits, service: "a" }),
    plannedService({ ...limits, service: "b", cpus: null }),
    plannedService({ ...limits, service: "c", cpus: 1, processes: null }),
    plannedService({ ...limits, service: "d", processes: null }),
    plannedService({ ...limits, service: "e" }),
  ];
  expect(renderText(plan)).toContain(
    [
      "Limits",
      "  2 processors: all others",
      "  all processors: shop/b",
      "  1 processor: shop/c",
      "  8192 processes of each user: all others",
      "  any number of processes: shop/c, shop/d",
      "",
    ].join("\n"),
  );
  plan.services = [plannedService({ ...limits, service: "a", cpus: null })];
  expect(renderText(plan)).toContain("Limits\n  8192 processes of each user: all\n");
});

const longName = "a-container-with-a-name-longer-than-that-dev";

test.each([40, 60, 80, 100])(
  "a container's name and its memory are in one piece at %i columns",
  (width) => {
    const plan = smallPlan();
    plan.services.push(plannedService({ system: "shop", service: "long", container: longName }));
    expect(renderText(plan, { width })).toMatch(new RegExp(`${longName} +256 MiB`));
  },
);

test("without a width nothing wraps: a service is one line", () => {
  const plan = smallPlan();
  plan.services.push(
    plannedService({
      system: "shop",
      service: "a-service-with-quite-a-long-name",
      container: longName,
      networks: ["a-network-with-a-long-name-dev", "shop-data-dev"],
      needs: ["shop/postgres#a_database_with_a_long_name", "shop/api", "blog/web", "shop/index"],
    }),
  );
  const lines = renderText(plan, { width: Infinity }).split("\n");
  const find = (text: string) => lines.find((line) => line.includes(text)) ?? "";
  expect(find(longName).trim().split(/ {2,}/)).toEqual([
    "a-service-with-quite-a-long-name",
    longName,
    "256 MiB",
    "a-network-with-a-long-name-dev, shop-data-dev",
    "postgres#a_database_with_a_long_name, api, blog/web, index",
  ]);
  expect(find("shop-index-dev")).toContain("http://127.0.0.1:4120, 127.0.0.1:4121 → 6334");
});

test("of a plan that can't be made there are only the issues", () => {
  const plan = {
    ...smallPlan(),
    services: [],
    volumes: [],
    networks: [],
    externals: [],
    notes: [],
  };
  plan.issues = [
    { path: "Pulumi.dve.yaml", message: "there is no stack 'dve'", remedy: "did you mean 'dev'?" },
  ];
  expect(renderText(plan)).toBe(
    "1 issue\n  Pulumi.dve.yaml: there is no stack 'dve'; did you mean 'dev'?",
  );
});

test("the summary that `up` shows", () => {
  expect(renderSummary(smallPlan()).split("\n")).toEqual([
    "Stack dev: environment dev, host lab",
    "  SYSTEM  RUNS               MEMORY   HOST PORTS",
    "  blog    1 service          256 MiB  4000",
    "  shop    3 services, 1 job  2 GiB    4100–4121",
    "  total   4 services, 1 job  2.3 GiB  4000–4121",
    "  Stand-ins for missing sources (2): shop/migrate, shop/api",
    "  Local images for 1 service: berth.local/postgres:16 (1)",
    "Notes",
    "  systems/blog: is absent from prod: it is a draft",
    "1 issue",
    "  systems/shop/index: port 4120 is also blog/feed's; give one of them another slot",
  ]);
});

test("routes show where they lead and whether a rule guards them", () => {
  const plan = smallPlan();
  plan.routes = [
    {
      host: "shop.example.org",
      path: "/api",
      via: "traefik",
      container: "shop-api-dev",
      port: 8000,
      access: true,
      ...{
        system: "shop",
        service: "api",
        endpoint: "http",
        rule: "operators",
        guard: "basicAuth",
      },
      ...{ url: "https://shop.example.org/api", containers: ["shop-api-dev"] },
      ...{ stripPath: false, rateLimit: null, maxBodyBytes: null },
    },
    {
      host: "www.example.org",
      path: "/",
      via: "cloudflareTunnel",
      container: "blog-web-dev",
      port: 5173,
      access: false,
      ...{ system: "blog", service: "web", endpoint: "http", rule: null, guard: null },
      ...{ url: "https://www.example.org", containers: ["blog-web-dev"] },
      ...{ stripPath: false, rateLimit: null, maxBodyBytes: null },
    },
  ];
  expect(renderText(plan)).toContain(
    [
      "Routes",
      "  HOST AND PATH         VIA               TO                 ACCESS",
      "  shop.example.org/api  traefik           shop-api-dev:8000  operators",
      "  www.example.org/      cloudflareTunnel  blog-web-dev:5173  open",
    ].join("\n"),
  );
});

test.each([70, 80, 100, 140])("no line of a table is wider than %i columns", (width) => {
  const plan = smallPlan();
  plan.issues = [];
  plan.services.push(
    plannedService({
      system: "shop",
      service: "a-service-with-quite-a-long-name",
      networks: ["a-network-with-a-long-name-dev", "shop-data-dev"],
      container: "a-long-name-dev",
      needs: ["shop/postgres#a_database_with_a_long_name", "shop/api", "blog/web", "shop/index"],
    }),
  );
  for (const text of [renderText(plan, { width }), renderSummary(plan, { width })]) {
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(width);
  }
});

test("colours change nothing but colours, and there are none unless asked for", () => {
  const colours = pc.createColors(true);
  for (const render of [renderText, renderSummary]) {
    const plain = render(smallPlan());
    const painted = render(smallPlan(), { paint: colours });
    expect(painted.replace(/\u001b\[\d+m/g, "")).toBe(plain);
    expect(painted).not.toBe(plain);
    expect(plain).not.toContain("\u001b");
  }
});

test("an empty plan has a header and a total", () => {
  const empty = { ...smallPlan(), services: [], volumes: [], networks: [], externals: [] };
  expect(renderText({ ...empty, issues: [], notes: [] })).toBe(
    "Stack dev: environment dev, host lab\n\nTotal: 0 services, 0 networks, 0 volumes, 0 MiB of memory",
  );
});

test("an issue stays on one line, however long it is", () => {
  const plan = smallPlan();
  const message = "is long ".repeat(40).trim();
  plan.issues = [{ path: "systems/shop", message, remedy: "shorten it" }];
  const line = `  systems/shop: ${message}; shorten it`;
  expect(renderText(plan).split("\n")).toContain(line);
  expect(renderSummary(plan).split("\n")).toContain(line);
});
