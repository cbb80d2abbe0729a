import { readdirSync, readFileSync, statSync } from "node:fs";
import { posix } from "node:path";
import dockerIgnore from "@balena/dockerignore";

/** A build context that can't be used: the path, what is wrong with it, and the remedy. */
export class BuildContextError extends Error {}

/**
 * The files and empty folders of a build context that reach the builder, sorted: all but those
 * that `.dockerignore` leaves out. As with `docker build`, the Dockerfile and `.dockerignore`
 * themselves always go along. The hash of a build and the build itself both go by this.
 */
export function contextFiles(context: string, dockerfile: string): string[] {
  if (!statSync(context, { throwIfNoEntry: false })?.isDirectory()) {
    throw new BuildContextError(`build.context: ${context} is not a folder; check the path`);
  }
  const rules = ignoreRules(context, dockerfile);
  const filter = dockerIgnore({ ignorecase: false }).add(rules);
  const always = new Set([dockerfile, ".dockerignore"]);
  const isIgnored = (path: string) => !always.has(path) && filter.ignores(path);
  // Only where no rule brings anything back can an ignored folder be left unread.
  const bringsBack = /^\s*!/m.test(rules);
  const prune = (folder: string) =>
    !bringsBack && !dockerfile.startsWith(`${folder}/`) && isIgnored(folder);
  const all = entriesBelow(context, "", prune);
  if (!all.includes(dockerfile)) {
    throw new BuildContextError(
      `build.dockerfile: ${posix.join(context, dockerfile)} does not exist; add it, or set build.dockerfile`,
    );
  }
  return all.filter((path) => !isIgnored(path)).sort();
}

/** `<dockerfile>.dockerignore` wins over `.dockerignore`, as in Docker. */
function ignoreRules(context: string, dockerfile: string): string {
  for (const name of [`${dockerfile}.dockerignore`, ".dockerignore"]) {
    try {
      return readFileSync(posix.join(context, name), "utf8");
    } catch {
      continue;
    }
  }
  return "";
}

function entriesBelow(root: string, folder: string, prune: (path: string) => boolean): string[] {
  const entries = readdirSync(posix.join(root, folder), { withFileTypes: true });
  if (entries.length === 0 && folder !== "") return [folder];
  return entries.flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) return prune(path) ? [] : entriesBelow(root, path, prune);
    return entry.isFile() || entry.isSymbolicLink() ? [path] : [];
  });
}
