import { readdir, readFile, stat } from "node:fs/promises";
import { posix } from "node:path";
import { Readable } from "node:stream";
import dockerIgnore from "@balena/dockerignore";
import { create } from "tar";
import { ProviderError } from "../provider-server/resource-type";

/**
 * The files and empty folders of a build context that reach the builder: all but those that
 * `.dockerignore` leaves out. As with `docker build`, the Dockerfile and `.dockerignore` themselves
 * always go along.
 */
export async function contextFiles(context: string, dockerfile: string): Promise<string[]> {
  const isFolder = await stat(context).then(
    (info) => info.isDirectory(),
    () => false,
  );
  if (!isFolder) {
    throw new ProviderError(`build.context: ${context} is not a folder; check the path`);
  }
  const rules = await ignoreRules(context, dockerfile);
  const filter = dockerIgnore({ ignorecase: false }).add(rules);
  const always = new Set([dockerfile, ".dockerignore"]);
  const isIgnored = (path: string) => !always.has(path) && filter.ignores(path);
  // Only where no rule brings anything back can an ignored folder be left unread.
  const bringsBack = /^\s*!/m.test(rules);
  const prune = (folder: string) =>
    !bringsBack && !dockerfile.startsWith(`${folder}/`) && isIgnored(folder);
  const all = await entriesBelow(context, "", prune);
  if (!all.includes(dockerfile)) {
    throw new ProviderError(
      `build.dockerfile: ${posix.join(context, dockerfile)} does not exist; add it, or set build.dockerfile`,
    );
  }
  return all.filter((path) => !isIgnored(path)).sort();
}

/** `<dockerfile>.dockerignore` wins over `.dockerignore`, as in Docker. */
async function ignoreRules(context: string, dockerfile: string): Promise<string> {
  for (const name of [`${dockerfile}.dockerignore`, ".dockerignore"]) {
    try {
      return await readFile(posix.join(context, name), "utf8");
    } catch {
      continue;
    }
  }
  return "";
}

async function entriesBelow(
  root: string,
  folder: string,
  prune: (path: string) => boolean,
): Promise<string[]> {
  const entries = await readdir(posix.join(root, folder), { withFileTypes: true });
  if (entries.length === 0 && folder !== "") return [folder];
  const nested = await Promise.all(
    entries.map(async (entry) => {
      const path = posix.join(folder, entry.name);
      if (entry.isDirectory()) return prune(path) ? [] : entriesBelow(root, path, prune);
      return entry.isFile() || entry.isSymbolicLink() ? [path] : [];
    }),
  );
  return nested.flat();
}

/** The context as the compressed tar stream that the builder takes. */
export async function contextArchive(
  context: string,
  dockerfile: string,
): Promise<NodeJS.ReadableStream> {
  const files = await contextFiles(context, dockerfile);
  const options = { cwd: context, gzip: true, portable: true, noDirRecurse: true };
  return Readable.from(create(options, files) as AsyncIterable<Buffer>);
}
