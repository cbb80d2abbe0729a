import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Issue } from "./issues";
import type { Settings } from "./schema/settings";
import { parseSettings } from "./settings";

const prefix = "berth:";

/** The settings of every committed stack: `Pulumi.<stack>.yaml` in the folder. */
export function loadStacks(folder: string): { stacks: Settings[]; issues: Issue[] } {
  const stacks: Settings[] = [];
  const issues: Issue[] = [];
  for (const file of readdirSync(folder).sort()) {
    const stack = /^Pulumi\.([^.]+)\.yaml$/.exec(file)?.[1];
    if (stack === undefined) continue;
    const read = readStackFile(join(folder, file), file);
    if ("issue" in read) {
      issues.push(read.issue);
      continue;
    }
    const { settings, issues: found } = parseSettings(stack, read.values);
    if (settings) stacks.push(settings);
    if (["string", "number"].includes(typeof read.values.rootSecret)) {
      issues.push({
        path: `${file}.rootSecret`,
        message: "is in the clear",
        remedy: "choose another and set it with 'pulumi config set --secret berth:rootSecret'",
      });
    }
    issues.push(...found);
  }
  return { stacks, issues };
}

/**
 * The committed stacks but one, whose settings come from elsewhere. One whose file is wrong can't be
 * proved against, so its issues count.
 */
export function loadOtherStacks(folder: string, stack: string): ReturnType<typeof loadStacks> {
  const { stacks, issues } = loadStacks(folder);
  return {
    stacks: stacks.filter((other) => other.stack !== stack),
    issues: issues.filter(({ path }) => !path.startsWith(`Pulumi.${stack}.yaml`)),
  };
}

function readStackFile(
  path: string,
  file: string,
): { values: Record<string, unknown> } | { issue: Issue } {
  let content: unknown;
  try {
    content = parse(readFileSync(path, "utf8"));
  } catch (error) {
    const message =
      error instanceof Error
        ? (error.message.split("\n")[0] ?? "").replace(/:$/, "")
        : String(error);
    return {
      issue: { path: file, message: `is not valid YAML: ${message}`, remedy: "correct it" },
    };
  }
  const config = (content as { config?: Record<string, unknown> } | null)?.config ?? {};
  const values = Object.entries(config)
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]) => [key.slice(prefix.length), value] as const);
  return { values: Object.fromEntries(values) };
}
