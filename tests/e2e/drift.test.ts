import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DriftReport } from "../../drift/types";
import { createCheckout, type Checkout, type Outcome } from "./support/checkout";
import { docker, snapshot } from "./support/docker";
import { canary, clearUp, image, prepare, rounds, type Drift } from "./support/drifts";
import { bringUp, clearAway } from "./support/stack";

let checkout: Checkout;
let printed = "";

function remember(outcome: Outcome): Outcome {
  printed += outcome.stdout + outcome.stderr;
  return outcome;
}

/** What drift says, as "kind object name field"; it has to leave Docker as it is. */
async function drift(): Promise<{ exitCode: number | null; found: string[]; report: DriftReport }> {
  const before = await snapshot();
  const { exitCode, stdout, stderr } = remember(await checkout.berth("drift", "dev", "--json"));
  expect(await snapshot()).toBe(before);
  if (exitCode !== 0 && exitCode !== 7) throw new Error(stderr);
  const report = JSON.parse(stdout) as DriftReport;
  const found = report.findings.map(({ kind, object, name, field }) =>
    `${kind} ${object} ${name} ${field ?? ""}`.trim(),
  );
  return { exitCode, found: found.sort(), report };
}

/** A store, four others that need it, on two networks, and a job. */
function writeLab(mode = "one"): void {
  const prod = { absent: "the lab has no production of its own" };
  const common = { image: { registry: image }, user: "999:1000", memory: "64 MiB", prod };
  const health = (...command: string[]) => ({
    ...{ kind: "command", command, interval: "1 s", startPeriod: "1 s" },
  });
  const redis = { redis: { port: 6379, protocol: "redis", role: "internal" } };
  const needs = {
    store: { endpoint: "store", variables: { STORE: "{host}" } },
    token: { secret: "token", variables: { TOKEN: "{value}" } },
    key: { configSecret: "KEY", variables: { KEY: "{value}" } },
  };
  const client = {
    ...{ ...common, networks: ["main"], endpoints: redis, needs, variables: { MODE: mode } },
    ...{ health: health("redis-cli", "ping"), cpus: 0.5, processes: 4000 },
  };
  const lab = {
    ...{ name: "lab", title: "Lab", about: "Small services that drift." },
    networks: {
      main: { name: "lab-{environment}" },
      data: { name: "lab-data-{environment}", internal: true },
    },
    secrets: { KEY: { about: "a key of somebody's" } },
    volumes: { data: { name: "lab_data_{environment}" } },
    projects: { lab: { ports: { block: 9, slice: 4 } } },
    services: {
      store: {
        ...{ ...common, networks: ["data"], endpoints: redis },
        ...{ mounts: [{ volume: "data", target: "/data" }], tmpfs: ["/tmp"] },
        health: health("test", "!", "-e", "/tmp/ill"),
      },
      setup: {
        ...{ ...common, kind: "job", networks: ["data"], needs, variables: { MODE: "once" } },
        ...{ entrypoint: ["sh", "-c"], command: ["redis-cli -h store set ready yes"] },
      },
      ...Object.fromEntries(["web", "api", "worker", "cache"].map((name) => [name, client])),
    },
  };
  const path = join(checkout.folder, "config/systems/lab.ts");
  writeFileSync(path, `export default ${JSON.stringify(lab)};\n`);
}

beforeAll(async () => {
  checkout = await createCheckout();
  checkout.configure("dev", { systems: ["lab"], parameters: {} });
  writeLab();
  const set = 'eval "$(./berth env dev)" && pulumi config set --secret lab:KEY --stack dev';
  const { status, stderr } = spawnSync("sh", ["-c", set], {
    ...{ cwd: checkout.folder, env: checkout.env, encoding: "utf8", input: `${canary}-key\n` },
  });
  if (status !== 0) throw new Error(stderr);
});

afterAll(async () => {
  await clearUp();
  await clearAway(checkout, "dev", [{ name: "lab_data_dev" }]);
});

test("a stack that was never up has one finding", async () => {
  expect(await drift()).toMatchObject({ exitCode: 7, found: ["missing stack dev"] });
});

test("there is none right after up", async () => {
  await bringUp(checkout, "dev");
  await prepare();
  const { exitCode, report } = await drift();
  expect({ exitCode, report }).toEqual({
    exitCode: 0,
    report: { stack: "dev", findings: [], notes: [], complete: true },
  });
});

const chosen = rounds.filter(({ soak }) => !soak || Boolean(process.env.BERTH_SOAK));
const titles = ({ drifts }: { drifts: Drift[] }) => drifts.map(({ title }) => title).join("; ");

test.each(chosen.map((round) => [titles(round), round.drifts] as const))(
  "found, named and mended: %s",
  async (_, drifts) => {
    for (const { apply } of drifts) await apply();
    const { exitCode, found, report } = await drift();
    // Mended before anything is judged, so that a round leaves nothing to the next.
    const up = await bringUp(checkout, "dev");
    printed += up;
    const byHand = drifts.flatMap((each) => each.byHand ?? []);
    for (const command of byHand) spawnSync("sh", ["-c", command], { env: checkout.env });
    const after = await drift();
    expect(found).toEqual(drifts.flatMap((each) => each.found).sort());
    expect(exitCode).toBe(7);
    expect(report.findings.map(({ mend }) => mend)).toEqual(expect.arrayContaining(byHand));
    for (const { told } of drifts) if (told !== undefined) expect(up).toContain(told);
    expect(after.report.findings).toEqual([]);
    expect(after.exitCode).toBe(0);
  },
);

test("a second up changes nothing", async () => {
  expect(await bringUp(checkout, "dev")).toContain("Nothing to change.");
});

test("a changed plan is drift until the next up", async () => {
  writeLab("two");
  const { found, report } = await drift();
  expect(found).toEqual(
    ["api", "cache", "web", "worker"].map(
      (name) => `differs container lab-${name}-dev variable MODE`,
    ),
  );
  expect(report.findings.find(({ service }) => service === "lab/api")).toMatchObject({
    ...{ planned: "two", found: "one", mend: "./berth up --stack dev" },
    // The plan changed, and nobody noted when.
    ...{ mendedByUp: true, since: null },
  });
  const text = remember(await checkout.berth("drift", "--stack", "dev"));
  expect(text.exitCode).toBe(7);
  expect(text.stdout.trimEnd().split("\n").sort()).toEqual([
    "Stack dev: 4 drifts",
    ...["api", "cache", "web", "worker"].map(
      (name) =>
        expect.stringContaining(
          `lab/${name} (lab-${name}-dev): variable MODE: planned two, found one`,
        ) as string,
    ),
  ]);
  writeLab();
});

test("a state that is elsewhere is named", async () => {
  const other = await createCheckout();
  try {
    const { exitCode, stdout } = remember(
      await checkout.run("env", `XDG_STATE_HOME=${other.folder}/state`, "./berth", "drift", "dev"),
    );
    expect(stdout).toContain("stack dev: state: planned a state, found none on this machine");
    expect(exitCode).toBe(7);
  } finally {
    other.remove();
  }
});

test("without the passphrase, what can be compared is, and the rest is no success", async () => {
  const { exitCode, stdout } = remember(
    await checkout.run("env", "PULUMI_CONFIG_PASSPHRASE=wrong", "./berth", "drift", "dev"),
  );
  expect(stdout).toContain("secret variables were compared by name alone");
  expect(stdout).toContain("note the engine's state was not compared: ");
  expect(stdout).toContain("Stack dev: no drift found, but not all could be compared");
  expect(exitCode).toBe(1);
});

test("no secret is in anything that was said", async () => {
  const { Config } = await docker.getContainer("lab-web-dev").inspect();
  const token = Config.Env.find((line) => line.startsWith("TOKEN="))?.slice("TOKEN=".length);
  expect(token).toHaveLength(32);
  expect(printed).not.toContain(token);
  expect(printed).not.toContain(canary);
});
