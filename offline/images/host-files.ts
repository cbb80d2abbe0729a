import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { basename, dirname, join, posix } from "node:path";
import { bundleOf } from "../../stand-in/context";
import { Failure } from "../failure";
import { ensureGoProgram } from "../go/program";
import { runCommand } from "../run-command";
import type { HostFile } from "./recipes";
import { makeRootfs } from "./rootfs";

/** Who hears each line that is printed, and who hears what takes minutes. */
export interface Told {
  log: (line: string) => void;
  announce: (line: string) => void;
}

/** Puts what an image takes from the host into its build context. */
export async function addHostFile(
  file: HostFile,
  context: string,
  workDir: string,
  told: Told,
): Promise<void> {
  const target = join(context, file.as);
  switch (file.kind) {
    case "rootfs":
      return makeRootfs(join(context, "rootfs.json"), target, workDir, told.log);
    case "node":
      return addNode(target);
    case "pip":
      return addPipConfiguration(target);
    case "program":
      return addProgram(join(context, "main.ts"), target);
    case "goProgram":
      return addGoProgram(context, file.as, told.announce);
  }
}

/** The running Node, its npm, and the registry that this machine's npm is set to, if any. */
async function addNode(target: string): Promise<void> {
  const binary = realpathSync(process.execPath);
  const npm = join(dirname(binary), "..", "lib", "node_modules", "npm");
  if (!existsSync(npm)) {
    throw new Failure({
      path: "offline/images/node",
      message: `there is no npm at ${npm}`,
      remedy: `install npm beside ${binary}`,
    });
  }
  mkdirSync(join(target, "bin"), { recursive: true });
  mkdirSync(join(target, "etc"), { recursive: true });
  cpSync(binary, join(target, "bin", "node"));
  cpSync(npm, join(target, "lib", "node_modules", "npm"), { recursive: true });
  const registry = await ask("npm", ["config", "get", "registry", "--global"]);
  writeFileSync(join(target, "etc", "npmrc"), registry ? `registry=${registry}\n` : "");
}

/** Starts by its own name; a small heap, as it runs beside many others. */
const INTERPRETER = "#!/usr/bin/env -S node --max-old-space-size=32 --max-semi-space-size=1\n";

function addProgram(entryPoint: string, target: string): void {
  const program = Buffer.concat([Buffer.from(INTERPRETER), bundleOf(entryPoint)]);
  writeFileSync(target, program, { mode: 0o755 });
}

/** A recipe's `program.json`: a command of a Go module. */
interface GoRecipe {
  title: string;
  module: string;
  /** Its folder in the module. */
  command: string;
  /** Build tags. @default none */
  tags?: string[];
  /** The variable by which it knows its version, unless a file of the module tells it. */
  versionVariable?: string;
}

/** The command, free of the host's C library and of its paths; the recipe's folder is its wrapper. */
async function addGoProgram(
  context: string,
  name: string,
  log: (line: string) => void,
): Promise<void> {
  const recipe = readFileSync(join(context, "program.json"), "utf8");
  const { title, module, command, tags, versionVariable } = JSON.parse(recipe) as GoRecipe;
  const folder = await ensureGoProgram(
    {
      ...{ title, module, commands: [command], inputs: [recipe] },
      path: `offline/images/${name}`,
      wrapper: context,
      flags: (version) => [
        ...["-trimpath", ...(tags ? ["-tags", tags.join(",")] : [])],
        ...["-ldflags", versionVariable ? `-s -w -X ${versionVariable}=${version}` : "-s -w"],
      ],
      env: { CGO_ENABLED: "0" },
      cache: { folder: "images", name },
    },
    { log },
  );
  cpSync(join(folder, basename(posix.join(module, command))), join(context, name));
}

/** The package index that this machine's pip is set to, if any. */
async function addPipConfiguration(target: string): Promise<void> {
  mkdirSync(target, { recursive: true });
  const index = await ask("pip", ["config", "get", "global.index-url"]);
  writeFileSync(join(target, "pip.conf"), index ? `[global]\nindex-url = ${index}\n` : "");
}

/** An address from a client's configuration; an image must not carry credentials, so none then. */
async function ask(command: string, args: string[]): Promise<string | undefined> {
  const answer = await runCommand(command, args);
  // Not installed or not set: the client's own default serves.
  if (answer.code !== 0 || !URL.canParse(answer.stdout.trim())) return undefined;
  const url = new URL(answer.stdout.trim());
  return url.username === "" && url.password === "" ? url.href : undefined;
}
