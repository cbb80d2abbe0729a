import { suggest, type Issue } from "../config/issues";
import type { Settings } from "../config/schema/settings";
import type { Plan } from "../planning/types";
import type { DockerFacts } from "./docker-facts";
import { describeHolder, holderOf, release, type Holder } from "./holder";

/** Volumes that are to be taken over and are not there, or that somebody still writes to or may again. */
export function adoptionIssues(
  plan: Plan,
  settings: Pick<Settings, "volumes">,
  { volumes, containers }: Pick<DockerFacts, "volumes" | "containers">,
): Issue[] {
  const planned = new Set(plan.volumes.flatMap(({ name, adopted }) => (adopted ? [name] : [])));
  return Object.entries(settings.volumes).flatMap(([id, { adopt }]) => {
    // Its system may be left out.
    if (!planned.has(adopt)) return [];
    const path = `Pulumi.${plan.stack}.yaml.volumes.${id}.adopt`;
    const names = volumes.map(({ name }) => name);
    if (!names.includes(adopt)) {
      const message = `the Docker host has no volume '${adopt}'`;
      return [{ path, message, remedy: suggest(adopt, names) }];
    }
    return containers.flatMap(({ names: [name = ""], labels, running, restarts, mounts }) => {
      const holder = holderOf(labels, plan.stack);
      const writes = mounts.some(({ volume, writable }) => volume === adopt && writable);
      if (holder.kind === "own" || !writes || !(running || restarts === true)) return [];
      const container = describeHolder(holder, `container '${name}'`);
      return [
        {
          path,
          message: running
            ? `volume ${adopt} is in use by ${container}`
            : `volume ${adopt} is in the stopped ${container}; its restart policy lets Docker start it again`,
          remedy: running
            ? release(holder, `stop it with 'docker stop ${name}'`)
            : release(holder, `remove it with 'docker rm ${name}'`),
        },
      ];
    });
  });
}

/**
 * Volumes of planned names that are another stack's or somebody else's and that nobody said to take
 * over. Those that Berth made before it labelled volumes have no label: then only a running container
 * of others tells. What a container of this stack has is its own already.
 */
export function foreignVolumeIssues(
  plan: Plan,
  { volumes, containers }: Pick<DockerFacts, "volumes" | "containers">,
): Issue[] {
  return plan.volumes.flatMap((volume) => {
    const { name } = volume;
    const fact = volumes.find((one) => one.name === name);
    if (fact === undefined || volume.adopted) return [];
    const holder = holderOf(fact.labels, plan.stack);
    if (holder.kind === "own") return [];
    const mounting = containers
      .filter(({ mounts }) => mounts.some((mount) => mount.volume === name))
      .map((container) => ({ ...container, holder: holderOf(container.labels, plan.stack) }));
    if (holder.kind !== "stack" && mounting.some((one) => one.holder.kind === "own")) return [];
    const user = mounting.find(({ running }) => running);
    if (holder.kind === "other" && user === undefined) return [];
    const whose =
      holder.kind === "other" && user !== undefined
        ? `in use by ${describeHolder(user.holder, `container '${user.names[0] ?? ""}'`)}`
        : describeHolder(holder, "one");
    return [
      {
        path: `systems/${volume.system}.volumes`,
        message: `the Docker host has a volume '${name}' already, ${whose}`,
        remedy: foreignRemedy(name, volume.retained, holder),
      },
    ];
  });
}

function foreignRemedy(name: string, retained: boolean, holder: Holder): string {
  const remove = `remove it once nobody needs it: 'docker volume rm ${name}'`;
  if (!retained) return remove;
  // Another stack's label keeps a volume that stack's, whoever mounts it.
  if (holder.kind === "stack") return `name another one in its catalogue file, or ${remove}`;
  return `take it over with 'adopt: ${name}' in berth:volumes, or ${remove}`;
}
