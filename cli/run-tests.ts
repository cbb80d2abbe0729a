import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { Interrupted } from "./errors";
import { exitCodes } from "./exit-codes";
import { root } from "./root";
import { colors, print, say } from "./terminal";

export interface Tally {
  passed: number;
  failed: number;
}

/** What jest writes with --json, as far as it is counted here. */
export interface JestReport {
  numPassedTests: number;
  numFailedTests: number;
  /** Files that broke before any of their tests ran. */
  numRuntimeErrorTestSuites: number;
}

/** Runs checks and tests; the last line counts them, and the exit code says whether all passed. */
export async function runTests(options: { fast?: boolean; soak?: boolean }): Promise<void> {
  const tallies: Tally[] = [];
  for (const check of ["format:check", "lint", "types"]) tallies.push(await runCheck(check));
  const env: Record<string, string> = options.soak === true ? { BERTH_SOAK: "1" } : {};
  tallies.push(await inTemporaryFolder((folder) => runUnitTests(folder, env)));
  if (options.fast !== true)
    tallies.push(await inTemporaryFolder((folder) => runEndToEndTests(folder, env)));
  const { passed, failed } = sum(tallies);
  print(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? exitCodes.ok : exitCodes.failed;
}

async function runCheck(name: string): Promise<Tally> {
  say(colors.bold(`check ${name}`));
  const code = await run("npm", ["run", "-s", name]);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function runUnitTests(folder: string, env: Record<string, string>): Promise<Tally> {
  say(colors.bold("tests unit"));
  const report = join(folder, "report.json");
  const jest = join(root, "node_modules/jest/bin/jest.js");
  const args = ["--selectProjects", "unit", "--json", "--outputFile", report];
  const code = await run(process.execPath, [jest, ...args], env);
  return tally(readReport(report), code);
}

/**
 * In lanes side by side: much of what these tests do is to wait. Each lane has a Docker Engine of its
 * own, not the user's, whose stacks have the same names, and takes the next file that none has.
 */
async function runEndToEndTests(claims: string, env: Record<string, string>): Promise<Tally> {
  say(colors.bold("tests e2e"));
  const lane = () =>
    run(join(root, "scripts/with-own-docker"), [join(root, "scripts/test-lane"), claims], env);
  const codes = await Promise.all(Array.from({ length: laneCount() }, lane));
  const files = readdirSync(claims).map((file) => claimTally(join(claims, file)));
  return sum([...files, ...codes.map((code) => tally(undefined, code))]);
}

/** The engines' and tests' memory is about 4 GiB a lane. */
function laneCount(): number {
  return availableParallelism() > 1 && totalmem() > 10 * 2 ** 30 ? 2 : 1;
}

async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "berth-test-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a lane left of one file; one that a lane did not finish has failed. */
export function claimTally(claim: string): Tally {
  const code = join(claim, "code");
  return tally(
    readReport(join(claim, "report.json")),
    existsSync(code) ? Number(readFileSync(code, "utf8")) : 1,
  );
}

function sum(tallies: readonly Tally[]): Tally {
  return tallies.reduce(
    (total, { passed, failed }) => ({
      passed: total.passed + passed,
      failed: total.failed + failed,
    }),
    { passed: 0, failed: 0 },
  );
}

function readReport(file: string): JestReport | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as JestReport;
  } catch {
    return undefined; // jest ended before it wrote one
  }
}

/** A run that failed without saying which test did counts as one failure. */
export function tally(report: JestReport | undefined, exitCode: number): Tally {
  const passed = report?.numPassedTests ?? 0;
  const failed = (report?.numFailedTests ?? 0) + (report?.numRuntimeErrorTestSuites ?? 0);
  return { passed, failed: failed === 0 && exitCode !== 0 ? 1 : failed };
}

/** A command whose output is not data: all of it goes to stderr. */
function run(command: string, args: string[], env: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ["ignore", process.stderr, process.stderr],
      env: { ...process.env, ...env },
    });
    // Ctrl-C reaches the child as well; its end is waited for, so that it can clean up.
    const wait = (): void => undefined;
    process.on("SIGINT", wait);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      process.off("SIGINT", wait);
      if (signal !== null) reject(new Interrupted());
      else resolve(code ?? 1);
    });
  });
}
