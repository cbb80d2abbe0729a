import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { extract } from "tar";
import { cacheFolder } from "../../config/folders";
import { stackNames } from "../../config/stack-files";
import { contentKey, fillOnce, markUsed } from "../../offline/cache";
import { lastLines, runCommand } from "../../offline/run-command";
import { Failure } from "../../offline/failure";
import type { Plan } from "../../planning/types";
import { problem } from "../errors";
import { root } from "../root";
import { say } from "../terminal";
import { archive, type Base } from "./git";
import { completed, missingFields } from "./plan-shape";

/**
 * The plans of all stacks of a commit, made by that commit's own code: the planner may have changed
 * with the data. It runs in a temporary folder, which is removed afterwards.
 */
export async function basePlans(
  base: Base,
  { here }: { here: boolean },
): Promise<Map<string, Plan>> {
  const home = mkdtempSync(join(tmpdir(), "berth-diff-"));
  try {
    const folder = join(home, "berth");
    mkdirSync(folder);
    const file = join(home, "base.tar");
    await archive(base.commit, file);
    await extract({ file, cwd: folder });
    if (!existsSync(join(folder, "cli/main.ts")))
      throw tooOld(base, "it has no command of Berth's (cli/main.ts)");
    symlinkSync(await packagesFor(folder, base), join(folder, "node_modules"));
    const stacks = stackNames(folder);
    const plans = await Promise.all(
      stacks.map(async (stack) => [stack, await planAt(folder, stack, base, here)] as const),
    );
    return new Map(plans);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** This checkout's packages where the commit locks the same, else a folder of its own in the cache. */
async function packagesFor(folder: string, base: Base): Promise<string> {
  const read = (path: string) => readFileSync(path, "utf8");
  const lock = join(folder, "package-lock.json");
  if (!existsSync(lock)) throw tooOld(base, "it has no package-lock.json");
  if (read(lock) === read(join(root, "package-lock.json"))) return join(root, "node_modules");
  const cached = join(cacheFolder(), `packages-${contentKey([read(lock), process.version])}`);
  if (!existsSync(cached)) say(`installing the packages of base ${base.commit.slice(0, 8)}`);
  await fillOnce(cached, async (temporary) => {
    for (const file of ["package.json", "package-lock.json"])
      cpSync(join(folder, file), join(temporary, file));
    const result = await runCommand(
      "npm",
      ["ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
      { cwd: temporary },
    );
    if (result.code !== 0)
      throw new Failure(
        {
          path: `base ${base.commit.slice(0, 8)}`,
          message: "locks other packages than this checkout, and they can't be installed",
          remedy: "see npm's message below",
        },
        lastLines(result, 5),
      );
  });
  await markUsed([cached]);
  return join(cached, "node_modules");
}

/** Without the launcher, which would install into the packages of this checkout. */
async function planAt(folder: string, stack: string, base: Base, here: boolean): Promise<Plan> {
  const result = await runCommand(
    process.execPath,
    [
      ...["--import", join(folder, "node_modules/tsx/dist/loader.mjs"), "cli/main.ts"],
      ...["plan", "--stack", stack, "--json", ...(here ? ["--here"] : [])],
    ],
    { cwd: folder, env: { ...process.env, NO_COLOR: "1" } },
  );
  let plan: Plan;
  try {
    plan = JSON.parse(result.stdout) as Plan;
  } catch {
    if (result.code === 2) throw tooOld(base, "it does not know 'berth plan --stack NAME --json'");
    throw new Failure(
      {
        path: `base ${base.commit.slice(0, 8)}`,
        message: `its plan of stack ${stack} can't be made`,
        remedy: "choose another with --base",
      },
      lastLines(result, 5),
    );
  }
  const missing = missingFields(plan);
  if (missing.length > 0) throw tooOld(base, `its plan has no ${missing.join(", ")}`);
  return completed(plan);
}

function tooOld(base: Base, why: string): Error {
  return problem(
    `base ${base.commit.slice(0, 8)}`,
    `is too old to be compared: ${why}`,
    "choose a later one with --base",
  );
}
