import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
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
  const total: Tally = { passed: 0, failed: 0 };
  const add = ({ passed, failed }: Tally): void => {
    total.passed += passed;
    total.failed += failed;
  };
  for (const check of ["format:check", "lint", "types"]) add(await runCheck(check));
  add(await runJest("unit", [], options.soak ?? false));
  // Each e2e file has Docker's ports and names for itself.
  if (options.fast !== true) add(await runJest("e2e", ["--runInBand"], options.soak ?? false));
  print(`${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed === 0 ? exitCodes.ok : exitCodes.failed;
}

async function runCheck(name: string): Promise<Tally> {
  say(colors.bold(`check ${name}`));
  const code = await run("npm", ["run", "-s", name]);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function runJest(project: string, args: string[], soak = false): Promise<Tally> {
  say(colors.bold(`tests ${project}`));
  const folder = mkdtempSync(join(tmpdir(), "berth-test-"));
  const report = join(folder, "report.json");
  try {
    // Not on the user's Docker: their stacks run there under the same names.
    const wrapper = project === "e2e" ? [join(root, "scripts/with-own-docker")] : [];
    const [command = process.execPath, ...first] = [...wrapper, process.execPath];
    const code = await run(
      command,
      [
        ...first,
        join(root, "node_modules/jest/bin/jest.js"),
        ...["--selectProjects", project, "--passWithNoTests", "--json", "--outputFile", report],
        ...args,
      ],
      soak ? { BERTH_SOAK: "1" } : {},
    );
    return tally(readReport(report), code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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
