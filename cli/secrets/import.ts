import { readFileSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { loadCatalogue } from "../../config/catalogue";
import { formatIssue, IssuesError, type Issue } from "../../config/issues";
import { sourcesFolder } from "../../config/machine";
import type { Settings } from "../../config/schema/settings";
import { count } from "../../planning/render/format";
import { tableLines } from "../../planning/render/table";
import { Interrupted, problem } from "../errors";
import { exitCodes } from "../exit-codes";
import { soundPlan } from "../load-plan";
import { configSecrets } from "../machine/config-secrets";
import { canAsk, confirm, dataColors, dataWidth, print, say } from "../terminal";
import { announce, chooseEngine } from "../update/engine";
import { openStack } from "../update/open-stack";
import { assignEntries, type Assignment } from "./assign";
import { readEnvFile, type EnvEntry } from "./env-file";
import { setSecrets } from "./stack-secrets";

export interface ImportOptions {
  stack: string;
  file: string;
  yes?: boolean;
  json?: boolean;
}

/** Sets what a `.env` file has of a stack's secrets. No value is ever shown. */
export async function importSecrets(options: ImportOptions): Promise<void> {
  const { plan, settings } = soundPlan(options.stack);
  const entries = readEntries(options.file);
  const { systems } = loadCatalogue();
  const here = systems[settings.environment].filter(
    ({ name }) => settings.systems?.includes(name) ?? true,
  );
  const assigned = assignEntries(entries, plan, here, placeOf(options.file, settings));
  const secrets = assigned.flatMap(({ key, line }) => {
    const value = entries.find((entry) => entry.line === line)?.value;
    return key === null || value === undefined ? [] : [{ key, value }];
  });
  if (options.json !== true) show(assigned, options);
  if (secrets.length > 0) await set(options, secrets);
  if (options.json === true)
    print(JSON.stringify({ stack: plan.stack, file: options.file, variables: assigned }, null, 2));
  else if (secrets.length === 0) say("Nothing to import.");
  const open = assigned.some(({ outcome }) => ["unknown", "unclear"].includes(outcome));
  process.exitCode = open ? exitCodes.failed : exitCodes.ok;
}

function readEntries(file: string): EnvEntry[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const { code = "error" } = error as NodeJS.ErrnoException;
    throw problem(file, `can't be read (${code})`, "name a .env file");
  }
  const { entries, malformed } = readEnvFile(text);
  // What can't be read may be a part of a value before it: then nothing of the file is sure.
  if (malformed.length > 0)
    throw new IssuesError(
      malformed.map(({ line, why }) => ({
        path: `${file}:${line}`,
        message: why,
        remedy: "correct it; nothing was imported, and the line is not shown",
      })),
    );
  return entries;
}

/** What of a file's path may name a project: below the sources folder all of it. */
function placeOf(file: string, settings: Settings): string {
  const path = resolve(file);
  const below = relative(sourcesFolder(settings), path);
  if (!below.startsWith("..") && !isAbsolute(below)) return below;
  const folder = dirname(path);
  return join(basename(dirname(folder)), basename(folder), basename(path));
}

async function set(
  { stack: name, yes }: ImportOptions,
  secrets: readonly { key: string; value: string }[],
): Promise<void> {
  const amount = count(secrets.length, "secret");
  if (yes !== true) {
    if (!canAsk()) throw problem("secrets import", "there is no terminal to ask on", "add --yes");
    if (!(await confirm(`Set ${amount} of stack ${name} like this?`)))
      throw new Interrupted("nothing was changed");
  }
  const engine = await chooseEngine({ install: false });
  announce(engine);
  const stack = await openStack(name, engine, {}, { create: true });
  if (stack === undefined) throw new Error(`stack ${name} could not be created`);
  await setSecrets(stack, engine, secrets);
  say(`${amount} of stack ${name} set; ./berth up ${name} gives them to the services.`);
}

/** A table of what is imported, and a line for each variable that is not. */
function show(assigned: readonly Assignment[], { stack, file }: ImportOptions): void {
  const imported = assigned.filter(({ outcome }) => outcome === "import");
  const secretOf = configSecrets(stack);
  if (imported.length > 0) {
    const rows = imported.map(({ line, name, key, services }) => [
      String(line),
      name ?? "",
      key ?? "",
      services.join(", ") || "none",
      secretOf(key ?? "") === undefined ? "new" : "replaces one",
    ]);
    const columns = [
      { title: "LINE" },
      { title: "VARIABLE", whole: true },
      { title: "SECRET", whole: true },
      { title: "SERVICES" },
      { title: "" },
    ];
    print(tableLines(columns, rows, dataWidth(), dataColors).join("\n"));
  }
  for (const each of assigned) if (each.outcome !== "import") print(describe(each, file));
}

function describe({ line, name, message, remedy }: Assignment, file: string): string {
  const path = name === null ? `${file}:${line}` : `${file}:${line} ${name}`;
  if (remedy === null) return `${path}: ${message}`;
  const issue: Issue = { path, message: message ?? "", remedy };
  return formatIssue(issue);
}
