import type { Settings } from "../config/schema/settings";
import type { SystemSpec } from "../config/schema/system";
import { suggest, type Issue } from "../config/issues";
import { compare } from "./compare";
import type { Draft } from "./drafts";
import { entryOf } from "./lookup";
import { inEnvironment } from "./naming";

interface DeclaredVolume {
  /** "system/volume" of the catalogue, as `berth:volumes` names it. */
  id: string;
  system: string;
  /** Docker's name. */
  name: string;
  adopted: boolean;
}

/** What a stack says of a volume of the catalogue. */
export function volumeSetting(
  settings: Settings,
  system: string,
  key: string,
): Settings["volumes"][string] | undefined {
  return entryOf(settings.volumes, `${system}/${key}`);
}

/** Docker's name of a declared volume: its own, or that of the one it takes over. */
export function volumeName(
  system: SystemSpec,
  key: string,
  volume: SystemSpec["volumes"][string],
  settings: Settings,
): string {
  const adopted = volumeSetting(settings, system.name, key)?.adopt;
  return adopted ?? inEnvironment(volume.name, settings.environment);
}

export function declaredVolumes(
  systems: readonly SystemSpec[],
  settings: Settings,
): DeclaredVolume[] {
  return systems.flatMap((system) =>
    Object.entries(system.volumes).map(([key, volume]) => ({
      id: `${system.name}/${key}`,
      system: system.name,
      name: volumeName(system, key, volume, settings),
      adopted: volumeSetting(settings, system.name, key) !== undefined,
    })),
  );
}

/** Findings about `berth:volumes`: unknown volumes, one taken over twice, a superuser of no server. */
export function adoptionIssues(
  known: readonly SystemSpec[],
  systems: readonly SystemSpec[],
  drafts: readonly Draft[],
  settings: Settings,
): Issue[] {
  const path = (id: string) => `Pulumi.${settings.stack}.yaml.volumes.${id}`;
  const names = declaredVolumes(known, settings).map(({ id }) => id);
  const unknown = Object.keys(settings.volumes)
    .filter((id) => !names.includes(id))
    .map((id) => ({
      path: path(id),
      message: "no system declares this volume",
      remedy: suggest(id, names),
    }));
  const planned = declaredVolumes(systems, settings);
  const adopted = planned.filter((one) => one.adopted).sort((a, b) => compare(a.id, b.id));
  const twice = adopted.flatMap(({ id, system, name }) => {
    // Volumes of several systems or stacks are claims, which the proof compares.
    const other = planned.find(
      (one) => one.name === name && one.id !== id && one.system === system,
    );
    // Of two that are both taken over, the later one tells.
    if (other === undefined || (other.adopted && other.id > id)) return [];
    return [
      {
        path: `${path(id)}.adopt`,
        message: `volume ${name} is ${other.id}'s`,
        remedy: "let each take over a volume of its own",
      },
    ];
  });
  const ofServers = new Set(
    drafts.flatMap(({ system, spec }) =>
      spec.kind === "service" && spec.postgres
        ? spec.mounts.flatMap((mount) =>
            "volume" in mount ? [`${system.name}/${mount.volume}`] : [],
          )
        : [],
    ),
  );
  const idle = adopted
    .filter(({ id }) => settings.volumes[id]?.superuser !== undefined && !ofServers.has(id))
    .map(({ id }) => ({
      path: `${path(id)}.superuser`,
      message: "no Postgres server has its data there",
      remedy: "leave it out",
    }));
  return [...unknown, ...twice, ...idle];
}
