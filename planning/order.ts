import type { Issue } from "../config/issues";
import { compare } from "./compare";

/**
 * Start order: each after what it starts after, otherwise by name, so that the result does not
 * depend on the order of the catalogue. Cycles are issues; their members come last.
 */
export function startOrder(startsAfter: ReadonlyMap<string, readonly string[]>): {
  order: string[];
  issues: Issue[];
} {
  const order: string[] = [];
  const done = new Set<string>();
  let waiting = [...startsAfter.keys()].sort(compare);
  for (;;) {
    const ready = waiting.filter((id) =>
      (startsAfter.get(id) ?? []).every((other) => done.has(other)),
    );
    if (ready.length === 0) break;
    for (const id of ready) done.add(id);
    order.push(...ready);
    waiting = waiting.filter((id) => !done.has(id));
  }
  const cycles = findCycles(waiting, startsAfter);
  return {
    order: [...order, ...waiting],
    issues: cycles.map((cycle) => ({
      path: `systems/${cycle[0] ?? ""}.needs`,
      message: `needs itself by way of ${[...cycle, cycle[0]].join(" → ")}`,
      remedy: "drop one of these needs, or reach it from the browser",
    })),
  };
}

/** One cycle for each knot among the services that can't be ordered. */
function findCycles(
  waiting: readonly string[],
  startsAfter: ReadonlyMap<string, readonly string[]>,
): string[][] {
  const cycles: string[][] = [];
  const seen = new Set<string>();
  for (const start of waiting) {
    const path: string[] = [];
    let current: string | undefined = start;
    while (current !== undefined && !seen.has(current)) {
      seen.add(current);
      path.push(current);
      current = (startsAfter.get(current) ?? []).find((other) => waiting.includes(other));
    }
    const from = current === undefined ? -1 : path.indexOf(current);
    if (from >= 0) cycles.push(path.slice(from));
  }
  return cycles;
}
