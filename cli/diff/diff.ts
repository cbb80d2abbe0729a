import { readFileSync } from "node:fs";
import { join } from "node:path";
import { IssuesError } from "../../config/issues";
import { stackNames } from "../../config/stack-files";
import { consequencesOf } from "../../planning/consequences";
import type { Diff } from "../../planning/consequences/types";
import type { Plan } from "../../planning/types";
import { problem } from "../errors";
import { loadPlan } from "../load-plan";
import { root } from "../root";
import { basePlans } from "./base-plans";
import { changedFiles, findBase } from "./git";
import { unplannedSettings } from "./unplanned-settings";

export interface DiffOptions {
  base?: string;
  here: boolean;
}

/** What the working tree would do to every stack that runs as a commit plans it. */
export async function makeDiff({ base: ref, here }: DiffOptions): Promise<Diff> {
  const base = await findBase(ref);
  const heads = headPlans(here);
  const bases = await basePlans(base, { here });
  const stacks = [...new Set([...heads.keys(), ...bases.keys()])].sort();
  return {
    base,
    stacks: stacks.map((stack) => consequencesOf(bases.get(stack), heads.get(stack))),
    notes: [
      ...brokenBases(bases),
      ...(await unplannedSettings(base.commit, stacks)),
      ...unseen(await changedFiles(base.commit)),
    ],
  };
}

function headPlans(here: boolean): Map<string, Plan> {
  return new Map(stackNames(root).map((stack) => [stack, headPlan(stack, here)]));
}

function headPlan(stack: string, here: boolean): Plan {
  try {
    return loadPlan(stack, { here }).plan;
  } catch (error) {
    if (error instanceof IssuesError) throw error;
    const [line = ""] = String((error as Error).message).split("\n");
    throw problem(
      "working tree",
      `its plan of stack ${stack} can't be made: ${line}`,
      "mend it; BERTH_DEBUG=1 ./berth plan shows where it comes from",
    );
  }
}

function brokenBases(bases: ReadonlyMap<string, Plan>): string[] {
  return [...bases.values()]
    .filter(({ issues }) => issues.length > 0)
    .map(({ stack }) => `the base's plan of ${stack} has issues; what it leaves out counts as new`);
}

/** What makes containers of planned values: a change of it is not in any plan. */
const makers = [/^components\//, /^index\.ts$/, /^config\/(images|sources|machine)\.ts$/];

function unseen(changed: readonly string[]): string[] {
  const notes: string[] = [];
  const makes = changed.filter((file) => makers.some((pattern) => pattern.test(file)));
  if (makes.length > 0)
    notes.push(
      `${makes.join(", ")} changed, which makes containers of the plan: what that does is not told here; 'pulumi preview' tells it`,
    );
  if (changed.some((file) => file.startsWith("stand-in/")))
    notes.push("stand-in/ changed: containers in which it runs are replaced");
  if (changed.includes("package-lock.json"))
    notes.push(
      `packages changed${providers()}; what another version of a provider does is not told here`,
    );
  return notes;
}

function providers(): string {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  const of = (name: string) => `${name} ${dependencies[name]}`;
  return ` (now ${of("@pulumi/docker")}, ${of("@pulumi/cloudflare")})`;
}
