import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plan } from "../../planning/types";
import { createCheckout, type Checkout } from "./support/checkout";
import { docker, eventually, execute } from "./support/docker";
import { bringUp, clearAway, expectNoDrift, planHere } from "./support/stack";

let checkout: Checkout;
let plan: Plan;

/** Ids that nobody else on this machine has: the kernel counts a user's processes over all of it. */
const user = "54321:54321";
const limit = 60;

beforeAll(async () => {
  checkout = await createCheckout();
  writeFileSync(
    join(checkout.folder, "config/systems/trial.ts"),
    `import { defineSystem } from "../schema/system";
const redis = { image: { registry: "redis:7.4.2-alpine" }, networks: ["main"], memory: "64 MiB", tmpfs: ["/data"],
  health: { kind: "command", command: ["redis-cli", "ping"], interval: "1 s" } } as const;
const start = { command: ["redis-server", "--save", ""], networks: ["main"] };
export default defineSystem({
  name: "trial", title: "Trial", about: "A system of a test.",
  networks: { main: { name: "trial-{environment}" } },
  projects: { trial: { ports: { block: 9, slice: 4 } } },
  services: {
    bounded: { ...redis, ...start, user: "${user}", processes: ${limit}, cpus: 0.5 },
    usual: { ...redis, ...start, user: "54322:54322" },
    // The image's own entry point would give up being root, for which it has no capability.
    root: { ...redis, ...start, user: "0:0", entrypoint: ["redis-server"], command: ["--save", ""],
      exceptions: [{ allow: "root-user", reason: "shows that root has no process limit" }] },
  },
});
`,
  );
  checkout.configure("prod", { systems: ["trial"] });
  await bringUp(checkout, "prod");
  plan = await planHere(checkout, "prod");
});

afterAll(() => clearAway(checkout, "prod"));

const container = (service: string): string =>
  plan.services.find((planned) => planned.service === service)?.container ?? "";

test("containers have the limits of the plan", async () => {
  expect(
    plan.services.map(({ service, cpus, processes }) => [service, cpus, processes]).sort(),
  ).toEqual([
    ["bounded", 0.5, limit],
    ["root", 2, null],
    ["usual", 2, 8192],
  ]);
  await expectNoDrift(checkout, "prod");
});

test("a preview against what runs finds nothing to change", async () => {
  const { exitCode, stdout, stderr } = await checkout.run(
    "bash",
    "-c",
    'eval "$(./berth env prod)" && npx pulumi preview --stack prod --refresh --expect-no-changes --non-interactive',
  );
  expect({ exitCode, output: exitCode === 0 ? "" : stdout + stderr }).toEqual({
    exitCode: 0,
    output: "",
  });
});

test("a fork bomb ends at the limit, and its container works again without it", async () => {
  const bomb = "i=0; while [ $i -lt 300 ]; do sleep 5 & i=$((i+1)); done; echo all started";
  const bombed = await execute(container("bounded"), "sh", "-c", bomb);
  expect(bombed.output).toMatch(/can't fork|Cannot fork|Resource temporarily unavailable/);
  expect(bombed.output).not.toContain("all started");
  const { Processes } = (await docker.getContainer(container("bounded")).top()) as {
    Processes: string[][];
  };
  expect(Processes.length).toBeLessThanOrEqual(limit);
  // A container of another user does not notice.
  expect((await execute(container("usual"), "redis-cli", "ping")).output.trim()).toBe("PONG");
  await eventually(async () => {
    const { output } = await execute(container("bounded"), "redis-cli", "ping");
    if (output.trim() !== "PONG") throw new Error(output);
  });
  expect((await execute(container("root"), "sh", "-c", bomb)).output).toContain("all started");
});
