import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cliVersionOf } from "../../../offline/engine/build";
import { contentKey, defaultCacheDir, fillOnce } from "../../../offline/engine/cache";
import { isAtLeast, parseGoVersion } from "../../../offline/engine/go-toolchain";
import { resolveEngine } from "../../../offline/engine/resolve";
import { runArguments, runEnvironment } from "../../../offline/engine/language-host-run";

const ENGINE = join(__dirname, "../../../offline/engine");

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "eng-build-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test("the cache follows XDG and lies outside the work tree", () => {
  expect(defaultCacheDir({ XDG_CACHE_HOME: "/x" })).toBe("/x/berth");
  expect(defaultCacheDir({})).toMatch(/\.cache\/berth$/);
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

test("contents that only shift between files get another key", () => {
  expect(contentKey(["ab", "c"])).not.toBe(contentKey(["a", "bc"]));
});

test("the CLI's version is read from its go.mod and matches the SDK's", () => {
  const version = cliVersionOf(readFileSync(join(ENGINE, "cli/go.mod"), "utf8"));
  const sdk = join(ENGINE, "../../node_modules/@pulumi/pulumi/package.json");
  expect(version).toBe((JSON.parse(readFileSync(sdk, "utf8")) as { version: string }).version);
});

test("Go versions are compared by number", () => {
  expect(parseGoVersion("go1.19.8\n")).toEqual([1, 19, 8]);
  expect(isAtLeast([1, 19, 8], [1, 21])).toBe(false);
  expect(isAtLeast([1, 26], [1, 25, 11])).toBe(true);
  expect(isAtLeast([1, 25], [1, 25, 11])).toBe(false);
});

test("without any engine the error says what to run", async () => {
  const { PATH, PULUMI_HOME } = process.env;
  process.env["PATH"] = "/nowhere";
  process.env["PULUMI_HOME"] = folder;
  try {
    await expect(resolveEngine({ cacheDir: folder })).rejects.toThrow(
      "no Pulumi engine: the official one can't be downloaded here and the offline one isn't built yet; run ./berth up --install",
    );
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
