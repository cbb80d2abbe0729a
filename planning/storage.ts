import type { Environment } from "../config/schema/common";
import type { SystemSpec } from "../config/schema/system";
import { compare } from "./compare";
import type { Draft } from "./drafts";
import { inEnvironment } from "./naming";
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
): PlannedVolume[] {
  const declared = new Set(
    drafts.flatMap(({ system, environment }) =>
      Object.values(system.volumes).map(
        (volume) => `${system.name} ${inEnvironment(volume.name, environment)}`,
      ),
    ),
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
      });
    }
  }
  return [...volumes.values()].sort((a, b) => compare(a.name, b.name));
}
