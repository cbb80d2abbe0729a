const NANOSECONDS: Readonly<Record<string, number>> = {
  h: 3_600_000_000_000,
  m: 60_000_000_000,
  s: 1_000_000_000,
  ms: 1_000_000,
  us: 1_000,
  µs: 1_000,
  ns: 1,
};

const DURATION = /^([0-9]+(\.[0-9]+)?(h|ms|m|s|us|µs|ns))+$/;

/** A duration such as `1m30s` in nanoseconds; undefined where it isn't one. */
export function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  if (!DURATION.test(text)) return undefined;
  const parts = text.matchAll(/([0-9.]+)(h|ms|m|s|us|µs|ns)/g);
  return [...parts].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (NANOSECONDS[unit ?? ""] ?? 0),
    0,
  );
}

/** Nanoseconds in the form in which Go prints a duration: `1m0s`, `1.5s`, `500ms`, `0s`. */
export function formatDuration(nanoseconds: number): string {
  if (nanoseconds === 0) return "0s";
  const unit = (name: string) => NANOSECONDS[name] ?? 1;
  if (nanoseconds < unit("us")) return `${nanoseconds}ns`;
  if (nanoseconds < unit("ms")) return `${nanoseconds / unit("us")}µs`;
  if (nanoseconds < unit("s")) return `${nanoseconds / unit("ms")}ms`;
  const hours = Math.floor(nanoseconds / unit("h"));
  const minutes = Math.floor((nanoseconds % unit("h")) / unit("m"));
  const seconds = (nanoseconds % unit("m")) / unit("s");
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

const BYTES_PER_MB = 1024 * 1024;

/** Megabytes in bytes; -1 (without limit) stays. */
export function toBytes(megabytes: number): number {
  return megabytes > 0 ? megabytes * BYTES_PER_MB : megabytes;
}

/** Bytes in megabytes; -1 (without limit) stays. */
export function toMegabytes(bytes: number): number {
  return bytes > 0 ? Math.trunc(bytes / BYTES_PER_MB) : bytes;
}
