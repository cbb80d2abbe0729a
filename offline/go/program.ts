import { existsSync, readdirSync, readFileSync } from "node:fs";
import { appendFile, cp, mkdir, rm } from "node:fs/promises";
import { join, posix } from "node:path";
import { cacheFolder } from "../../config/folders";
import { contentKey, fillOnce, markUsed, removeUnused } from "../cache";
import { Failure } from "../failure";
import { lastLines, runCommand } from "../run-command";
import { goToolchain, parseGoVersion } from "./toolchain";

/**
 * Commands of a Go module, built where only the module proxy is reachable. A wrapper's go.mod and
 * go.sum pin the module and all that it needs by checksum.
 */
export interface GoProgram {
  /** What it is called in messages. */
  title: string;
  /** Place in issues. */
  path: string;
  /** Folder with go.mod, go.sum and tools.go; what is in its folder `overlay` the module's zip lacks. */
  wrapper: string;
  /** The module, and the folders of its commands; `.` is its root. */
  module: string;
  commands: readonly string[];
  /** Further arguments of `go build`. */
  flags: (version: string) => readonly string[];
  env?: Readonly<Record<string, string>>;
  /** What the commands depend on beside the wrapper. */
  inputs?: readonly string[];
  /** Folder of Berth's cache, and the name's beginning in it. */
  cache: { folder: string; name: string };
}

export interface GoBuildOptions {
  /** Default: `$XDG_CACHE_HOME/berth` or `~/.cache/berth`. */
  cacheDir?: string;
  log?: (line: string) => void;
}

/** Where the commands are once they are built: the name tells their sources. */
export function goProgramFolder(program: GoProgram, cacheDir = cacheFolder()): string {
  const sources = ["go.mod", "go.sum", ...overlayFiles(program)];
  const contents = sources.map((file) => readFileSync(join(program.wrapper, file)));
  const key = contentKey([...contents, ...(program.inputs ?? [])]);
  return join(cacheDir, program.cache.folder, `${program.cache.name}-${key}`);
}

/** Builds the commands unless Berth's cache has them; gives the folder that holds them. */
export async function ensureGoProgram(
  program: GoProgram,
  options: GoBuildOptions = {},
): Promise<string> {
  const cacheDir = options.cacheDir ?? cacheFolder();
  const folder = goProgramFolder(program, cacheDir);
  const log = options.log ?? (() => undefined);
  await fillOnce(folder, (temporary) => build(program, temporary, cacheDir, log));
  await markUsed([folder]);
  await removeUnused(join(cacheDir, program.cache.folder));
  return folder;
}

/** The version of a module that a go.mod requires, without the `v`. */
export function requiredVersion(gomod: string, module: string): string | undefined {
  const line = gomod.split("\n").find((text) => text.includes(`${module} v`));
  return line && /v(\d+\.\d+\.\d+)/.exec(line.slice(line.indexOf(module) + module.length))?.[1];
}

/** The version of the program that its wrapper pins. */
export function goProgramVersion({ wrapper, module, path }: GoProgram): string {
  const version = requiredVersion(readFileSync(join(wrapper, "go.mod"), "utf8"), module);
  if (version === undefined)
    throw new Failure({
      path: `${path}/go.mod`,
      message: `requires no ${module}`,
      remedy: "restore it",
    });
  return version;
}

async function build(
  program: GoProgram,
  folder: string,
  cacheDir: string,
  log: (line: string) => void,
): Promise<void> {
  const version = goProgramVersion(program);
  const gomod = readFileSync(join(program.wrapper, "go.mod"), "utf8");
  const required = parseGoVersion(/^go (\S+)$/m.exec(gomod)?.[1] ?? "") ?? [];
  const toolchain = await goToolchain(required, program, cacheDir, log);
  log(`Building ${program.title} ${version} from its Go module; the first time takes minutes`);
  const work = join(folder, "work");
  const wrapper = join(work, "wrapper");
  await mkdir(wrapper, { recursive: true });
  for (const file of ["go.mod", "go.sum", "tools.go"])
    await cp(join(program.wrapper, file), join(wrapper, file));
  const go = async (...args: string[]): Promise<string> => {
    const env = { ...process.env, ...toolchain.env, ...program.env };
    const result = await runCommand(toolchain.go, args, { cwd: wrapper, env });
    if (result.code === 0) return result.stdout;
    throw new Failure(
      {
        path: program.path,
        message: `${program.title} ${version} can't be built from its Go module`,
        remedy: "mend what its last lines name, then run it again",
      },
      lastLines(result),
    );
  };
  if (overlayFiles(program).length > 0) {
    // The module's zip is checked against go.sum before its copy takes its place.
    const download = await go("mod", "download", "-json", program.module);
    const { Dir } = JSON.parse(download) as { Dir: string };
    await copyModule(Dir, join(work, "module"), join(program.wrapper, "overlay"));
    await appendFile(join(wrapper, "go.mod"), `\nreplace ${program.module} => ../module\n`);
  }
  const commands = program.commands.map((command) => posix.join(program.module, command));
  // The trailing slash makes it a folder for one command, too.
  await go(
    ...["build", "-buildvcs=false", ...program.flags(version), "-o", `${folder}/`],
    ...commands,
  );
  await rm(work, { recursive: true });
}

/** A module's files, made writable, with others laid over them. */
async function copyModule(from: string, to: string, overlay: string): Promise<void> {
  await cp(from, to, { recursive: true });
  // Files of the module cache are read-only.
  await runCommand("chmod", ["-R", "u+w", to]);
  await cp(overlay, to, { recursive: true });
}

function overlayFiles({ wrapper }: GoProgram): string[] {
  const overlay = join(wrapper, "overlay");
  if (!existsSync(overlay)) return [];
  return readdirSync(overlay, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(wrapper.length + 1))
    .sort();
}
