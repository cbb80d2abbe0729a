import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { lock } from "proper-lockfile";

/** From when on the lock of a run that was killed counts no more. */
const STALE_MS = 60_000;
const KEPT_DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1000;
/** What Berth's cache holds: engines, programs built from Go, toolchains, and halves of them. */
const MADE_HERE = /^(([a-z]+-)?[0-9a-f]{16}|\.[0-9a-f-]{36}\.partial)$/;

/** A short name for contents: the same contents, the same name. */
export function contentKey(contents: (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const content of contents) hash.update(`${Buffer.byteLength(content)}\n`).update(content);
  return hash.digest("hex").slice(0, 16);
}

/**
 * Fills a folder once: in a temporary one beside it, renamed when complete, so that an interrupted
 * run never leaves half of it. Of simultaneous runs one fills it and the others wait: some of it
 * takes minutes of all processors.
 */
export async function fillOnce(
  folder: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  if (existsSync(folder)) return;
  await mkdir(dirname(folder), { recursive: true });
  const release = await lock(folder, {
    ...{ realpath: false, stale: STALE_MS },
    retries: { forever: true, minTimeout: 200, maxTimeout: 2_000 },
    // Lost where this machine slept: two may fill it then, and one of them is taken.
    onCompromised: () => undefined,
  });
  try {
    await fillNow(folder, fill);
  } finally {
    await release().catch(() => undefined);
  }
}

async function fillNow(folder: string, fill: (temporary: string) => Promise<void>): Promise<void> {
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

/** Notes that folders are in use today, so that no checkout removes them. */
export async function markUsed(folders: readonly string[]): Promise<void> {
  const now = new Date();
  // A cache that can't be written to serves all the same.
  await Promise.all(folders.map((folder) => utimes(folder, now, now).catch(() => undefined)));
}

/** Removes what no checkout has used for a month: each change of the sources makes a new engine. */
export async function removeUnused(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!MADE_HERE.test(name)) continue;
    const path = join(folder, name);
    const info = await stat(path).catch(() => undefined);
    if (info === undefined || Date.now() - info.mtimeMs < KEPT_DAYS * DAY_MS) continue;
    await rm(path, { recursive: true, force: true });
  }
}
