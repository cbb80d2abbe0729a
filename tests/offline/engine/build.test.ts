import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { contentKey, fillOnce, markUsed, removeUnused } from "../../../offline/cache";
import { pulumiCli } from "../../../offline/engine/build";
import { resolveEngine } from "../../../offline/engine/resolve";
import { runArguments, runEnvironment } from "../../../offline/engine/language-host-run";
import { goProgramVersion } from "../../../offline/go/program";
import { isAtLeast, parseGoVersion } from "../../../offline/go/toolchain";

const ENGINE = join(__dirname, "../../../offline/engine");

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "eng-build-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test("a folder is filled once; a failure leaves nothing behind", async () => {
  const target = join(folder, "target");
  const fail = () => Promise.reject(new Error("broken"));
  await expect(fillOnce(target, fail)).rejects.toThrow("broken");
  expect(readdirSync(folder)).toEqual([]);
  await fillOnce(target, (temporary) => {
    writeFileSync(join(temporary, "file"), "1");
    return Promise.resolve();
  });
  await fillOnce(target, fail);
  expect(existsSync(join(target, "file"))).toBe(true);
});

test("of simultaneous runs one fills the folder and the others wait for it", async () => {
  const target = join(folder, "target");
  let fills = 0;
  const fill = async (temporary: string) => {
    fills += 1;
    await setTimeout(50);
    writeFileSync(join(temporary, "file"), String(fills));
  };
  await Promise.all([fillOnce(target, fill), fillOnce(target, fill), fillOnce(target, fill)]);
  expect(fills).toBe(1);
  expect(readdirSync(folder)).toEqual(["target"]);
});

test("contents that only shift between files get another key", () => {
  expect(contentKey(["ab", "c"])).not.toBe(contentKey(["a", "bc"]));
});

test("the CLI's version is read from its go.mod and matches the SDK's", () => {
  const version = goProgramVersion(pulumiCli);
  const sdk = join(ENGINE, "../../node_modules/@pulumi/pulumi/package.json");
  expect(version).toBe((JSON.parse(readFileSync(sdk, "utf8")) as { version: string }).version);
});

test("Go versions are compared by number", () => {
  expect(parseGoVersion("go1.19.8\n")).toEqual([1, 19, 8]);
  expect(isAtLeast([1, 19, 8], [1, 21])).toBe(false);
  expect(isAtLeast([1, 26], [1, 25, 11])).toBe(true);
  expect(isAtLeast([1, 25], [1, 25, 11])).toBe(false);
});

test.each([
  ["nothing was tried", false, "is not installed"],
  ["a download failed before", true, "can't be downloaded here"],
])("without any engine, where %s, the issue says what to run", async (_when, failed, official) => {
  if (failed) {
    mkdirSync(join(folder, "engine"));
    writeFileSync(join(folder, "engine", "official-unreachable"), "");
  }
  const { PATH, PULUMI_HOME } = process.env;
  process.env["PATH"] = "/nowhere";
  process.env["PULUMI_HOME"] = folder;
  try {
    await expect(resolveEngine({ cacheDir: folder })).rejects.toMatchObject({
      issues: [
        {
          path: "engine",
          message: `there is no Pulumi: the official one ${official}, and Berth's own isn't built yet`,
          remedy: "run ./berth up --install",
        },
      ],
    });
  } finally {
    process.env["PATH"] = PATH;
    if (PULUMI_HOME === undefined) delete process.env["PULUMI_HOME"];
    else process.env["PULUMI_HOME"] = PULUMI_HOME;
  }
});

test("a program is run as the official language host runs it", () => {
  const run = {
    monitor: "127.0.0.1:1",
    engine: "127.0.0.1:2",
    organization: "organization",
    project: "berth",
    stack: "dev",
    rootDirectory: "/p",
    programDirectory: "/p",
    entryPoint: ".",
    pwd: "/p",
    dryRun: true,
    parallel: 4,
    args: [],
    config: { "berth:token": "hush" },
    secretKeys: ["berth:token"],
    options: { nodeargs: "--trace-warnings", typescript: false },
  };
  const args = runArguments(run, "/p/node_modules/@pulumi/pulumi/cmd/run");
  expect(args.join(" ")).toBe(
    "--trace-warnings /p/node_modules/@pulumi/pulumi/cmd/run --monitor 127.0.0.1:1 --engine 127.0.0.1:2 " +
      "--organization organization --project berth --root-directory /p --stack dev --pwd /p --dry-run --parallel 4 .",
  );
  const environment = runEnvironment(run, { KEPT: "1" });
  expect(environment).toEqual({
    KEPT: "1",
    PULUMI_CONFIG: '{"berth:token":"hush"}',
    PULUMI_CONFIG_SECRET_KEYS: '["berth:token"]',
    PULUMI_NODEJS_TYPESCRIPT: "false",
  });
});

test("what no checkout has used for a month is removed from the cache, and nothing else", async () => {
  const old = ["0123456789abcdef", "cli-0123456789abcdef", "not-berth's"];
  const used = ["fedcba9876543210", "cli-fedcba9876543210"];
  const at = (name: string) => join(folder, name);
  const longAgo = new Date(Date.now() - 31 * 24 * 60 * 60 * 1000);
  for (const name of [...old, ...used]) {
    mkdirSync(at(name));
    utimesSync(at(name), longAgo, longAgo);
  }
  await markUsed(used.map(at));
  await removeUnused(folder);
  expect(readdirSync(folder).sort()).toEqual([...used, "not-berth's"].sort());
});
