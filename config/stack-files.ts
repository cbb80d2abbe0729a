import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { nearest, suggest, type Issue } from "./issues";
import type { Settings } from "./schema/settings";
import { secretKeyIssues, type DeclaredSecrets } from "./secret-keys";
import { namespace, namespaceIssues, parseSettings } from "./settings";

const prefix = `${namespace}:`;

/** What Pulumi knows at the top of a stack file. */
const topLevelKeys = ["config", "secretsprovider", "encryptedkey", "encryptionsalt", "environment"];

/** Stacks by their files, `Pulumi.<stack>.yaml`, sorted. */
export function stackNames(folder: string): string[] {
  return readdirSync(folder)
    .flatMap((file) => /^Pulumi\.([^.]+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

/**
 * The settings of every committed stack: `Pulumi.<stack>.yaml` in the folder. Their secrets are
 * judged by those that the catalogue declares.
 */
export function loadStacks(
  folder: string,
  secrets: DeclaredSecrets = {},
): { stacks: Settings[]; issues: Issue[] } {
  const stacks: Settings[] = [];
  const issues: Issue[] = [];
  for (const stack of stackNames(folder)) {
    const file = `Pulumi.${stack}.yaml`;
    const read = readStackFile(join(folder, file), stack, secrets);
    issues.push(...read.issues);
    if (read.values === undefined) continue;
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
export function loadOtherStacks(
  folder: string,
  stack: string,
  secrets: DeclaredSecrets = {},
): ReturnType<typeof loadStacks> {
  const { stacks, issues } = loadStacks(folder, secrets);
  return {
    stacks: stacks.filter((other) => other.stack !== stack),
    issues: issues.filter(({ path }) => !path.startsWith(`Pulumi.${stack}.yaml`)),
  };
}

/** Berth's values in a stack file; none where they can't be told from what is wrong with it. */
function readStackFile(
  path: string,
  stack: string,
  secrets: DeclaredSecrets,
): { values?: Record<string, unknown>; issues: Issue[] } {
  const file = `Pulumi.${stack}.yaml`;
  let content: unknown;
  try {
    content = parse(readFileSync(path, "utf8"));
  } catch (error) {
    const message =
      error instanceof Error
        ? (error.message.split("\n")[0] ?? "").replace(/:$/, "")
        : String(error);
    return {
      issues: [{ path: file, message: `is not valid YAML: ${message}`, remedy: "correct it" }],
    };
  }
  const top = content ?? {};
  if (!isMapping(top)) {
    const remedy = "write 'config:' and its values";
    return { issues: [{ path: file, message: "is not a mapping", remedy }] };
  }
  const unknown = Object.keys(top).filter((key) => !topLevelKeys.includes(key));
  const issues = unknown.map((key) => topLevelIssue(file, key));
  // Its values are then not missing: they are below the misspelt key.
  if (!("config" in top) && unknown.some(isMeantAsConfig)) return { issues };

  const config = top.config ?? {};
  if (!isMapping(config)) {
    const remedy = `write '${prefix}environment:' and the others below it`;
    issues.push({ path: `${file}.config`, message: "is not a mapping", remedy });
    return { issues };
  }
  const keys = Object.entries(config).map(([key, value]) => ({
    key,
    encrypted: isEncrypted(value),
  }));
  issues.push(...namespaceIssues(stack, Object.keys(config), Object.keys(secrets)));
  issues.push(...secretKeyIssues(stack, keys, secrets));
  const values = Object.entries(config)
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]) => [key.slice(prefix.length), value] as const);
  return { values: Object.fromEntries(values), issues };
}

/** Whether a stack file has a value as `pulumi config set --secret` writes it. */
export function isEncrypted(value: unknown): boolean {
  return isMapping(value) && Object.keys(value).join() === "secure";
}

function topLevelIssue(file: string, key: string): Issue {
  const path = `${file}.${key}`;
  return key.includes(":")
    ? { path, message: "is not below 'config'", remedy: "move it there" }
    : { path, message: "is not a known setting", remedy: suggest(key, topLevelKeys) };
}

const isMeantAsConfig = (key: string): boolean => nearest(key, topLevelKeys) === "config";

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
