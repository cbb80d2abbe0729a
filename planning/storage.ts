import type { Issue } from "../config/issues";
import type { Environment } from "../config/schema/common";
import type { Settings } from "../config/schema/settings";
import type { SystemSpec } from "../config/schema/system";
import { compare } from "./compare";
import { catalogPath, type Draft } from "./drafts";
import { groupBy } from "./group";
import { inEnvironment } from "./naming";
import { declaredVolumes } from "./volumes";
import { type PlannedNetwork, type PlannedService, type PlannedVolume } from "./types";

/** The networks that services are on, by name. */
export function planNetworks(
  systems: readonly SystemSpec[],
  services: readonly PlannedService[],
  environment: Environment,
): PlannedNetwork[] {
  const used = new Set(services.flatMap((service) => service.networks));
  return systems
    .flatMap((system) =>
      Object.values(system.networks)
        .filter((network) => network.environments.includes(environment))
        .map(({ name, internal }) => ({
          name: inEnvironment(name, environment),
          system: system.name,
          internal,
        })),
    )
    .filter((network) => used.has(network.name))
    .sort((a, b) => compare(a.name, b.name));
}

/** The volumes that services mount, by name: declared ones are retained, caches are not. */
export function planVolumes(
  drafts: readonly Draft[],
  services: readonly PlannedService[],
  settings: Settings,
): PlannedVolume[] {
  const systems = new Set(drafts.map(({ system }) => system));
  const declared = new Map(
    declaredVolumes([...systems], settings).map((one) => [`${one.system} ${one.name}`, one]),
  );
  const volumes = new Map<string, PlannedVolume>();
  for (const service of services) {
    for (const mount of service.mounts) {
      // Per system: one name in two systems is two claims, which the proof finds.
      const key = `${service.system} ${mount.source}`;
      if (mount.type !== "volume" || volumes.has(key)) continue;
      volumes.set(key, {
        name: mount.source,
        system: service.system,
        service: service.service,
        path: mount.target,
        retained: declared.has(key),
        adopted: declared.get(key)?.adopted ?? false,
      });
    }
  }
  return [...volumes.values()].sort((a, b) => compare(a.name, b.name));
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]) => compare(a, b);

/**
 * Volumes of one system that would be one: declared twice under one name, or a cache, which is thrown
 * away, under the name of what is kept or of another's cache.
 */
export function volumeIssues(drafts: readonly Draft[]): Issue[] {
  const issues: Issue[] = [];
  const names = new Map<string, string>();
  for (const [{ name: system, volumes }, members] of groupBy(drafts, ({ system }) => system)) {
    const environment = members[0]?.environment ?? "dev";
    for (const [volume, { name }] of Object.entries(volumes).sort(byName)) {
      const key = `${system} ${inEnvironment(name, environment)}`;
      const other = names.get(key);
      names.set(key, other ?? `declares as '${volume}'`);
      if (other === undefined) continue;
      issues.push({
        path: `systems/${system}.volumes.${volume}`,
        message: `names ${inEnvironment(name, environment)}, which ${system} ${other}`,
        remedy: "give one of them another name",
      });
    }
  }
  const caches = new Map<string, string>();
  for (const draft of drafts) {
    for (const mount of draft.spec.mounts) {
      if (!("cache" in mount)) continue;
      const name = `${draft.caches}-${mount.cache}`;
      const key = `${draft.system.name} ${name}`;
      const owner = `${draft.caches} ${mount.cache}`;
      const cache = caches.get(key);
      caches.set(key, cache ?? owner);
      const other =
        names.get(key) ??
        (cache === undefined || cache === owner
          ? undefined
          : `has as cache '${cache.split(" ")[1]}' of ${cache.split(" ")[0]}`);
      if (other === undefined) continue;
      issues.push({
        path: `${catalogPath(draft)}.mounts`,
        message: `keeps its cache '${mount.cache}' in volume ${name}, which ${draft.system.name} ${other}`,
        remedy: "give the cache another name",
      });
    }
  }
  return issues;
}
