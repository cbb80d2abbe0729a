import { posix } from "node:path";
import type { Issue } from "../config/issues";
import { catalogPath, type Draft } from "./drafts";
import type { LocalImage, PlannedMount, PlannedPostgres } from "./types";

/** Where a Postgres server has its data, and which major version it is; null for any other service. */
export function planPostgres(
  draft: Draft,
  mounts: readonly PlannedMount[],
  local: LocalImage | undefined,
  issues: Issue[],
): PlannedPostgres | null {
  const { spec } = draft;
  if (spec.kind !== "service" || spec.postgres === undefined) return null;
  const version =
    local?.postgres ?? ("registry" in spec.image ? majorOf(spec.image.registry) : null);
  const folder = draft.variables.PGDATA ?? defaultFolder(version);
  const inside = (target: string) => posix.relative(target, folder);
  const [mount] = mounts
    .filter(({ target }) => !inside(target).startsWith(".."))
    .sort((a, b) => b.target.length - a.target.length);
  if (mount === undefined)
    issues.push({
      path: catalogPath(draft),
      message: `its data in ${folder} is on no volume, and would be gone with the container`,
      remedy: `mount a volume at ${posix.dirname(folder)} or ${folder}, or set PGDATA to a folder of one`,
    });
  if (mount?.type !== "volume") return { version, volume: null, path: "" };
  return { version, volume: mount.source, path: inside(mount.target) };
}

/** Of the official images: since 18 each major version has a folder of its own. */
function defaultFolder(version: string | null): string {
  return Number(version) >= 18
    ? `/var/lib/postgresql/${version}/docker`
    : "/var/lib/postgresql/data";
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
