import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { HostFile } from "./recipes";
import { makeRootfs } from "./rootfs";

/** Puts what an image takes from the host into its build context. */
export async function addHostFile(
  file: HostFile,
  context: string,
  workDir: string,
  log: (line: string) => void,
): Promise<void> {
  const target = join(context, file.as);
  switch (file.kind) {
    case "rootfs":
      return makeRootfs(join(context, "rootfs.json"), target, workDir, log);
    case "node":
      return addNode(target);
    case "pip":
      return addPipConfiguration(target);
  }
}

/** The running Node, its npm, and the registry that this machine's npm is set to, if any. */
function addNode(target: string): void {
  const binary = realpathSync(process.execPath);
  const npm = join(dirname(binary), "..", "lib", "node_modules", "npm");
  if (!existsSync(npm)) {
    throw new Error(`offline/images/node: no npm at ${npm}; install npm beside ${binary}`);
  }
  mkdirSync(join(target, "bin"), { recursive: true });
  mkdirSync(join(target, "etc"), { recursive: true });
  cpSync(binary, join(target, "bin", "node"));
  cpSync(npm, join(target, "lib", "node_modules", "npm"), { recursive: true });
  const registry = ask("npm", ["config", "get", "registry", "--global"]);
  writeFileSync(join(target, "etc", "npmrc"), registry ? `registry=${registry}\n` : "");
}

/** The package index that this machine's pip is set to, if any. */
function addPipConfiguration(target: string): void {
  mkdirSync(target, { recursive: true });
  const index = ask("pip", ["config", "get", "global.index-url"]);
  writeFileSync(join(target, "pip.conf"), index ? `[global]\nindex-url = ${index}\n` : "");
}

/** An address from a client's configuration; an image must not carry credentials, so none then. */
function ask(command: string, args: string[]): string | undefined {
  try {
    const answer = execFileSync(command, args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const url = new URL(answer.trim());
    return url.username === "" && url.password === "" ? url.href : undefined;
  } catch {
    return undefined; // Not installed or not set: the client's own default serves.
  }
}
