import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse, stringify } from "yaml";
import { stateFolder } from "../../config/folders";

type StackFile = { config?: Record<string, unknown> } & Record<string, unknown>;

/**
 * Where the engine keeps a stack's settings on this machine. It writes its encryption salt, and
 * `pulumi config set` its values, into the stack file that it is given: given a copy outside the
 * work tree, it leaves the committed one alone.
 */
export function machineStackFile(stack: string): string {
  return join(stateFolder(), "stacks", `Pulumi.${stack}.yaml`);
}

/** The committed settings as the machine's file last took them up. */
const basisFile = (stack: string): string =>
  join(stateFolder(), "stacks", `Pulumi.${stack}.committed.yaml`);

/**
 * Brings the machine's stack file up to date with the committed one and keeps what was set on
 * this machine. Gives the names of the settings that differ from the committed ones.
 */
export function mergeStackFile(committedFile: string, stack: string): string[] {
  const own = machineStackFile(stack);
  mkdirSync(join(stateFolder(), "stacks"), { recursive: true, mode: 0o700 });
  const merged = merge(committedFile, stack);
  const draft = `${own}.${process.pid}`;
  writeFileSync(draft, stringify(merged.content), { mode: 0o600 });
  renameSync(draft, own);
  if (existsSync(committedFile)) copyFileSync(committedFile, basisFile(stack));
  return merged.own;
}

/** A stack's configuration as this machine has it, with nothing written. */
export function mergedConfig(committedFile: string, stack: string): Record<string, unknown> {
  return merge(committedFile, stack).content.config ?? {};
}

/** Names of the settings that differ from the committed ones on this machine, with nothing written. */
export function settingsOfMachine(committedFile: string, stack: string): string[] {
  return merge(committedFile, stack).own;
}

function merge(committedFile: string, stack: string): ReturnType<typeof mergeSettings> {
  return mergeSettings(read(committedFile), read(basisFile(stack)), read(machineStackFile(stack)));
}

/** Three-way: what this machine changed since `basis` goes on top of what is committed now. */
export function mergeSettings(
  committed: StackFile,
  basis: StackFile,
  machine: StackFile,
): { content: StackFile; own: string[] } {
  const before = basis.config ?? {};
  const changed = Object.entries(machine.config ?? {}).filter(
    ([key, value]) => !isDeepStrictEqual(value, before[key]),
  );
  const { config: _, ...engine } = machine;
  const content = {
    ...engine,
    ...committed,
    config: { ...committed.config, ...Object.fromEntries(changed) },
  };
  return { content, own: changed.map(([key]) => key) };
}

function read(path: string): StackFile {
  return existsSync(path) ? ((parse(readFileSync(path, "utf8")) as StackFile | null) ?? {}) : {};
}
