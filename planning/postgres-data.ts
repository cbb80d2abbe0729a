import { posix } from "node:path";
import type { Draft } from "./drafts";
import type { LocalImage, PlannedMount, PlannedPostgres } from "./types";

const defaultFolder = "/var/lib/postgresql/data";

/** Where a Postgres server has its data, and which major version it is; null for any other service. */
export function planPostgres(
  draft: Draft,
  mounts: readonly PlannedMount[],
  local: LocalImage | undefined,
): PlannedPostgres | null {
  const { spec } = draft;
  if (spec.kind !== "service" || spec.postgres === undefined) return null;
  const folder = draft.variables.PGDATA ?? defaultFolder;
  const inside = (target: string) => posix.relative(target, folder);
  const [mount] = mounts
    .filter(({ type, target }) => type === "volume" && !inside(target).startsWith(".."))
    .sort((a, b) => b.target.length - a.target.length);
  const version =
    local?.postgres ?? ("registry" in spec.image ? majorOf(spec.image.registry) : null);
  return {
    version,
    volume: mount?.source ?? null,
    path: mount === undefined ? "" : inside(mount.target),
  };
}

/** PostgreSQL's major version as an image's tag has it: "17.5-bookworm", "0.8.0-pg17", "9.6.24". */
export function majorOf(image: string): string | null {
  const [, repository = "", tag = ""] = /^([^@]*?)(?::([^:/@]+))?(?:@.*)?$/.exec(image) ?? [];
  const named = /(?:^|[-_])pg(\d+)(?:$|[^\d])/.exec(tag)?.[1];
  if (named !== undefined) return named;
  if (!/(^|\/)postgres$/.test(repository)) return null;
  // Before 10, the first two numbers are the major version.
  return /^(9\.\d+|\d{2,})(?:$|[^\d])/.exec(tag)?.[1] ?? null;
}
