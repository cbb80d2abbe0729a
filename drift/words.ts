/** Words of Docker's as it gives them: several, one or none. */
export type Strings = string[] | string | null | undefined;

/** A field as planned and as found, both in words. */
export type Comparison = readonly [field: string, planned: string, found: string];

/** Names under which two records differ, with both values. */
export function differingEntries(
  planned: Readonly<Record<string, string>>,
  found: Readonly<Record<string, string>>,
): [string, string | undefined, string | undefined][] {
  return [...new Set([...Object.keys(planned), ...Object.keys(found)])]
    .filter((name) => planned[name] !== found[name])
    .sort()
    .map((name) => [name, planned[name], found[name]]);
}

export const json = (words: Strings): string => JSON.stringify(list(words));
export const yes = (value: boolean | null | undefined): string => (value === true ? "yes" : "no");
export const limit = (value: number | null | undefined): string =>
  value === null || value === undefined || value <= 0 ? "none" : String(value);
export const bytes = (value: number | null | undefined): string =>
  value === undefined || value === null || value <= 0 ? "none" : `${value / 2 ** 20} MiB`;

export function list(words: Strings): string[] {
  if (typeof words === "string") return [words];
  return words ?? [];
}

export function lines(values: readonly string[]): string {
  return values.length === 0 ? "none" : [...values].sort().join(", ");
}

export function entries(record: Readonly<Record<string, string>>): string {
  return lines(Object.entries(record).map((entry) => entry.join("=")));
}
