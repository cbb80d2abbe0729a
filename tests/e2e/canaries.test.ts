/**
 * Secrets with values that are found again, and every kind of failure: afterwards they are with their
 * consumers and nowhere else.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { $ } from "zx";
import { renderSvg } from "../../planning/render/svg";
import { deriveSecret } from "../../planning/secrets";
import type { Plan } from "../../planning/types";
import {
  canariesBelow,
  canariesIn,
  canariesInDocker,
  ProcessWatch,
  type Canary,
} from "./support/canaries";
import { createCheckout, type Checkout, type Outcome } from "./support/checkout";
import { docker, eventually } from "./support/docker";
import { bringUp, clearAway, planHere } from "./support/stack";

const random = (): string => `canary${randomBytes(12).toString("hex")}`;
const core = { key: random(), first: random(), second: random(), file: random() };
/** Given out by others: with what shells, JSON, URLs and templates take for something else. */
const key = `${core.key} "$&" {secret} 'x' %41 <&> \\ #end`;
const certificate = `${core.first}\n${core.second}`;
const wrongPassphrase = random();

const store = "nest-store-dev";
const app = "nest-app-dev";
const setup = "nest-setup-dev";
const crash = "nest-crash-dev";

let checkout: Checkout;
let plan: Plan;
let canaries: Canary[] = [];
let watch: ProcessWatch;
/** Berth's own two files, which keep one secret each for its owner alone. */
let ownFiles: string[] = [];

/** Prints what its container knows, last what is secret, also in the forms that programs make of it. */
const tell = [
  "env",
  `for value in "$TOKEN" "$API_KEY" "$PGPASSWORD"; do`,
  `echo "plain $value"; printf %s "$value" | base64 -w0; echo; echo "$value" | base64 -w0;`,
  `printf %s "user:$value" | base64 -w0; done`,
  `echo "$CERTIFICATE"`,
].join("\n");

interface Trial {
  job?: string;
  timeout?: string;
  health?: string;
  /** With a service that ends as soon as it starts. */
  crashes?: boolean;
  /** With a need that nothing meets. */
  unmet?: boolean;
}

function writeSystem({ job = "true", timeout = "5 min", ...trial }: Trial = {}): void {
  const redis = {
    image: { registry: "redis:7.4.2-alpine" },
    ...{ networks: ["main"], user: "999:1000", memory: "64 MiB" },
    endpoints: { redis: { port: 6379, protocol: "redis", role: "internal" } },
    health: {
      ...{ kind: "command", command: ["sh", "-c", trial.health ?? "redis-cli ping"] },
      ...{ interval: "1 s", startPeriod: "1 s" },
    },
  };
  const given = {
    key: { configSecret: "API_KEY", variables: { API_KEY: "{value}" } },
    certificate: { configSecret: "CERTIFICATE", variables: { CERTIFICATE: "{value}" } },
  };
  const token = (name: string) => ({
    token: { secret: name, variables: { TOKEN: "{value}", URL: "redis://:{value}@store" } },
  });
  const data = {
    data: { database: "postgres#nest_db", variables: { PGPASSWORD: "{password}", DSN: "{url}" } },
  };
  const talks = { entrypoint: ["sh", "-c"], command: [`${tell}; exec redis-server`] };
  const nest = {
    ...{ name: "nest", title: "Nest", about: "A system with secrets." },
    secrets: { API_KEY: { about: "a key" }, CERTIFICATE: { about: "a text of lines" } },
    networks: { main: { name: "nest-{environment}" } },
    volumes: { data: { name: "nest_data_{environment}" } },
    projects: { nest: { ports: { block: 9, slice: 0 } } },
    services: {
      postgres: {
        image: { registry: "postgres:17.5-bookworm" },
        endpoints: { postgres: { port: 5432, protocol: "tcp", role: "internal" } },
        postgres: { endpoint: "postgres" },
        networks: ["main"],
        mounts: [{ volume: "data", target: "/var/lib/postgresql/data" }],
        ...{ user: "999:999", tmpfs: ["/tmp", "/var/run/postgresql"], memory: "256 MiB" },
        health: {
          kind: "command",
          command: ["pg_isready", "-q", "-h", "127.0.0.1", "-U", "postgres"],
        },
      },
      store: {
        ...{ ...redis, environmentFiles: [".env"] },
        health: { ...redis.health, command: ["redis-cli", "ping"] },
        needs: { ...token("store/token") },
      },
      setup: {
        ...{ kind: "job", timeout, image: redis.image, networks: ["main"], user: "999:1000" },
        ...{ memory: "64 MiB", entrypoint: ["sh", "-c"], command: [job] },
        needs: { store: { endpoint: "store" }, ...data, ...given, ...token("setup/token") },
      },
      app: {
        ...{ ...redis, ...talks },
        needs: { setup: { job: "setup" }, ...given, ...token("app/token") },
      },
      ...(trial.crashes && {
        crash: {
          ...{ ...redis, ...talks, command: [`${tell}; exit 3`] },
          needs: {
            ...token("crash/token"),
            ...(trial.unmet && { more: { endpoint: "nowhere" } }),
          },
        },
      }),
    },
  };
  writeFileSync(
    join(checkout.folder, "config/systems/nest.ts"),
    `export default ${JSON.stringify(nest)};\n`,
  );
}

const up = (): Promise<Outcome> => checkout.berth("up", "dev", "--install", "--yes");

/** Runs in a shell with the variables of `berth env`. */
const plain = (command: string): Promise<Outcome> =>
  checkout.run("sh", "-c", `eval "$(./berth env dev)" && ${command}`);

/** A run of `up` with other variables. */
async function upWith(variables: Record<string, string>): Promise<Outcome> {
  const { exitCode, stdout, stderr } = await $({
    ...{ cwd: checkout.folder, env: { ...checkout.env, ...variables } },
    ...{ quiet: true, nothrow: true, stdio: ["ignore", "pipe", "pipe"] },
  })`./berth up dev --yes`;
  return { exitCode, stdout, stderr };
}

/** Where canaries are that must not be there: in what was printed, on the disk and in Docker. */
async function leaks(outcome: Outcome): Promise<string[]> {
  return [
    ...canariesIn(outcome.stdout, canaries).map((name) => `stdout: ${name}`),
    ...canariesIn(outcome.stderr, canaries).map((name) => `stderr: ${name}`),
    ...canariesBelow(checkout.env.XDG_STATE_HOME ?? "", canaries, ownFiles),
    ...canariesBelow(checkout.env.TMPDIR ?? "", canaries),
    ...canariesBelow(checkout.folder, canaries),
    ...(await canariesInDocker(canaries)),
  ];
}

/** The secrets of the plan, each with the containers that have it. */
function derivedCanaries(root: string): Canary[] {
  const found = new Map<string, { value: string; consumers: string[] }>();
  for (const { container, secrets } of plan.services) {
    for (const { origin, label, version, length } of Object.values(secrets)) {
      if (origin !== "derived") continue;
      const value = deriveSecret(root, label, version, length);
      const known = found.get(label) ?? { value, consumers: [] };
      found.set(label, { value, consumers: [...known.consumers, container] });
    }
  }
  return [...found].map(([name, canary]) => ({ name, ...canary }));
}

beforeAll(async () => {
  checkout = await createCheckout();
  checkout.configure("dev", { systems: ["nest"], parameters: {} });
  checkout.env.TMPDIR = join(checkout.folder, "../tmp");
  mkdirSync(checkout.env.TMPDIR);
  mkdirSync(join(checkout.sources, "dev/nest"), { recursive: true });
  writeFileSync(join(checkout.sources, "dev/nest/.env"), `FILE_KEY=${core.file}\n`);
  writeSystem({ crashes: true });
  await checkout.berth("env", "dev");
  const state = join(checkout.env.XDG_STATE_HOME ?? "", "berth");
  ownFiles = [join(state, "root-secret"), join(state, "passphrase")];
  const [root = "", passphrase = ""] = ownFiles.map((file) => readFileSync(file, "utf8").trim());
  plan = await planHere(checkout, "dev");
  const consumers = [app, setup];
  canaries = [
    { name: "root secret", value: root, consumers: [] },
    { name: "passphrase", value: passphrase, consumers: [] },
    { name: "wrong passphrase", value: wrongPassphrase, consumers: [] },
    { name: "API_KEY", value: key, consumers },
    { name: "API_KEY's core", value: core.key, consumers },
    { name: "CERTIFICATE", value: certificate, consumers },
    { name: "FILE_KEY", value: core.file, consumers: [store] },
    ...derivedCanaries(root),
  ];
  watch = new ProcessWatch();
});

afterAll(async () => {
  watch.stop();
  await clearAway(checkout, "dev", [{ name: "nest_data_dev" }]);
});

test("a canary is found in each form and each place that is looked at", async () => {
  expect(canaries.length).toBeGreaterThanOrEqual(12);
  for (const form of [key, encodeURIComponent(key), Buffer.from(`a${key}b`).toString("base64")])
    expect(canariesIn(`-${form}-`, canaries)).toContain("API_KEY");
  const volume = { Name: "nest_planted", Labels: { planted: core.first } };
  await docker.createVolume(volume);
  const file = join(checkout.env.TMPDIR ?? "", "planted");
  writeFileSync(file, Buffer.from(core.file).toString("base64"));
  const found = await leaks({ exitCode: 0, stdout: JSON.stringify({ key }), stderr: "" });
  await docker.getVolume(volume.Name).remove();
  rmSync(file);
  expect(found).toEqual([
    "stdout: API_KEY",
    "stdout: API_KEY's core",
    `${file}: FILE_KEY`,
    "volume nest_planted: CERTIFICATE",
  ]);
});

test("secrets that are missing and imported", async () => {
  writeSystem();
  const missing = await up();
  expect(missing.stderr).toContain("nest:API_KEY: is missing");
  expect(await leaks(missing)).toEqual([]);
  const file = join(checkout.sources, "secrets.env");
  writeFileSync(file, `API_KEY=\`${key}\`\nCERTIFICATE="${certificate}"\nAPI_KYE=${core.key}\n`);
  const imported = await checkout.berth("secrets", "import", file, "--yes");
  rmSync(file);
  expect(imported.stderr).toContain("2 secrets of stack dev set");
  expect(await leaks(imported)).toEqual([]);
});

test("a stack that is up: its consumers have the values, and nothing else has", async () => {
  expect(await leaks({ exitCode: 0, stdout: await bringUp(checkout, "dev"), stderr: "" })).toEqual(
    [],
  );
  const environment = async (name: string) =>
    (await docker.getContainer(name).inspect()).Config.Env;
  expect(await environment(app)).toContain(`API_KEY=${key}`);
  expect(await environment(setup)).toContain(`CERTIFICATE=${certificate}`);
  expect(await environment(store)).toContain(`FILE_KEY=${core.file}`);
  const seen = await Promise.all(
    plan.services
      .filter(({ container }) => container !== crash)
      .map(async ({ container }) => JSON.stringify(await environment(container))),
  );
  const derived = canaries.filter(
    ({ name, consumers }) => name.includes("/") && !consumers.includes(crash),
  );
  expect(canariesIn(seen.join("\n"), derived).sort()).toEqual(
    derived.map(({ name }) => name).sort(),
  );
});

test.each([
  ["plan", () => checkout.berth("plan", "dev", "--here")],
  ["plan --json", () => checkout.berth("plan", "dev", "--here", "--json")],
  ["plan --markdown", () => checkout.berth("plan", "dev", "--here", "--markdown")],
  ["plan --mermaid", () => checkout.berth("plan", "dev", "--here", "--mermaid")],
  ["status", () => checkout.berth("status", "dev")],
  ["status --json", () => checkout.berth("status", "dev", "--json")],
  ["secrets list", () => checkout.berth("secrets", "list", "dev")],
  ["secrets list --json", () => checkout.berth("secrets", "list", "dev", "--json")],
  ["env", () => checkout.berth("env", "dev")],
  ["pulumi stack output", () => plain("pulumi stack output --json --stack dev")],
  ["pulumi stack export", () => plain("pulumi stack export --stack dev")],
  ["pulumi stack history", () => plain("pulumi stack history --json --stack dev")],
  ["pulumi config", () => plain("pulumi config --json --stack dev")],
])("what %s shows", async (_, look) => {
  const outcome = await look();
  expect(`${outcome.exitCode} ${outcome.stderr}`).toMatch(/^0 /);
  expect(outcome.stdout).toContain(_.startsWith("env") ? "PULUMI_" : "nest");
  expect(await leaks(outcome)).toEqual([]);
});

test("the picture of the plan", () => {
  expect(canariesIn(renderSvg(plan), canaries)).toEqual([]);
});

test("what the engine itself shows of a replacement, in all detail", async () => {
  writeSystem({ job: "echo replaced" });
  const outcome = await plain("pulumi up --stack dev --yes --diff --non-interactive");
  expect(`${outcome.exitCode} ${outcome.stdout}${outcome.stderr}`).toMatch(/^0 /);
  expect(outcome.stdout).toContain("nest-setup");
  expect(await leaks(outcome)).toEqual([]);
});

describe("after a failure", () => {
  afterEach(() => writeSystem());

  test("of the plan", async () => {
    writeSystem({ crashes: true, unmet: true });
    const outcome = await up();
    expect(outcome.stderr).toContain("nowhere");
    expect(await leaks(outcome)).toEqual([]);
  });

  test.each([
    ["a Docker that is not there", { DOCKER_HOST: "unix:///nowhere/docker.sock" }, /docker: /],
    ["a wrong passphrase", { PULUMI_CONFIG_PASSPHRASE: wrongPassphrase }, /passphrase/],
  ])("%s", async (_, variables, told) => {
    const outcome = await upWith({ ...variables, BERTH_DEBUG: "1" });
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stdout + outcome.stderr).toMatch(told);
    expect(await leaks(outcome)).toEqual([]);
  });

  test("of a job that prints all that it knows", async () => {
    writeSystem({ job: `${tell}; exit 3` });
    const outcome = await upWith({ BERTH_DEBUG: "1" });
    expect(outcome.stderr).toContain("job nest-setup-dev ended with exit code 3");
    expect(outcome.stderr).toContain("plain ***");
    expect(await leaks(outcome)).toEqual([]);
    const again = await plain("pulumi up --stack dev --yes --skip-preview --non-interactive");
    expect(again.stdout + again.stderr).toContain("plain ***");
    expect(await leaks(again)).toEqual([]);
  });

  test("of a job that hangs", async () => {
    writeSystem({ job: `${tell}; sleep 3600`, timeout: "5 s" });
    const outcome = await up();
    expect(outcome.stderr).toContain("was ended at its time limit of 5 s");
    expect(outcome.stderr).toContain("plain ***");
    expect(await leaks(outcome)).toEqual([]);
  });

  test("berth and engine killed during a job", async () => {
    writeSystem({ job: `${tell}; sleep 3600` });
    const killed = spawn(join(checkout.folder, "berth"), ["up", "dev", "--yes"], {
      ...{ cwd: checkout.folder, env: checkout.env, detached: true },
    });
    const outcome = { exitCode: null, stdout: "", stderr: "" };
    killed.stdout.on("data", (data: Buffer) => (outcome.stdout += data.toString("utf8")));
    killed.stderr.on("data", (data: Buffer) => (outcome.stderr += data.toString("utf8")));
    const ended = new Promise((resolve) => killed.once("exit", resolve));
    await eventually(async () => {
      const { State, Config } = await docker.getContainer(setup).inspect();
      expect({ runs: State.Running, sleeps: Config.Cmd.join(" ").includes("sleep") }).toEqual({
        ...{ runs: true, sleeps: true },
      });
    });
    // The command with the engine and its plugins: the process group is this run's alone.
    process.kill(-(killed.pid ?? 0), "SIGKILL");
    await ended;
    expect(await leaks(outcome)).toEqual([]);
  });

  test("of services that tell all that they know: in the log, by the health check, at a crash", async () => {
    writeSystem({ health: `${tell}; exit 1`, crashes: true });
    const outcome = await up();
    expect(outcome.exitCode).toBe(1);
    for (const name of ["nest/app (", "nest/crash ("]) expect(outcome.stderr).toContain(name);
    expect(outcome.stderr).toContain("last health check: exit code 1");
    expect(outcome.stderr.match(/plain \*\*\*/g)?.length).toBeGreaterThan(3);
    expect(await leaks(outcome)).toEqual([]);
  });
});

test("the stack converges after all that, and goes with its data", async () => {
  expect(await leaks({ exitCode: 0, stdout: await bringUp(checkout, "dev"), stderr: "" })).toEqual(
    [],
  );
  expect(
    await leaks(await checkout.berth("down", "dev", "--delete-data", "--confirm", "dev")),
  ).toEqual([]);
});

test("no process had one among its arguments", () => {
  const lines = watch.stop();
  expect(lines.some((line) => line.includes("pulumi"))).toBe(true);
  expect(lines.filter((line) => canariesIn(line, canaries).length > 0)).toEqual([]);
});
