import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Compares a text with the golden file of a name, line by line where it differs. A golden is
 * written only by `npm run golden:update`, never on the side.
 */
export function expectGolden(name: string, text: string): void {
  const path = join(__dirname, "../program/golden", name);
  if (process.env.BERTH_GOLDEN === "update") {
    writeFileSync(path, `${text}\n`);
    return;
  }
  if (!existsSync(path)) {
    throw new Error(`there is no golden ${path}; review and write it with: npm run golden:update`);
  }
  const golden = readFileSync(path, "utf8").trimEnd();
  if (golden === text) return;
  throw new Error(
    `${name} has changed; if that is meant: npm run golden:update\n${differences(golden, text)}`,
  );
}

const shownDifferences = 40;

/** Lines that only one of two texts has: enough to see what changed, and where. */
export function differences(before: string, after: string): string {
  const [old, now] = [before.split("\n"), after.split("\n")];
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && old[i] === now[j]) {
      [i, j] = [i + 1, j + 1];
      continue;
    }
    const [skipOld, skipNow] = nextCommon(old.slice(i, i + 400), now.slice(j, j + 400));
    lines.push(`@@ line ${i + 1} @@`);
    for (const line of old.slice(i, i + skipOld)) lines.push(`- ${line}`);
    for (const line of now.slice(j, j + skipNow)) lines.push(`+ ${line}`);
    [i, j] = [i + skipOld, j + skipNow];
  }
  const hidden = lines.length - shownDifferences;
  return [
    ...lines.slice(0, shownDifferences),
    ...(hidden > 0 ? [`… and ${hidden} more lines`] : []),
  ].join("\n");
}

/** How far to go in each until they agree again, with as little as possible between. */
function nextCommon(old: readonly string[], now: readonly string[]): [number, number] {
  for (let distance = 1; distance < old.length + now.length; distance++) {
    for (let skip = Math.max(0, distance - now.length); skip <= distance; skip++) {
      const line = old[skip];
      if (line !== undefined && line === now[distance - skip]) return [skip, distance - skip];
    }
  }
  return [old.length, now.length];
}
