import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Issue } from "./issues";
import { imagesLockSchema, type ImagesLock } from "./schema/images-lock";
import { describeProblems } from "./schema/problems";

export const imagesLockFile = "images.lock.json";

/** The committed lock; undefined where there is none, or one that can't be read. */
export function loadImagesLock(folder: string): { lock?: ImagesLock; issues: Issue[] } {
  const path = join(folder, imagesLockFile);
  if (!existsSync(path)) return { issues: [] };
  const remedy = "write it anew with './berth images lock'";
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
    const message = `is not valid JSON: ${why}`;
    return { issues: [{ path: imagesLockFile, message, remedy }] };
  }
  const parsed = imagesLockSchema.safeParse(content, { reportInput: true });
  if (parsed.success) return { lock: parsed.data, issues: [] };
  const issues = describeProblems(parsed.error, imagesLockFile, imagesLockSchema);
  return { issues: issues.map((issue) => ({ ...issue, remedy })) };
}

/** Writes the lock in an order that does not depend on who answered first. */
export function writeImagesLock(folder: string, lock: ImagesLock): void {
  const sorted = Object.fromEntries(Object.entries(lock).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(join(folder, imagesLockFile), `${JSON.stringify(sorted, undefined, 2)}\n`);
}
