import { nearest, type Issue } from "./issues";
import { describeProblems } from "./schema/problems";
import { settingsSchema, type Settings } from "./schema/settings";

/** What Berth's own values in a stack's configuration start with. */
export const namespace = "berth";

/** Values of a stack that Berth's program reads beside its settings; never part of a plan. */
const secretKeys = ["rootSecret"];

/** Settings that are text whatever they look like. */
const textKeys = ["environment", "ports", "bindAddress", "sources"];

/** Pulumi's reader can't tell 123 from "123": for text both mean the same. */
function asText(value: unknown): unknown {
  return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
}

/** Pulumi hands every value over as text: what is JSON was written as what it says. */
function fromText(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/**
 * Checks a stack's `berth:` values, given as a plain record without the prefix. `file` is the
 * stack file that issues name. The one parser: for the file reader and for Pulumi's, which gives
 * every value as text.
 */
export function parseSettings(
  stack: string,
  values: Record<string, unknown>,
): { settings?: Settings; issues: Issue[] } {
  const file = `Pulumi.${stack}.yaml`;
  const plain = Object.fromEntries(
    Object.entries(values)
      .filter(([key]) => !secretKeys.includes(key))
      .map(([key, value]) => [key, textKeys.includes(key) ? asText(value) : fromText(value)]),
  );
  const parsed = settingsSchema.safeParse(plain, { reportInput: true });
  if (!parsed.success) return { issues: describeProblems(parsed.error, file, settingsSchema) };
  const { standIns, systems, ...rest } = parsed.data;
  return {
    settings: { stack, ...rest, systems, standIns: standIns ?? rest.environment === "dev" },
    issues: [],
  };
}

/**
 * Keys of a stack's configuration that were meant as Berth's own and are in no namespace of its.
 * Those of other programs and providers are not Berth's to judge, and a system's are its secrets.
 */
export function namespaceIssues(
  stack: string,
  keys: readonly string[],
  systems: readonly string[] = [],
): Issue[] {
  const path = (key: string) => `Pulumi.${stack}.yaml.config.${key}`;
  return keys.flatMap((key) => {
    const [given = "", ...rest] = key.split(":");
    const own = [namespace, ...(rest.length > 0 ? rest : [key])].join(":");
    if (rest.length === 0)
      return [{ path: path(key), message: "has no namespace", remedy: `write '${own}'` }];
    if (given === namespace || systems.includes(given)) return [];
    if (!resembles(given.toLowerCase(), namespace)) return [];
    const message = "is in no known namespace";
    return [{ path: path(key), message, remedy: `did you mean '${own}'?` }];
  });
}

/** Like the other and of about its length: `berth-other` is a name of its own. */
function resembles(name: string, other: string): boolean {
  return Math.abs(name.length - other.length) <= 1 && nearest(name, [other]) !== undefined;
}
