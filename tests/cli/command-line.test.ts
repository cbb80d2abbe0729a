import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(__dirname, "../..");

/** Runs a command as a user does: another folder, no terminal. */
function run(command: string, args: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: tmpdir(),
    encoding: "utf8",
    env: { ...process.env, DOCKER_HOST: "unix:///nowhere/docker.sock", ...env },
  });
  return { status, stdout, stderr };
}

/** The command without its launcher, which would install packages under the tests that run now. */
const berth = (args: string[]) =>
  run(process.execPath, [
    ...["--import", join(root, "node_modules/tsx/dist/loader.mjs"), join(root, "cli/main.ts")],
    ...args,
  ]);

jest.setTimeout(60_000);

describe("the command line", () => {
  test.each(["up", "down", "plan", "diff", "status", "drift", "secrets", "env", "test"])(
    "%s --help has examples",
    (command) => {
      const { status, stdout, stderr } = berth([command, "--help"]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toMatch(
        new RegExp(`Usage: berth ${command}[^]*Examples:\n  .*berth ${command}`),
      );
    },
  );

  test.each([
    [["pln"], "Did you mean plan?"],
    [["plan", "--jsn"], "Did you mean --json?"],
    [["plan", "--json", "--markdown"], "cannot be used with"],
    [["up", "dev", "prod"], "too many arguments"],
    [["up", "--images", "none"], "Allowed choices are auto, registry, local"],
    [["test", "--fast", "--soak"], "cannot be used with"],
    [["plan", "dev", "--stack", "prod"], "two stacks are named, 'dev' and 'prod'"],
    [["diff", "--json", "--markdown"], "cannot be used with"],
    [["plan", "--bogus"], "(berth plan --help lists what there is)"],
    [["help", "pln"], "Usage: berth"],
    [[], "Usage: berth"],
  ])("%j is a usage error", (args, message) => {
    const { status, stdout, stderr } = berth(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  test("help is a command, too", () => {
    const { status, stdout, stderr } = berth(["help", "plan"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^Usage: berth plan /);
  });

  test.each([[["plan", "prod", "--json"]], [["plan", "--stack", "prod", "--json"]]])(
    "%j takes the stack either way",
    (args) => {
      expect(JSON.parse(berth(args).stdout)).toMatchObject({ stack: "prod" });
    },
  );

  test("output that cannot be written is one line", () => {
    const { status, stderr } = run("sh", [
      "-c",
      'exec "$@" >/dev/full',
      "sh",
      process.execPath,
      ...["--import", join(root, "node_modules/tsx/dist/loader.mjs"), join(root, "cli/main.ts")],
      "plan",
    ]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^berth: the output cannot be written: ENOSPC[^\n]*\n$/);
  });

  test("a stack that does not exist is an issue, and its JSON parses", () => {
    const { status, stdout } = berth(["plan", "--stack", "prodd", "--json"]);
    expect(status).toBe(1);
    const { issues } = JSON.parse(stdout) as { issues: unknown[] };
    expect(issues).toContainEqual(expect.objectContaining({ path: "Pulumi.prodd.yaml" }));
  });

  test("the plan is data on stdout, without colours in a pipe", () => {
    const { stdout, stderr } = berth(["plan"]);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^Stack dev: /);
    expect(stdout).not.toContain("\u001b");
  });

  test("of a plan that can't be made there are the issues, and their count on stderr", () => {
    const { status, stdout, stderr } = berth(["plan", "prodd"]);
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: "1 issue\n  Pulumi.prodd.yaml: there is no stack 'prodd'; did you mean 'prod'?\n",
      stderr: "Stack prodd: 1 issue\n",
    });
  });

  test("in a pipe a container is found with its whole line", () => {
    const line = berth(["plan"])
      .stdout.split("\n")
      .filter((each) => each.includes("temporal-database-dev-databases"));
    expect(line).toEqual([
      expect.stringMatching(/^ {2}temporal-database-databases \(job\) .* MiB /),
    ]);
  });

  test("up without a terminal says what is missing", () => {
    const { status, stdout, stderr } = berth(["up"]);
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: "",
      stderr: "up: there is no terminal to ask on; add --yes\n",
    });
  });

  test("an unreachable Docker is one line", () => {
    const { status, stderr } = berth(["up", "--yes"]);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr:
        "docker: there is no Docker Engine at unix:///nowhere/docker.sock (DOCKER_HOST); start it or correct the address\n",
    });
  });

  test("a mistake in a stack's name is one line for every command", () => {
    for (const command of ["up", "down", "status", "env"]) {
      const { status, stderr } = berth([command, "../dev"]);
      expect(status).toBe(1);
      expect(stderr).toMatch(/^Pulumi\.\.\.\/dev\.yaml: there is no stack '\.\.\/dev'; [^\n]*\n$/);
    }
  });
});

describe("the launcher", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "berth launcher-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function command(name: string, script: string): void {
    mkdirSync(join(folder, "bin"), { recursive: true });
    writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, "bin", name), 0o755);
  }

  /** A tree in a folder with a space, whose program is one line. */
  function tree(): { launcher: string; path: string } {
    const place = join(folder, "a folder");
    mkdirSync(join(place, "cli"), { recursive: true });
    mkdirSync(join(place, "node_modules"));
    cpSync(join(root, "berth"), join(place, "berth"));
    writeFileSync(join(place, "package-lock.json"), "{}");
    writeFileSync(
      join(place, "cli/main.ts"),
      "console.log(process.cwd(), ...process.argv.slice(2) as string[]);",
    );
    symlinkSync(join(root, "node_modules/tsx"), join(place, "node_modules/tsx"));
    return { launcher: join(place, "berth"), path: place };
  }

  test("is found through symbolic links and keeps the user's folder", () => {
    const { launcher, path } = tree();
    cpSync(join(path, "package-lock.json"), join(path, "node_modules/.berth-lock"));
    symlinkSync(launcher, join(folder, "one"));
    symlinkSync("one", join(folder, "two"));
    expect(run(join(folder, "two"), ["a", "b c"])).toEqual({
      status: 0,
      stdout: `${tmpdir()} a b c\n`,
      stderr: "",
    });
  });

  test("installs once for each lock file, and says so on stderr alone", () => {
    const { launcher, path } = tree();
    command("npm", `echo npm "$@" in "$(pwd -P)"`);
    const env = { PATH: `${join(folder, "bin")}:${process.env.PATH}` };
    const first = run(launcher, ["x y"], env);
    expect(first.stdout).toBe(`${tmpdir()} x y\n`);
    expect(first.stderr).toContain(`npm ci --include=dev --ignore-scripts`);
    expect(first.stderr).toContain(`in ${path}`);
    expect(run(launcher, [], env).stderr).toBe("");
    writeFileSync(join(path, "package-lock.json"), '{"changed":true}');
    expect(run(launcher, [], env).stderr).toContain("npm ci");
  });

  test("an install that fails is tried again next time", () => {
    const { launcher } = tree();
    command("npm", "exit 1");
    const env = { PATH: `${join(folder, "bin")}:${process.env.PATH}` };
    for (const _ of ["first", "second"]) {
      const { status, stderr } = run(launcher, [], env);
      expect(status).toBe(1);
      expect(stderr).toContain("berth: npm ci failed");
    }
  });

  test("an old Node is one line with the remedy", () => {
    command("node", "echo v18.19.0");
    const env = { PATH: `${join(folder, "bin")}:${process.env.PATH}` };
    expect(run(join(root, "berth"), ["plan"], env)).toEqual({
      status: 1,
      stdout: "",
      stderr: "berth: Node v18.19.0 is too old; install Node 20 or newer (https://nodejs.org)\n",
    });
  });

  test("no Node is one line with the remedy", () => {
    for (const tool of ["dirname", "readlink"]) {
      const real = spawnSync("sh", ["-c", `command -v ${tool}`], { encoding: "utf8" });
      command(tool, `exec ${real.stdout.trim()} "$@"`);
    }
    expect(run(join(root, "berth"), ["plan"], { PATH: join(folder, "bin") })).toEqual({
      status: 1,
      stdout: "",
      stderr: "berth: Node is not installed; install Node 20 or newer (https://nodejs.org)\n",
    });
    expect(readFileSync(join(root, "berth"), "utf8")).toMatch(/^#!\/bin\/sh\n/);
  });
});
