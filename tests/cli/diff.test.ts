import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Diff } from "../../planning/consequences/types";
import { copyTree, repository as root } from "../support/copy-tree";

const home = mkdtempSync(join(tmpdir(), "berth-diff-test-"));
const clone = join(home, "berth");
const temporary = join(home, "tmp");

jest.setTimeout(120_000);

/** A repository of one stack, with nothing that Docker, an engine or a network could answer. */
beforeAll(() => {
  const wanted = (file: string): boolean =>
    !/^(tests|docs)\/|^Pulumi\.(prod|openmates)\.yaml$/.test(file);
  copyTree(clone, { wanted });
  mkdirSync(temporary);
  git("init", "--quiet", "--initial-branch=main");
  writeFileSync(join(clone, ".git/info/exclude"), "node_modules\n");
  commit("first");
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Whatever a test has changed goes; and nothing is left of a base's folder. */
afterEach(() => {
  git("reset", "--quiet", "--hard");
  git("clean", "--quiet", "-fd");
  git("checkout", "--quiet", "main");
  expect(readdirSync(temporary).filter((name) => name.startsWith("berth-"))).toEqual([]);
});

function git(...args: string[]): string {
  const who = ["-c", "user.name=tests", "-c", "user.email=tests@berth.example"];
  return execFileSync("git", ["-C", clone, ...who, ...args], { encoding: "utf8" }).trim();
}

function commit(message: string): void {
  git("add", "--all");
  git("commit", "--quiet", "--message", message);
}

function edit(file: string, from: string, to: string): void {
  const text = readFileSync(join(clone, file), "utf8");
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
  writeFileSync(join(clone, file), text.replace(from, to));
}

function berth(args: string[], env: Record<string, string> = {}, folder = clone) {
  const loader = join(root, "node_modules/tsx/dist/loader.mjs");
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", loader, join(folder, "cli/main.ts"), "diff", ...args],
    {
      ...{ cwd: home, encoding: "utf8" },
      env: {
        ...process.env,
        ...{ DOCKER_HOST: "unix:///nowhere/docker.sock", TMPDIR: temporary, NO_COLOR: "1" },
        ...{ XDG_CACHE_HOME: join(home, "cache"), ...env },
      },
    },
  );
  return { status, stdout, stderr };
}

const moreMemory = () => edit("config/systems/inpactai.ts", 'memory: "', 'memory: "1');

test("a branch is compared with where it left main, the files of the day included", () => {
  git("checkout", "--quiet", "-b", "branch");
  moreMemory();
  commit("more memory");
  edit("Pulumi.dev.yaml", "WEBSITE_URL: http://localhost:5174", "WEBSITE_URL: http://localhost:1");
  const { status, stdout, stderr } = berth(["--json"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const { base, stacks } = JSON.parse(stdout) as Diff;
  expect(base).toEqual({ ref: "main", commit: git("rev-parse", "main") });
  expect(stacks.map(({ stack }) => stack)).toEqual(["dev"]);
  const effects = new Set(stacks[0]?.containers.map(({ effect }) => effect));
  expect([...effects].sort()).toEqual(["replaced", "untouched", "updated"]);
});

test("without a main branch the last commit is the base", () => {
  git("branch", "--quiet", "--move", "main", "trunk");
  const { status, stdout } = berth([]);
  git("branch", "--quiet", "--move", "trunk", "main");
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: `Working tree against HEAD (${git("rev-parse", "HEAD").slice(0, 8)})\n\nNo consequences for dev\n`,
  });
});

test("a stack more and one less are told, as is what no plan shows", () => {
  git("mv", "Pulumi.dev.yaml", "Pulumi.test.yaml");
  edit("components/job.ts", "import", "// A comment.\nimport");
  const { status, stdout } = berth(["--markdown"]);
  expect(status).toBe(0);
  expect(stdout).toContain("### Stack `dev`: its file is gone: what runs of it stays");
  expect(stdout).toMatch(/### Stack `test`: a new stack, \d+ created; no downtime/);
  expect(stdout).toContain("> components/job.ts changed, which makes containers of the plan");
});

test("a plan with issues ends with 1 and names its stack", () => {
  edit("config/systems/inpactai.ts", 'memory: "', 'memory: "0');
  edit("Pulumi.dev.yaml", "platform: linux/amd64", "platform: linux");
  const { status, stdout, stderr } = berth(["--base", "HEAD"]);
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: "The working tree's plan has issues: dev (see ./berth plan)\n",
  });
  expect(stdout).toMatch(
    /Stack dev: nothing is updated: \d+ issues?, \d+ of them new\n {2}New issues\n/,
  );
});

describe("one line says why there is nothing to compare", () => {
  const fails = (args: string[], line: string, folder = clone, env = {}) => {
    const { status, stdout, stderr } = berth(args, env, folder);
    expect({
      status,
      stdout,
      first: stderr.split("\n").find((each) => !/^installing/.test(each)),
    }).toEqual({
      ...{ status: 1, stdout: "", first: line },
    });
  };

  test("a ref that is none", () => {
    const remedy = "see 'git branch --all' and 'git log', or fetch it with 'git fetch origin'";
    fails(["--base", "nope"], `--base nope: is no commit of this repository; ${remedy}`);
    fails(["--base=--help"], `--base --help: is no commit of this repository; ${remedy}`);
  });

  test("a shallow clone without it", () => {
    moreMemory();
    commit("second");
    const folder = join(home, "shallow");
    execFileSync("git", ["clone", "--quiet", "--depth=1", `file://${clone}`, folder]);
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    const first = git("rev-parse", "HEAD~1");
    fails(
      ["--base", first],
      `--base ${first}: is not in this clone, which is shallow; fetch it with 'git fetch origin ${first}', or all with 'git fetch --unshallow'`,
      folder,
    );
    git("reset", "--quiet", "--hard", first);
  });

  test("a folder that is no repository", () => {
    const folder = join(home, "copy");
    cpSync(clone, folder, { recursive: true, verbatimSymlinks: true });
    rmSync(join(folder, ".git"), { recursive: true });
    fails([], `diff: ${folder} is no git repository; run it in a clone`, folder);
  });

  test.each<[string, () => void, (commit: string) => string]>([
    [
      "without the command",
      () => rmSync(join(clone, "cli"), { recursive: true }),
      (base) =>
        `base ${base}: is too old to be compared: it has no command of Berth's (cli/main.ts); choose a later one with --base`,
    ],
    [
      "without a field of the plan",
      () => edit("planning/plan.ts", "tunnel: edge.tunnel,", ""),
      (base) =>
        `base ${base}: is too old to be compared: its plan has no tunnel; choose a later one with --base`,
    ],
    [
      "that can't be planned",
      () => edit("planning/plan.ts", "import", "import {;\nimport"),
      (base) => `base ${base}: its plan of stack dev can't be made; choose another with --base`,
    ],
  ])("a base %s", (_, damage, line) => {
    git("checkout", "--quiet", "-b", "damaged");
    damage();
    commit("damaged");
    const base = git("rev-parse", "HEAD").slice(0, 8);
    git("checkout", "--quiet", "main");
    git("branch", "--quiet", "--move", "damaged", `damaged-${base}`);
    fails(["--base", `damaged-${base}`], line(base));
  });

  test("packages of the base that can't be had", () => {
    const first = git("rev-parse", "HEAD").slice(0, 8);
    edit("package-lock.json", '"lockfileVersion": 3', '"lockfileVersion":  3');
    fails(
      ["--base", "HEAD"],
      `base ${first}: locks other packages than this checkout, and they can't be installed; see npm's message below`,
      clone,
      {
        ...{ npm_config_registry: "http://127.0.0.1:9", npm_config_fetch_retries: "0" },
        npm_config_cache: join(home, "npm"),
      },
    );
  });

  test("a working tree that can't be planned", () => {
    edit("config/systems/inpactai.ts", "name:", "name;");
    const { status, stderr } = berth(["--base", "HEAD"]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^working tree: its plan of stack dev can't be made: [^\n]+; mend it; /);
  });
});
