import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createCheckout, type Checkout, type Outcome } from "./support/checkout";
import { docker, eventually, execute, snapshot } from "./support/docker";
import { bringUp, clearAway } from "./support/stack";

const data = "hoard_store_dev";
const former = "hoard_spare_dev";
/** Volumes of others: one without a label, one of another stack. */
const strangers = ["hoard_stranger", "hoard_of_prod"];

let checkout: Checkout;

/** Two Redis with a volume each, or one of them. */
function writeSystem(...services: string[]): void {
  const service = (name: string) => ({
    image: { registry: "redis:7.4.2-alpine" },
    command: ["redis-server", "--appendonly", "yes"],
    ...{ networks: ["main"], user: "999:1000", memory: "64 MiB" },
    endpoints: { redis: { port: 6379, protocol: "redis", role: "internal" } },
    mounts: [{ volume: name, target: "/data" }],
    health: {
      kind: "command",
      command: ["redis-cli", "ping"],
      interval: "1 s",
      startPeriod: "1 s",
    },
  });
  const each = (make: (name: string) => unknown) =>
    Object.fromEntries(services.map((name) => [name, make(name)]));
  const hoard = {
    ...{ name: "hoard", title: "Hoard", about: "A system with data." },
    networks: { main: { name: "hoard-{environment}" } },
    volumes: each((name) => ({ name: `hoard_${name}_{environment}` })),
    projects: { hoard: { ports: { block: 9, slice: 0 } } },
    services: each(service),
  };
  writeFileSync(
    join(checkout.folder, "config/systems/hoard.ts"),
    `export default ${JSON.stringify(hoard)};\n`,
  );
}

const down = (...options: string[]): Promise<Outcome> =>
  checkout.berth("down", "dev", "--delete-data", ...options);
const volumes = async (): Promise<string[]> =>
  (await docker.listVolumes()).Volumes.map(({ Name }) => Name);
const redis = async (...command: string[]): Promise<string> =>
  (await execute("hoard-store-dev", "redis-cli", ...command)).output.trim();

/** What a person sees who types an answer on a terminal. */
async function typed(answer: string): Promise<Outcome> {
  return checkout.run(
    "sh",
    "-c",
    `(until grep -q 'Type dev' typed.log; do sleep 0.2; done; echo '${answer}') | script -qefc './berth down dev --delete-data' typed.log; code=$?; rm typed.log; exit $code`,
  );
}

beforeAll(async () => {
  checkout = await createCheckout();
  checkout.configure("dev", { systems: ["hoard"], parameters: {} });
  writeSystem("store", "spare");
  await bringUp(checkout, "dev");
  await docker.createVolume({ Name: strangers[0] ?? "" });
  await docker.createVolume({ Name: strangers[1] ?? "", Labels: { "berth.stack": "prod" } });
  writeSystem("store");
  await bringUp(checkout, "dev");
  await redis("set", "row", "kept");
});

afterAll(() =>
  clearAway(
    checkout,
    "dev",
    [data, former, ...strangers].map((name) => ({ name })),
  ),
);

test("data outlives down, and a volume outlives its service", async () => {
  expect((await checkout.berth("down", "dev", "--yes")).exitCode).toBe(0);
  expect(await volumes()).toEqual(expect.arrayContaining([data, former]));
  await bringUp(checkout, "dev");
  expect(await redis("get", "row")).toBe("kept");
});

test.each([
  [["--yes"], "and --yes is not enough to delete data; add --confirm dev"],
  [["--confirm", "prod"], "--confirm names 'prod', and the stack is 'dev'"],
])("without the stack's name nothing is deleted: %j", async (options, told) => {
  const before = await snapshot();
  const { exitCode, stderr } = await down(...options);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(told);
  expect(await snapshot()).toBe(before);
});

test("on a terminal what goes is listed, and only the name is an answer", async () => {
  const before = await snapshot();
  const { exitCode, stdout } = await typed("yes");
  expect(stdout).toMatch(/hoard_store_dev +hoard\/store +\d/);
  expect(stdout).toMatch(/hoard_spare_dev +hoard +\d.* of no service any more/);
  for (const stranger of strangers) expect(stdout).not.toContain(stranger);
  expect(stdout).toContain("nothing was changed");
  expect(exitCode).toBe(130);
  expect(await snapshot()).toBe(before);
});

test("a volume that others mount stops it before anything changes", async () => {
  const { Image } = await docker.getContainer("hoard-store-dev").inspect();
  const reader = await docker.createContainer({
    name: "hoard-reader",
    Image,
    HostConfig: { Binds: [`${former}:/copy`] },
  });
  try {
    const before = await snapshot();
    const { exitCode, stderr } = await down("--confirm", "dev");
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      `volumes/${former}: is mounted by container 'hoard-reader', which is not Berth's; remove that container first: docker rm -f hoard-reader`,
    );
    expect(await snapshot()).toBe(before);
  } finally {
    await reader.remove({ force: true });
  }
});

test("killed half way, the next run brings it to its end: the stack's data is gone, others' is not", async () => {
  const killed = spawn(
    join(checkout.folder, "berth"),
    ["down", "dev", "--delete-data", "--confirm", "dev"],
    { cwd: checkout.folder, env: checkout.env, stdio: "ignore", detached: true },
  );
  const ended = new Promise((resolve) => killed.once("exit", resolve));
  await eventually(async () => {
    const left = await docker.listContainers({ filters: { name: ["hoard-store-dev"] } });
    expect(left).toEqual([]);
  });
  // The command with the engine and its plugins: the process group is this run's alone.
  process.kill(-(killed.pid ?? 0), "SIGKILL");
  await ended;

  const { exitCode, stderr } = await down("--confirm", "dev");
  expect(`${exitCode} ${stderr}`).toMatch(/^0 /);
  expect(stderr).toContain("deleted with all data; ./berth up dev starts afresh");
  const left = await volumes();
  expect(left).not.toContain(data);
  expect(left).not.toContain(former);
  expect(left).toEqual(expect.arrayContaining(strangers));
  const filters = { label: ["berth.stack=dev"] };
  expect(await docker.listContainers({ all: true, filters })).toEqual([]);
  expect(await docker.listNetworks({ filters })).toEqual([]);
  const state = await checkout.run(
    "sh",
    "-c",
    'eval "$(./berth env dev)" && pulumi stack export --stack dev',
  );
  const { deployment } = JSON.parse(state.stdout) as {
    deployment: { resources?: unknown[]; pending_operations?: unknown[] };
  };
  expect(deployment.resources ?? []).toEqual([]);
  expect(deployment.pending_operations ?? []).toEqual([]);
});

test("the next up starts afresh, and down then keeps its data again", async () => {
  await bringUp(checkout, "dev");
  expect(await redis("dbsize")).toBe("0");
  expect((await checkout.berth("down", "dev", "--yes")).exitCode).toBe(0);
  expect(await volumes()).toContain(data);
});

test("typed on a terminal, the name deletes what an earlier down kept", async () => {
  const { exitCode, stdout } = await typed("dev");
  expect(stdout).toContain("0 containers and 0 networks removed; 1 volume deleted with all data");
  expect(exitCode).toBe(0);
  expect(await volumes()).not.toContain(data);
});
