import {
  DEFAULTED,
  type DiffPlan,
  type PropertyChange,
  type Recorded,
  TAINTED,
} from "../provider-server/resource-type";
import { hasFixedName } from "../provider-server/check";
import { containsUnknown, deepEqual, isRecord, type Props } from "../provider-server/wire";
import type { InputSemantics, SemanticsTable } from "./semantics";

/** Recorded when a refresh finds a container stopped that must run. */
export const STOPPED = "__stopped";

/**
 * What the new inputs change, by the table alone. A resource whose creation failed half way, and a
 * container found stopped, are replaced even when nothing else changed.
 */
export function diffByTable(table: SemanticsTable, old: Recorded, news: Props): DiffPlan {
  const keys = new Set([...Object.keys(old.inputs), ...Object.keys(news)]);
  keys.delete(DEFAULTED);
  const changes: PropertyChange[] = [];
  for (const key of [...keys].sort()) {
    const semantics = table[key] ?? { effect: "replace", readBack: false };
    const before = comparable(old.inputs[key], semantics);
    const after = comparable(news[key], semantics);
    if (!containsUnknown(after) && deepEqual(before, after)) continue;
    changes.push({
      property: key,
      kind: kindOf(old.inputs[key], news[key]),
      replace: semantics.effect === "replace",
    });
  }
  if (old.state[TAINTED] === true) forceReplace(changes, "name");
  if (old.state[STOPPED] === true && news["mustRun"] !== false) forceReplace(changes, "mustRun");
  return { changes, deleteBeforeReplace: hasFixedName(news) };
}

function forceReplace(changes: PropertyChange[], property: string): void {
  const found = changes.find((change) => change.property === property);
  if (found) found.replace = true;
  else changes.push({ property, kind: "update", replace: true });
}

function kindOf(before: unknown, after: unknown): PropertyChange["kind"] {
  if (before === undefined) return "add";
  return after === undefined ? "delete" : "update";
}

/** A value in the form in which two spellings of the same thing are equal. */
export function comparable(value: unknown, semantics: InputSemantics): unknown {
  if (isEmpty(value)) return semantics.default;
  if (semantics.unordered !== true) return value;
  if (Array.isArray(value)) return sorted(value);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => !isEmpty(item))
      .map(([key, item]) => [key, Array.isArray(item) ? sorted(item) : item]),
  );
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).length === 0;
}

function sorted(list: unknown[]): unknown[] {
  return list
    .map((item) => [canonical(item), item] as const)
    .sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
    .map(([, item]) => item);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    isRecord(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
