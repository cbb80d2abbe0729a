import type { Issue } from "./issues";
import { describeProblems } from "./schema/problems";
import { settingsSchema, type Settings } from "./schema/settings";

const knownKeys = Object.keys(settingsSchema.shape);

/** Values of a stack that Berth's program reads beside its settings; never part of a plan. */
const secretKeys = ["rootSecret"];

/**
 * Checks a stack's `berth:` values, given as a plain record without the prefix. `file` is the
 * stack file that issues name. The one parser: for the file reader and for Pulumi's.
 */
export function parseSettings(
  stack: string,
  values: Record<string, unknown>,
): { settings?: Settings; issues: Issue[] } {
  const file = `Pulumi.${stack}.yaml`;
  const plain = Object.fromEntries(
    Object.entries(values).filter(([key]) => !secretKeys.includes(key)),
  );
  const parsed = settingsSchema.safeParse(plain, { reportInput: true });
  if (!parsed.success) return { issues: describeProblems(parsed.error, file, knownKeys) };
  const { standIns, systems, ...rest } = parsed.data;
  return {
    settings: { stack, ...rest, systems, standIns: standIns ?? rest.environment === "dev" },
    issues: [],
  };
}
