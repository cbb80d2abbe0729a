import { DEFAULTED, type PropertyChange } from "./resource-type";
import { containsUnknown, deepEqual, isRecord, type Props } from "./wire";

/**
 * What a changed input does.
 *
 * - `in-place`: applied to the thing as it is.
 * - `provider-only`: how the plugin acts; the thing itself doesn't notice.
 * - `replace`: the thing is deleted and made anew.
 * - `reported-not-applied`: shown as an update, and the thing stays as it is.
 */
type ChangeEffect = "in-place" | "provider-only" | "replace" | "reported-not-applied";

export interface InputSemantics {
  readonly effect: ChangeEffect;
  /** Whether a refresh looks at the real value; where not, drift stays unseen. */
  readonly readBack: boolean;
  /** What leaving the input out means; an explicit default is then no change. */
  readonly default?: boolean | number | string;
  /** Lists whose order means nothing. */
  readonly unordered?: boolean;
}

export type SemanticsTable = Readonly<Record<string, InputSemantics>>;

const UNLISTED: InputSemantics = { effect: "replace", readBack: false };

/** What the new inputs change, by the table alone. */
export function changesByTable(table: SemanticsTable, old: Props, news: Props): PropertyChange[] {
  const keys = new Set([...Object.keys(old), ...Object.keys(news)]);
  keys.delete(DEFAULTED);
  const changes: PropertyChange[] = [];
  for (const key of [...keys].sort()) {
    const semantics = table[key] ?? UNLISTED;
    const before = comparable(old[key], semantics);
    const after = comparable(news[key], semantics);
    if (!containsUnknown(after) && deepEqual(before, after)) continue;
    changes.push({
      property: key,
      kind: kindOf(old[key], news[key]),
      replace: semantics.effect === "replace",
    });
  }
  return changes;
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
