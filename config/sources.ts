import { createHash } from "node:crypto";
import { existsSync, lstatSync, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import dockerignore from "@balena/dockerignore";

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
  const rules = dockerignore();
  const ignoreFile = join(context, ".dockerignore");
  if (existsSync(ignoreFile)) rules.add(readFileSync(ignoreFile, "utf8"));
  hash.update(JSON.stringify([dockerfile, target, Object.entries(args).sort()]));
  if (existsSync(join(context, dockerfile))) hash.update(readFileSync(join(context, dockerfile)));
  for (const file of walk(context, "")) {
    if (rules.ignores(file)) continue;
    const path = join(context, file);
    const stat = lstatSync(path);
    const content = stat.isSymbolicLink() ? readlinkSync(path) : readFileSync(path);
    hash
      .update(`${file}\0${stat.mode & 0o111}\0`)
      .update(content)
      .update("\0");
  }
  return hash.digest("hex").slice(0, 12);
}

/** Files and links below a folder, in a fixed order, with paths relative to it. */
function* walk(root: string, folder: string): Generator<string> {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      // Never part of an image's content, and large.
      if (entry.name !== ".git" && entry.name !== "node_modules" && entry.name !== "__pycache__")
        yield* walk(root, path);
    } else if (entry.isFile() || entry.isSymbolicLink()) yield path;
  }
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
