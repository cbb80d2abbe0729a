import { join } from "node:path";
import { loadCatalogue } from "../../config/catalogue";
import { formatIssue } from "../../config/issues";
import { loadStacks } from "../../config/stack-files";
import { planStack } from "../../planning/plan";

const catalogue = loadCatalogue();
const committed = loadStacks(join(__dirname, "../..")).stacks;

/** Issues of the five systems in the documented scheme, for the stack and the systems of a test. */
function issues(stack: string, systems?: Record<string, string[]>): string[] {
  const stacks = committed.map((one) => ({
    ...one,
    ports: "documented" as const,
    parameters: {},
    systems: systems?.[one.stack] ?? (systems === undefined ? one.systems : []),
  }));
  return planStack({ catalogue, stacks, stack })
    .issues.map(formatIssue)
    .filter((line) => line.includes(": port "));
}

const remedy =
  "choose another port for one of them, use the blocks scheme, or run fewer systems (berth:systems)";

test.each([
  [
    "dagster's and the vLLM server",
    ["luv", "korczewski"],
    "luv/dagster-webserver",
    "korczewski/vllm",
    4100,
  ],
  [
    "inpactai's and galerly's",
    ["inpactai", "galerly"],
    "inpactai/frontend",
    "galerly/frontend",
    5173,
  ],
  [
    "Grafana's and l2p's",
    ["openmates", "korczewski"],
    "openmates/grafana",
    "korczewski/l2p-backend",
    3001,
  ],
])("in dev, %s", (_, systems, one, other, port) => {
  const found = issues("dev", { dev: systems });
  expect([
    `systems/${one}: port ${port} is ${other}'s; ${remedy}`,
    `systems/${other}: port ${port} is ${one}'s; ${remedy}`,
  ]).toEqual(expect.arrayContaining(found));
  expect(found).toHaveLength(1);
});

test("on one host, vedanta's of prod and l2p's of dev", () => {
  expect(issues("dev", { dev: ["korczewski"], prod: ["luv"] })).toEqual([
    `systems/korczewski/l2p-frontend: port 3000 is luv/vedanta-systems's, stack prod; ${remedy}`,
  ]);
  expect(issues("prod", { dev: ["korczewski"], prod: ["luv"] })).toEqual([
    `systems/luv/vedanta-systems: port 3000 is korczewski/l2p-frontend's, stack dev; ${remedy}`,
  ]);
});

test("each system alone has no collision", () => {
  for (const { name } of catalogue.systems.dev) {
    expect(issues("dev", { dev: [name] })).toEqual([]);
  }
});

test("all of them together name each collision", () => {
  const ports = issues("dev").map((line) => /port (\d+)/.exec(line)?.[1]);
  expect(ports).toEqual(expect.arrayContaining(["4100", "5173", "3001", "3000"]));
});
