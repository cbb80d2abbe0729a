import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StackConsequences } from "../../planning/consequences/types";
import type { Plan } from "../../planning/types";
import { createCheckout, testAddress, type Checkout } from "./support/checkout";
import { edits, firstWorld, type World } from "./support/consequence-edits";
import { docker } from "./support/docker";
import { bringUp, clearAway, planHere } from "./support/stack";

/** What `berth diff` says of an edit, against what the engine then does to real containers. */
const chosen = edits.filter(({ always }) => always === true || process.env.BERTH_SOAK);

let checkout: Checkout;
const world: World = firstWorld();
const volumes = new Map<string, { name: string }>();

beforeAll(async () => {
  checkout = await createCheckout();
  for (const file of readdirSync(join(checkout.folder, "config/systems")))
    rmSync(join(checkout.folder, "config/systems", file), { recursive: true });
  for (const stack of ["prod", "openmates"]) rmSync(join(checkout.folder, `Pulumi.${stack}.yaml`));
  checkout.configure("dev", { parameters: {} });
  await git("init", "--quiet");
  writeFileSync(join(checkout.folder, ".git/info/exclude"), "node_modules\n");
  await commit("first");
  await bringUp(checkout, "dev");
});

afterAll(() => clearAway(checkout, "dev", [...volumes.values()]));

async function git(...args: string[]): Promise<void> {
  const who = ["-c", "user.name=tests", "-c", "user.email=tests@berth.example"];
  const { exitCode, stderr } = await checkout.run("git", ...who, ...args);
  if (exitCode !== 0) throw new Error(stderr);
}

/** Writes the world as catalogue and settings, and commits it. */
async function commit(message: string): Promise<void> {
  const folder = join(checkout.folder, "config/systems");
  for (const system of ["lab", "shop"] as const)
    writeFileSync(
      join(folder, `${system}.ts`),
      `export default ${JSON.stringify(world[system], undefined, 2)};\n`,
    );
  for (const [name, content] of Object.entries(world.files))
    writeFileSync(join(folder, name), content);
  checkout.configure("dev", world.settings);
  await git("add", "--all");
  await git("commit", "--quiet", "--message", message);
}

async function diff(): Promise<StackConsequences> {
  const outcome = await checkout.berth("diff", "--base", "HEAD~1", "--here", "--json");
  if (outcome.exitCode !== 0) throw new Error(outcome.stderr);
  const { stacks } = JSON.parse(outcome.stdout) as { stacks: StackConsequences[] };
  const [dev] = stacks;
  if (dev === undefined || stacks.length !== 1) throw new Error("there is more than one stack");
  return dev;
}

interface Seen {
  containers: Map<string, { id: string; startedAt: string; limits: string; job: boolean }>;
  networks: Map<string, string>;
  volumes: Set<string>;
  ports: Set<string>;
}

/** What Docker itself has. */
async function look(): Promise<Seen> {
  const seen: Seen = {
    ...{ containers: new Map(), networks: new Map(), volumes: new Set(), ports: new Set() },
  };
  for (const { Id } of await docker.listContainers({ all: true })) {
    const { Name, State, HostConfig } = await docker.getContainer(Id).inspect();
    const job = HostConfig.RestartPolicy?.Name === "no";
    const limits = JSON.stringify(HostConfig);
    seen.containers.set(Name.slice(1), { id: Id, startedAt: State.StartedAt, limits, job });
    const bindings = Object.values((HostConfig.PortBindings ?? {}) as Record<string, Binding[]>);
    for (const { HostIp, HostPort } of bindings.flat()) seen.ports.add(`${HostIp}:${HostPort}`);
  }
  for (const { Name, Id } of await docker.listNetworks())
    if (!["bridge", "host", "none"].includes(Name)) seen.networks.set(Name, Id);
  // Nameless ones are an image's own, of which no plan knows; they go with their container.
  for (const { Name } of (await docker.listVolumes()).Volumes)
    if (!/^[0-9a-f]{64}$/.test(Name)) seen.volumes.add(Name);
  return seen;
}

interface Binding {
  HostIp: string;
  HostPort: string;
}

/** What was done to every container, told by its id, its start and its limits. */
function effects(before: Seen, after: Seen): string[] {
  const names = [...new Set([...before.containers.keys(), ...after.containers.keys()])].sort();
  return names.map((name) => {
    const [old, now] = [before.containers.get(name), after.containers.get(name)];
    if (old === undefined) return `${name} created`;
    if (now === undefined) return `${name} removed`;
    if (old.id !== now.id) return `${name} replaced`;
    if (old.startedAt !== now.startedAt) return `${name} restarted`;
    return `${name} ${old.limits === now.limits ? "untouched" : "updated"}`;
  });
}

/** A replaced container that changes its name is to Docker one less and one more. */
function predicted({ containers }: StackConsequences): string[] {
  return containers
    .flatMap(({ container, effect, changes }) => {
      const renamed = changes.find(({ field }) => field === "container")?.before;
      return renamed ? [`${renamed} removed`, `${container} created`] : [`${container} ${effect}`];
    })
    .sort();
}

const ran = (before: Seen, after: Seen) =>
  [...after.containers].flatMap(([name, { id, job }]) =>
    job && before.containers.get(name)?.id !== id ? [name] : [],
  );

const changed = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>) =>
  [...new Set([...before.keys(), ...after.keys()])]
    .flatMap((name) => {
      const [old, now] = [before.get(name), after.get(name)];
      if (old === now) return [];
      return `${name} ${old === undefined ? "created" : now === undefined ? "removed" : "replaced"}`;
    })
    .sort();

test.each(chosen.map((edit) => [edit.name, edit] as const))("%s", async (name, edit) => {
  for (const volume of (await planHere(checkout, "dev")).volumes) volumes.set(volume.name, volume);
  edit.change(world);
  await commit(name);
  const before = await look();
  const told = await diff();
  const up = await checkout.berth("up", "dev", "--yes");
  if (told.conflicts.length > 0) {
    // What the conflict's own remedy says.
    expect(up.exitCode).toBe(1);
    expect(told.conflicts[0]?.remedy).toContain("run 'berth down dev' before 'berth up dev'");
    await checkout.berth("down", "dev", "--yes");
    await bringUp(checkout, "dev");
    return;
  }
  expect(`${up.exitCode} ${up.exitCode === 0 ? "" : up.stderr.slice(-3000)}`).toBe("0 ");
  const after = await look();
  const plan: Plan = await planHere(checkout, "dev");
  const container = new Map(
    plan.services.map((each) => [`${each.system}/${each.service}`, each.container]),
  );
  expect(predicted(told)).toEqual(effects(before, after));
  expect(told.jobs.map((id) => container.get(id)).sort()).toEqual(ran(before, after).sort());
  expect(told.networks.map((each) => `${each.name} ${each.change}`).sort()).toEqual(
    changed(before.networks, after.networks),
  );
  const ports = (change: string) =>
    told.ports.filter((port) => port.change === change).map(({ address }) => address);
  expect(ports("opened").sort()).toEqual(
    [...after.ports].filter((p) => !before.ports.has(p)).sort(),
  );
  expect(ports("closed").sort()).toEqual(
    [...before.ports].filter((p) => !after.ports.has(p)).sort(),
  );
  const gone = [...before.volumes].filter((volume) => !after.volumes.has(volume));
  const deleted = told.data.filter(({ state }) => state === "deleted").map((each) => each.name);
  expect(deleted.sort()).toEqual(gone.sort());
});

test("the addresses are this run's own", async () => {
  const { ports } = await look();
  expect(
    [...ports].every((port) => port.startsWith(testAddress) || port.startsWith("127.0.43.1")),
  ).toBe(true);
});
