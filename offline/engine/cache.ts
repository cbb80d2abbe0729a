import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** Where what can be made again is kept: outside the work tree, as the XDG conventions have it. */
export function defaultCacheDir(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return join(base, "berth");
}

/** A short name for contents: the same contents, the same name. */
export function contentKey(contents: (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const content of contents) hash.update(`${Buffer.byteLength(content)}\n`).update(content);
  return hash.digest("hex").slice(0, 16);
}

/**
 * Fills a folder once: in a temporary one beside it, renamed when complete, so that an interrupted
 * or a simultaneous run never leaves or sees half of it.
 */
export async function fillOnce(
  folder: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  if (existsSync(folder)) return;
  const temporary = join(dirname(folder), `.${randomUUID()}.partial`);
  await mkdir(temporary, { recursive: true });
  try {
    await fill(temporary);
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // Someone else finished first; theirs is as good.
    if (!existsSync(folder)) throw error;
  }
}
