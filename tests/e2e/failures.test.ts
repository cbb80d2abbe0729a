import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createCheckout, type Checkout, type Outcome } from "./support/checkout";
import { docker } from "./support/docker";
import { clearAway } from "./support/stack";

let checkout: Checkout;

/** A system of one Redis, a job after it and an application after the job. */
function writeSystem({
  job = "redis-cli -h store set ready yes",
  health = "redis-cli",
  folder = checkout.folder,
} = {}): void {
  writeFileSync(
    join(folder, "config/systems/trial.ts"),
    `import { defineSystem } from "../schema/system";
const redis = { image: { registry: "redis:7.4.2-alpine" }, networks: ["main"], user: "999:1000", memory: "64 MiB" };
export default defineSystem({
  name: "trial", title: "Trial", about: "A system of a test.",
  networks: { main: { name: "trial-{environment}" } },
  volumes: { data: { name: "trial_data_{environment}" } },
  projects: { trial: { ports: { block: 9, slice: 4 } } },
  services: {
    store: { ...redis, endpoints: { redis: { port: 6379, protocol: "redis", role: "internal" } },
      mounts: [{ volume: "data", target: "/data" }],
      health: { kind: "command", command: ["redis-cli", "ping"], interval: "1 s", startPeriod: "1 s" } },
    setup: { ...redis, kind: "job", entrypoint: ["sh", "-c"], command: [${JSON.stringify(job)}],
      needs: { store: { endpoint: "store" }, token: { secret: "token", variables: { TOKEN: "{value}" } } } },
    app: { ...redis, endpoints: { redis: { port: 6379, protocol: "redis", role: "internal" } },
      needs: { setup: { job: "setup" }, token: { secret: "token", variables: { TOKEN: "{value}" } } },
      health: { kind: "command", command: [${JSON.stringify(health)}, "ping"], interval: "1 s", startPeriod: "1 s" } },
  },
});
`,
  );
}

const up = (): Promise<Outcome> => checkout.berth("up", "dev", "--install", "--yes");

async function exists(container: string): Promise<boolean> {
  return (await docker.listContainers({ all: true })).some(({ Names }) =>
    Names.includes(`/${container}`),
  );
}

beforeAll(async () => {
  checkout = await createCheckout();
  checkout.configure("dev", { systems: ["trial"] });
});

afterAll(() => clearAway(checkout, "dev", [{ name: "trial_data_dev" }]));

test("a failing job fails up with its name, exit code and log, and its dependents do not start", async () => {
  writeSystem({ job: "echo no such thing as a free lunch; exit 3" });
  const { exitCode, stdout, stderr } = await up();
  expect(exitCode).toBe(1);
  expect(stdout + stderr).toContain("trial/setup");
  expect(stdout + stderr).toContain("exit code 3");
  expect(stdout + stderr).toContain("no such thing as a free lunch");
  expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(await exists("trial-app-dev")).toBe(false);
});

test("with its cause mended, the next up runs it again and converges", async () => {
  writeSystem();
  const { exitCode, stderr } = await up();
  expect({ exitCode, stderr: exitCode === 0 ? "" : stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect((await docker.getContainer("trial-app-dev").inspect()).State.Health?.Status).toBe(
    "healthy",
  );
});

test("a job whose cause was outside of the program runs again by up alone", async () => {
  // The store refuses writes: nothing that Berth sees has changed when it accepts them again.
  writeSystem({ job: "echo attempt; test $(redis-cli -h store exists open) = 1" });
  expect((await up()).exitCode).toBe(1);
  const store = await docker
    .getContainer("trial-store-dev")
    .exec({ Cmd: ["redis-cli", "set", "open", "1"] });
  await store.start({ Detach: true });
  const { exitCode, stderr } = await up();
  expect({ exitCode, stderr: exitCode === 0 ? "" : stderr }).toEqual({ exitCode: 0, stderr: "" });
});

test("a service that does not become healthy is named with its check and log, without its secrets", async () => {
  writeSystem({
    job: "redis-cli -h store set ready yes",
    health: "false",
  });
  const { exitCode, stdout, stderr } = await up();
  const output = stdout + stderr;
  expect(exitCode).toBe(1);
  expect(output).toContain("trial/app");
  expect(output).toMatch(/unhealthy|does not become healthy|not healthy/);
  expect(output).toContain("Ready to accept connections");
  const { Config } = await docker.getContainer("trial-app-dev").inspect();
  const token = Config.Env.find((line) => line.startsWith("TOKEN="))?.slice("TOKEN=".length) ?? "";
  expect(token).toHaveLength(32);
  expect(output).not.toContain(token);
});

test("an up that is killed half way leaves a state from which the next one converges", async () => {
  writeSystem();
  const { exitCode, stderr } = await checkout.run(
    "sh",
    "-c",
    `./berth up dev --yes & berth=$!; sleep 8; pkill -KILL -P $berth; kill -KILL $berth; wait $berth; true`,
  );
  expect({ exitCode, stderr: exitCode === 0 ? "" : stderr }).toEqual({ exitCode: 0, stderr: "" });
  const after = await up();
  expect({ exitCode: after.exitCode, stderr: after.exitCode === 0 ? "" : after.stderr }).toEqual({
    exitCode: 0,
    stderr: "",
  });
  expect((await docker.getContainer("trial-app-dev").inspect()).State.Health?.Status).toBe(
    "healthy",
  );
});

test("a second state does not take the stack's containers for leftovers", async () => {
  const { Id } = await docker.getContainer("trial-store-dev").inspect();
  const other = await createCheckout();
  try {
    other.configure("dev", { systems: ["trial"] });
    writeSystem({ folder: other.folder });
    const { exitCode, stderr } = await other.berth("up", "dev", "--install", "--yes");
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /stack dev: \d+ containers of this stack are on the Docker host and in no state of this machine/,
    );
    expect((await docker.getContainer("trial-store-dev").inspect()).Id).toBe(Id);
  } finally {
    other.remove();
  }
});
