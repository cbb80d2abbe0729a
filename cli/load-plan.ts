import { loadCatalogue } from "../config/catalogue";
import { loadImagesLock } from "../config/images-lock";
import { IssuesError } from "../config/issues";
import { observeMachine } from "../config/machine";
import type { Settings } from "../config/schema/settings";
import { declaredSecrets } from "../config/secret-keys";
import { loadStacks } from "../config/stack-files";
import { planStack } from "../planning/plan";
import type { Plan } from "../planning/types";
import { root } from "./root";

export interface LoadedPlan {
  plan: Plan;
  /** Undefined where the stack's file is missing or wrong, which the plan's issues say. */
  settings: Settings | undefined;
}

/**
 * A stack's plan, from committed files; with `here` also from what this machine has: sources and
 * local images.
 */
export function loadPlan(stack: string, { here }: { here: boolean }): LoadedPlan {
  const catalogue = loadCatalogue();
  const { stacks, issues } = loadStacks(root, declaredSecrets(catalogue));
  const settings = stacks.find((candidate) => candidate.stack === stack);
  const machine = here && settings ? observeMachine(catalogue, settings) : undefined;
  const { lock, issues: lockIssues } = loadImagesLock(root);
  issues.push(...lockIssues);
  const plan = planStack({
    ...{ catalogue, stacks, stack },
    ...(machine && { machine }),
    ...(lock && { imagesLock: lock }),
  });
  // A stack whose file is wrong is there: only its mistakes count.
  const file = `Pulumi.${stack}.yaml`;
  const broken = issues.some((issue) => issue.path.startsWith(file));
  const planned = broken ? plan.issues.filter((issue) => issue.path !== file) : plan.issues;
  return { plan: { ...plan, issues: [...issues, ...planned] }, settings };
}

/** A stack's plan from committed data alone, which has to be sound before anything else is done. */
export function soundPlan(stack: string): { plan: Plan; settings: Settings } {
  const loaded = loadPlan(stack, { here: false });
  if (loaded.plan.issues.length > 0) throw new IssuesError(loaded.plan.issues);
  return { plan: loaded.plan, settings: requireSettings(loaded) };
}

/** The settings of a stack that has to exist, or what is wrong with its file. */
export function requireSettings({ plan, settings }: LoadedPlan): Settings {
  if (settings !== undefined) return settings;
  const issues = plan.issues.filter((issue) => issue.path.startsWith(`Pulumi.${plan.stack}.`));
  throw new IssuesError(issues);
}
