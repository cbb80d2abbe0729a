import { consequencesOf } from "../../../planning/consequences";
import type { Diff } from "../../../planning/consequences/types";
import { renderConsequencesMarkdown } from "../../../planning/render/consequences-markdown";
import { renderConsequences } from "../../../planning/render/consequences-text";
import type { Plan } from "../../../planning/types";
import { smallPlan } from "../../support/plan-fixture";

/** The small plan after a change of many kinds. */
function change(): Diff {
  const base: Plan = { ...smallPlan(), issues: [] };
  const head: Plan = structuredClone(base);
  const [postgres, migrate, api, index] = head.services;
  if (!postgres || !migrate || !api || !index) throw new Error("the small plan has changed");
  postgres.mounts = postgres.mounts.map((mount) => ({ ...mount, source: "shop-rows-dev" }));
  head.volumes = head.volumes.map((volume) =>
    volume.retained ? { ...volume, name: "shop-rows-dev" } : volume,
  );
  migrate.variables = { ...migrate.variables, STEP: "2 | <b>" };
  api.ports = [{ ip: "0.0.0.0", host: 4100, container: 8000 }];
  api.health = {
    ...{ kind: "command", port: null, path: null, test: ["CMD", "true"] },
    ...{ intervalSeconds: 10, timeoutSeconds: 5, retries: 3, startPeriodSeconds: 60 },
  };
  index.memoryBytes = 2 ** 30;
  head.services = head.services.filter(({ system }) => system !== "blog");
  return {
    base: { ref: "main", commit: "1234567890abcdef1234567890abcdef12345678" },
    stacks: [consequencesOf(base, head), { ...consequencesOf(base, base), stack: "prod" }],
    notes: ["components/job.ts changed"],
  };
}

test("consequences in a terminal, what is at risk first", () => {
  expect(renderConsequences(change(), { width: Infinity }).split("\n")).toEqual([
    "Working tree against main (12345678)",
    "",
    "Stack dev: 3 replaced, 2 updated, 1 removed; down for 1 min 55 s at most",
    "  Data at risk",
    "    shop-data-dev is kept on the host, used by nobody: shop/postgres starts with shop-rows-dev in its place, which is empty",
    "  Opened",
    "    0.0.0.0:4100 for shop/api, to other machines as well",
    expect.stringMatching(/^ {2}CONTAINER +IS +DOWN +BECAUSE +MISSED BY$/),
    expect.stringMatching(
      /^ {2}shop-api-dev +replaced +10 s to 1 min 55 s {2}port 8000: 127\.0\.0\.1:4100 → 0\.0\.0\.0:4100; health test: added, CMD true; /,
    ),
    expect.stringMatching(
      /^ {2}shop-postgres-dev +replaced +0 s to 10 s +mount \/var\/lib\/postgresql\/data: volume shop-data-dev → volume shop-rows-dev +shop\/api$/,
    ),
    expect.stringMatching(
      /^ {2}shop-migrate-dev +replaced, runs +none +STEP: added, 2 \| <b>; shop\/postgres has other containers$/,
    ),
    expect.stringMatching(/^ {2}blog-web-dev +removed$/),
    expect.stringMatching(
      /^ {2}shop-index-dev, shop-index-dev-2 +updated +none +memory: 256 MiB → 1 GiB$/,
    ),
    "  Closed",
    "    127.0.0.1:4100 was shop/api's",
    "    127.0.0.1:4000 was blog/web's",
    "  Jobs that run",
    "    shop/migrate",
    "  Data",
    "    shop-rows-dev for shop/postgres at /var/lib/postgresql/data (new)",
    "  Memory",
    "    2.3 GiB → 3.5 GiB (+1.3 GiB)",
    "",
    "No consequences for prod",
    "",
    "Note: components/job.ts changed",
  ]);
});

test("consequences as a pull request's comment", () => {
  const found = renderConsequencesMarkdown(change()).split("\n");
  expect(found.slice(0, 8)).toEqual([
    "## What this change does",
    "",
    "### Stack `dev`: 3 replaced, 2 updated, 1 removed; down for 1 min 55 s at most",
    "",
    "**Data at risk**: shop-data-dev is kept on the host, used by nobody: shop/postgres starts with shop-rows-dev in its place, which is empty",
    "",
    "**Opened**: 0.0.0.0:4100 for shop/api, to other machines as well",
    "",
  ]);
  expect(found).toContain(
    "| `shop-migrate-dev` | replaced, runs | none | STEP: added, 2 \\| &lt;b><br>shop/postgres has other containers |  |",
  );
  expect(found.slice(found.indexOf("<details><summary>Details</summary>"))).toEqual([
    "<details><summary>Details</summary>",
    "",
    "- shop-postgres-dev: from 0 s (stops at once, passes its first health check) to 10 s (10 s to stop, 0 s until its health check gives up)",
    "- shop-api-dev: from 10 s (stops at once, passes its first health check) to 115 s (10 s to stop, 105 s until its health check gives up)",
    "",
    "</details>",
    "",
    "No consequences for `prod`.",
    "",
    "> components/job.ts changed",
    "",
    "<sub>Plan of the working tree against main (12345678), from committed data alone. Downtimes are estimates.</sub>",
    "",
  ]);
});

test("many containers go into the details, which an unchanged stack has not", () => {
  const base = smallPlan();
  const [first] = base.services;
  if (!first) throw new Error("the small plan has changed");
  const services = Array.from({ length: 13 }, (_, index) => ({
    ...first,
    ...{ service: `s${index}`, container: `s${index}`, cpus: 1 },
  }));
  const before = {
    ...base,
    issues: [],
    services: services.map((each) => ({ ...each, cpus: null })),
  };
  const diff = {
    ...change(),
    stacks: [consequencesOf(before, { ...before, services })],
    notes: [],
  };
  const text = renderConsequencesMarkdown(diff);
  expect(text.indexOf("<details>")).toBeLessThan(text.indexOf("| Container |"));
  expect(text.match(/^\| `s\d+` /gm)).toHaveLength(13);
});

test("a plan with issues updates nothing, and says so first", () => {
  const base = { ...smallPlan(), issues: [] };
  const diff = { ...change(), stacks: [consequencesOf(base, smallPlan())], notes: [] };
  expect(renderConsequences(diff).split("\n").slice(2)).toEqual([
    "Stack dev: nothing is updated: 1 issue, 1 of them new",
    "  New issues",
    "    systems/shop/index: port 4120 is also blog/feed's; give one of them another slot",
    "  Untouched: 6 containers",
  ]);
});
