import { suggest, type Issue } from "../config/issues";
import type { Settings } from "../config/schema/settings";
import type { Plan } from "../planning/types";
import type { DockerFacts } from "./docker-facts";
import { describeHolder, holderOf, release } from "./holder";

/** Volumes that are to be taken over and are not there, or that somebody still writes to. */
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
    if (!volumes.includes(adopt)) {
      const message = `the Docker host has no volume '${adopt}'`;
      return [{ path, message, remedy: suggest(adopt, volumes) }];
    }
    return containers.flatMap(({ names, labels, running, mounts }) => {
      const holder = holderOf(labels, plan.stack);
      const writes = mounts.some(({ volume, writable }) => volume === adopt && writable);
      if (holder.kind === "own" || !running || !writes) return [];
      const name = names[0] ?? "";
      return [
        {
          path,
          message: `volume ${adopt} is in use by ${describeHolder(holder, `container '${name}'`)}`,
          remedy: release(holder, `stop it with 'docker stop ${name}'`),
        },
      ];
    });
  });
}
