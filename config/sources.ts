import { createHash } from "node:crypto";
import { existsSync, lstatSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { contextFiles } from "./build-context";

/**
 * Hash over what a build sees: the context's files without those of `.dockerignore`, the
 * Dockerfile, the stage and the arguments. Twelve hex digits, for an image tag.
 */
export function hashBuild(
  context: string,
  dockerfile: string,
  target: string | null,
  args: Record<string, string>,
): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([dockerfile, target, Object.entries(args).sort()]));
  for (const file of contextFiles(context, dockerfile)) {
    const path = join(context, file);
    const stat = lstatSync(path);
    hash.update(`${file}\0${stat.mode & 0o111}\0`);
    if (stat.isSymbolicLink()) hash.update(readlinkSync(path));
    else if (stat.isFile()) hash.update(readFileSync(path));
    hash.update("\0");
  }
  return hash.digest("hex").slice(0, 12);
}

/** The variables of `.env` files, given as "<sources>/…"; a later file wins, a missing one has none. */
export function readFileVariables(
  files: readonly string[],
  sources: string,
): Record<string, string> {
  const paths = files
    .map((file) => file.replace(/^<sources>/, sources))
    .filter((path) => existsSync(path));
  return Object.assign({}, ...paths.map((path) => parseEnv(readFileSync(path, "utf8")))) as Record<
    string,
    string
  >;
}
