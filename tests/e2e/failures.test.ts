import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createCheckout, type Checkout, type Outcome } from "./support/checkout";
import { docker, eventually } from "./support/docker";
import { clearAway } from "./support/stack";

let checkout: Checkout;

/** A system of one Redis, a job after it and an application after the job. */
function writeSystem({
  job = "redis-cli -h store set ready yes",
  timeout = "5 min",
  health = "redis-cli",
  store = {},
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
    store: { ...redis, ...${JSON.stringify(store)}, endpoints: { redis: { port: 6379, protocol: "redis", role: "internal" } },
      mounts: [{ volume: "data", target: "/data" }],
      health: { kind: "command", command: ["redis-cli", "ping"], interval: "1 s", startPeriod: "1 s" } },
    setup: { ...redis, kind: "job", timeout: ${JSON.stringify(timeout)}, entrypoint: ["sh", "-c"], command: [${JSON.stringify(job)}],
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

/** A command with the variables of `berth env`. */
const plain = (command: string): Promise<Outcome> =>
  checkout.run("sh", "-c", `eval "$(./berth env dev)" && ${command} --non-interactive`);

const idOf = async (name: string) => (await docker.getContainer(`trial-${name}-dev`).inspect()).Id;

/** Waits until the job's container runs and gives its id. */
const running = (): Promise<string> =>
  eventually(async () => {
    const job = docker.getContainer("trial-setup-dev");
    const { Id, State } = await job.inspect();
    if (!State.Running) throw new Error(`the job is ${State.Status}`);
    // It has said something, which is to be in what a failure tells.
    if ((await job.logs({ stdout: true })).length === 0) throw new Error("the job is silent");
    return Id;
  });

async function converges(): Promise<string> {
  writeSystem();
  const { exitCode, stdout, stderr } = await up();
  expect({ exitCode, stderr: exitCode === 0 ? "" : stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect((await docker.getContainer("trial-app-dev").inspect()).State.Health?.Status).toBe(
    "healthy",
  );
  return stdout + stderr;
}

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
  // Plain pulumi keeps to what it has seen, and names the command that looks again.
  const { stdout } = await plain("pulumi up --yes --skip-preview --stack dev");
  const [, remedy = ""] = /then run: (pulumi up --replace '\S+')/.exec(stdout) ?? [];
  expect(remedy).toContain("trial-setup-container");
  const again = await plain(`${remedy} --yes --skip-preview --stack dev`);
  expect(again.exitCode).not.toBe(0);
  expect(again.stdout).toContain("job trial-setup-dev ended with exit code 1");
  const store = await docker
    .getContainer("trial-store-dev")
    .exec({ Cmd: ["redis-cli", "set", "open", "1"] });
  await store.start({ Detach: true });
  const { exitCode, stderr } = await up();
  expect({ exitCode, stderr: exitCode === 0 ? "" : stderr }).toEqual({ exitCode: 0, stderr: "" });
});

test("a job that hangs is ended at its time limit, which up says with its last log lines", async () => {
  writeSystem({ job: "echo waiting with $TOKEN; trap 'exit 0' TERM; sleep 3600", timeout: "5 s" });
  const { exitCode, stderr } = await up();
  expect(exitCode).toBe(1);
  expect(stderr).toContain(
    "systems/trial/setup: job trial-setup-dev was ended at its time limit of 5 s; ",
  );
  expect(stderr).toContain("waiting with ***");
  const { State } = await docker.getContainer("trial-setup-dev").inspect();
  expect(State.Running).toBe(false);
  await converges();
});

test("a job that is killed half way fails up, and its dependents do not start", async () => {
  await docker.getContainer("trial-app-dev").remove({ force: true });
  writeSystem({ job: "echo half way; sleep 3600" });
  const outcome = up();
  await docker.getContainer(await running()).kill();
  const { exitCode, stderr } = await outcome;
  expect(exitCode).toBe(1);
  expect(stderr).toContain("job trial-setup-dev ended with exit code 137; ");
  expect(stderr).toContain("half way");
  expect(await exists("trial-app-dev")).toBe(false);
  await converges();
});

test("berth and engine killed during a job: the next up takes the job's container away and converges", async () => {
  writeSystem({ job: "echo half way; sleep 3600" });
  const killed = spawn(join(checkout.folder, "berth"), ["up", "dev", "--yes"], {
    ...{ cwd: checkout.folder, env: checkout.env, stdio: "ignore", detached: true },
  });
  const ended = new Promise((resolve) => killed.once("exit", resolve));
  const left = await running();
  // The command with the engine and its plugins: the process group is this run's alone.
  process.kill(-(killed.pid ?? 0), "SIGKILL");
  await ended;
  expect((await docker.getContainer(left).inspect()).State.Running).toBe(true);
  expect(await converges()).toMatch(/trial-setup-dev: made by a run that was killed/);
});

test("a job runs again when its target was replaced, and not when that was changed in place", async () => {
  await converges();
  const before = [await idOf("store"), await idOf("setup"), await idOf("app")];
  writeSystem({ store: { memory: "96 MiB" } });
  expect((await up()).exitCode).toBe(0);
  expect([await idOf("store"), await idOf("setup"), await idOf("app")]).toEqual(before);
  writeSystem({ store: { memory: "96 MiB", variables: { REPLACED: "yes" } } });
  expect((await up()).exitCode).toBe(0);
  expect(await idOf("store")).not.toBe(before[0]);
  expect(await idOf("setup")).not.toBe(before[1]);
  expect(await idOf("app")).toBe(before[2]);
  await docker.getContainer("trial-store-dev").remove({ force: true });
  const setup = await idOf("setup");
  expect((await up()).exitCode).toBe(0);
  expect(await idOf("setup")).not.toBe(setup);
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
      /stack dev: \d+ containers of this stack on the Docker host are in no state of this machine/,
    );
    expect((await docker.getContainer("trial-store-dev").inspect()).Id).toBe(Id);

    // The other way round: this state still has what somebody took away, and the other runs it now.
    const ours = { filters: { label: ["berth.stack=dev"] } };
    for (const each of await docker.listContainers({ all: true, ...ours }))
      await docker.getContainer(each.Id).remove({ force: true });
    for (const network of await docker.listNetworks(ours))
      await docker.getNetwork(network.Id).remove();
    const theirs = await other.berth("up", "dev", "--yes");
    expect({ ...theirs, stdout: "" }).toMatchObject({ exitCode: 0 });
    const before = await docker.listContainers({ all: true, ...ours });
    for (const command of ["up", "down"]) {
      const refused = await checkout.berth(command, "dev", "--yes");
      expect(refused.exitCode).toBe(1);
      expect(refused.stderr).toMatch(/in no state of this machine: another state runs them/);
    }
    const after = await docker.listContainers({ all: true, ...ours });
    expect(after.map((each) => each.Id).sort()).toEqual(before.map((each) => each.Id).sort());
    expect((await other.berth("down", "dev", "--yes")).exitCode).toBe(0);
  } finally {
    other.remove();
  }
});
