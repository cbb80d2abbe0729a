import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plan } from "../../planning/types";
import { createCheckout, type Checkout, type Outcome } from "./support/checkout";
import { docker, snapshot } from "./support/docker";
import { bringUp, clearAway, planHere } from "./support/stack";

/** In every value of the tests: it must be in containers, and nowhere else. */
const canary = "CANARY7f3a";
const key = `${canary}-key "$&" {sha1} $HOME \`x\` #end`;
const lines = `${canary}-first\n${canary}-second`;

let checkout: Checkout;
let volumes: Plan["volumes"] = [];
let printed = "";
let remedy = "";

const committed = () => readFileSync(join(checkout.folder, "Pulumi.dev.yaml"), "utf8");
const up = () => checkout.berth("up", "dev", "--install", "--yes");
const idOf = async (name: string) => (await docker.getContainer(name).inspect()).Id;
const environmentOf = async (name: string): Promise<string[]> =>
  (await docker.getContainer(name).inspect()).Config.Env;

function remember(outcome: Outcome): Outcome {
  printed += outcome.stdout + outcome.stderr;
  return outcome;
}

/** A command line as its remedy names it, with a value on its standard input. */
function typed(command: string, value: string): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync("sh", ["-c", command], {
    ...{ cwd: checkout.folder, env: checkout.env, encoding: "utf8", input: `${value}\n` },
  });
  return { status, output: stdout + stderr };
}

beforeAll(async () => {
  checkout = await createCheckout();
  checkout.configure("dev", { systems: ["inpactai"] });
  const path = join(checkout.folder, "config/systems/inpactai.ts");
  const text = readFileSync(path, "utf8");
  const needs = `{
        key: { configSecret: "SUPABASE_KEY", variables: { SUPABASE_KEY: "{value}" } },
        lines: { configSecret: "CERTIFICATE", variables: { CERTIFICATE: "{value}" } },
        dsn: { configSecret: "SENTRY_DSN", variables: { SENTRY_DSN: "{value}" } },
        session: { secret: "session", variables: { SESSION: "{value}" } },
      }`;
  const edited = text
    .replace(
      "  networks: {",
      `  secrets: {
    SUPABASE_KEY: { about: "key of the Supabase project" },
    CERTIFICATE: { about: "a value of several lines" },
    SENTRY_DSN: { about: "where errors go", optional: true },
    PROXY_KEY: { about: "what a stand-in alone would need" },
  },
  networks: {`,
    )
    .replace(
      'supabase: { external: "supabase" },',
      `$&
        proxy: { configSecret: "PROXY_KEY", variables: { PROXY_KEY: "{value}" } },`,
    )
    .replace('image: { registry: "redis:7.4.2-alpine" },', `$& needs: ${needs},`);
  writeFileSync(path, edited);
});

afterAll(() => clearAway(checkout, "dev", volumes));

test("what is missing is named with its command, all at once; a stand-in misses nothing", async () => {
  const before = await snapshot();
  const { exitCode, stderr } = await up();
  expect(exitCode).toBe(1);
  const command = (name: string) =>
    `run: eval "$(./berth env dev)" && pulumi config set --secret inpactai:${name} --stack dev`;
  expect(stderr.split("\n").filter((line) => line.includes("is missing"))).toEqual([
    `inpactai:CERTIFICATE: is missing, which inpactai/redis needs (a value of several lines); ${command("CERTIFICATE")}`,
    `inpactai:SUPABASE_KEY: is missing, which inpactai/redis needs (key of the Supabase project); ${command("SUPABASE_KEY")}`,
  ]);
  expect(await snapshot()).toBe(before);
  remedy = /SUPABASE_KEY: .*; run: (.*)/.exec(stderr)?.[1] ?? "";
});

test("the command that is named sets it", async () => {
  const file = committed();
  expect(typed(remedy, `${canary}-typed`)).toEqual({ status: 0, output: "" });
  expect(committed()).toBe(file);
  const { stderr } = remember(await up());
  expect(stderr).toContain("inpactai:CERTIFICATE: is missing");
  expect(stderr).not.toContain("inpactai:SUPABASE_KEY: is missing");
});

test("import sets what the file has, and shows no value", async () => {
  const file = committed();
  const env = join(checkout.folder, "../secrets.env");
  writeFileSync(
    env,
    [
      `# InPactAI's backend, ${canary}`,
      `SUPABASE_KEY='${key}'`,
      `CERTIFICATE="${lines}"`,
      `SESSION=${canary}-session`,
      `SUPABASE_KYE=${canary}-typo`,
      "",
    ].join("\n"),
  );
  const { exitCode, stdout, stderr } = remember(
    await checkout.berth("secrets", "import", env, "--yes"),
  );
  expect(stdout.split("\n")).toEqual([
    expect.stringMatching(/^LINE +VARIABLE +SECRET +SERVICES/),
    expect.stringMatching(/^2 .* inpactai:SUPABASE_KEY +inpactai\/redis +replaces one$/),
    expect.stringMatching(/^3 .* inpactai:CERTIFICATE +inpactai\/redis +new$/),
    `${env}:5 SESSION: derived by Berth, not imported`,
    `${env}:6 SUPABASE_KYE: no system of stack dev declares it for this; did you mean 'inpactai:SUPABASE_KEY'?`,
    "",
  ]);
  expect(stderr).toContain("2 secrets of stack dev set");
  expect(exitCode).toBe(1);
  expect(committed()).toBe(file);
});

test("up gives containers the very values, and a stand-in none", async () => {
  printed += await bringUp(checkout, "dev");
  volumes = (await planHere(checkout, "dev")).volumes;
  const redis = await environmentOf("inpactai-redis-dev");
  expect(redis).toContain(`SUPABASE_KEY=${key}`);
  expect(redis).toContain(`CERTIFICATE=${lines}`);
  expect(redis.filter((entry) => entry.startsWith("SENTRY_DSN"))).toEqual([]);
  const backend = await environmentOf("inpactai-backend-dev");
  expect(backend.filter((entry) => entry.startsWith("PROXY_KEY"))).toEqual([]);
  const list = remember(await checkout.berth("secrets", "list", "--json"));
  expect(JSON.parse(list.stdout)).toContainEqual({
    ...{ label: "inpactai:SUPABASE_KEY", origin: "config", optional: false },
    ...{ version: null, set: true, services: ["inpactai/redis"], variables: ["SUPABASE_KEY"] },
  });
  expect(await bringUp(checkout, "dev")).toContain("Nothing to change.");
});

test("a rotated secret replaces who has it, and nobody else", async () => {
  const before = await environmentOf("inpactai-redis-dev");
  const session = before.find((entry) => entry.startsWith("SESSION="));
  const backend = await idOf("inpactai-backend-dev");
  const { exitCode, stderr } = remember(
    await checkout.berth("secrets", "rotate", "session", "--yes"),
  );
  expect(`${exitCode} ${stderr}`).toContain("0 inpactai/session: version 1 → 2");
  expect(stderr).toContain("The next up of dev replaces inpactai/redis.");
  printed += await bringUp(checkout, "dev");
  const after = await environmentOf("inpactai-redis-dev");
  expect(after.find((entry) => entry.startsWith("SESSION="))).not.toBe(session);
  expect(after).toContain(`SUPABASE_KEY=${key}`);
  expect(await idOf("inpactai-backend-dev")).toBe(backend);
});

test("no value is in the state, in a committed file, or in anything that was printed", () => {
  const folders = [checkout.env.XDG_STATE_HOME ?? "", checkout.folder];
  const search = spawnSync("grep", ["-rlF", canary, ...folders], { encoding: "utf8" });
  // This file's own copy, and nothing else; grep could read all of it.
  expect(search.stdout.trim()).toBe(join(checkout.folder, "tests/e2e/secrets.test.ts"));
  expect(search.status).toBe(0);
  expect(printed).not.toContain(canary);
});

test.each([
  ["in the clear", "inpactai:SUPABASE_KEY", "is a secret in the clear"],
  ["of no system", "inpactai:SUPABASE_KYE", "did you mean 'SUPABASE_KEY'?"],
])("a key %s stops up, and plain pulumi as well", async (_, name, message) => {
  const redis = await idOf("inpactai-redis-dev");
  const shell = 'eval "$(./berth env dev)" && pulumi';
  typed(`${shell} config set --plaintext ${name} ${canary} --stack dev`, "");
  const { exitCode, stdout, stderr } = await up();
  const preview = typed(`${shell} preview --stack dev --non-interactive`, "");
  expect(exitCode).toBe(1);
  expect(preview.status).not.toBe(0);
  for (const output of [stdout + stderr, preview.output]) {
    expect(output).toContain(message);
    expect(output).not.toContain(canary);
  }
  expect(await idOf("inpactai-redis-dev")).toBe(redis);
  typed(`${shell} config rm ${name} --stack dev`, "");
});
