import type { Issue } from "../config/issues";
import { compare } from "../planning/compare";
import { serviceId, type Plan } from "../planning/types";
import type { ContainerFact, VolumeFact } from "./docker-facts";
import { describeHolder, holderOf, stackLabel } from "./holder";

export interface OwnVolume {
  name: string;
  /** "system/service" that the plan mounts it in; the system alone where no service has it any more. */
  service: string;
  /** What is worth knowing before it goes: "" for most. */
  remark: string;
}

export interface VolumeFacts {
  plan: Plan;
  /** Names of the volumes that the state has. */
  inState: ReadonlySet<string>;
  volumes: readonly VolumeFact[];
  containers: readonly Pick<ContainerFact, "names" | "labels" | "mounts">[];
}

/**
 * Which of the host's volumes are a stack's: those of its state, those that carry its label, so also
 * those of services that are gone, and those that its settings take over and no container of others
 * mounts. A name of the plan alone proves nothing, as somebody else may have had it before: such a
 * volume is `foreign`. One that a container of others mounts is an issue.
 */
export function stackVolumes({ plan, inState, volumes, containers }: VolumeFacts): {
  own: OwnVolume[];
  foreign: string[];
  issues: Issue[];
} {
  const planned = new Map(plan.volumes.map((volume) => [volume.name, volume]));
  const own: OwnVolume[] = [];
  const foreign: string[] = [];
  const issues: Issue[] = [];
  for (const { name, labels } of [...volumes].sort((a, b) => compare(a.name, b.name))) {
    const holder = holderOf(labels, plan.stack);
    const volume = planned.get(name);
    const strangers = containers.filter(
      (container) =>
        container.mounts.some(({ volume }) => volume === name) &&
        container.labels[stackLabel] !== plan.stack,
    );
    // A run of `down` that was interrupted left no state; an adopted volume has no label of ours.
    const adopted = volume?.adopted === true && strangers.length === 0;
    const known =
      holder.kind === "own" || (holder.kind !== "stack" && (inState.has(name) || adopted));
    if (!known) {
      if (volume !== undefined) foreign.push(describeHolder(holder, `volume ${name}`));
      continue;
    }
    own.push({
      name,
      service: volume ? serviceId(volume) : (labels["berth.system"] ?? "–"),
      remark: [
        volume ? (volume.retained ? "" : "a cache") : "of no service any more",
        holder.kind === "compose" ? `taken over from Compose project '${holder.project}'` : "",
      ]
        .filter((text) => text !== "")
        .join(", "),
    });
    for (const { names, labels } of strangers) {
      const container = names[0] ?? "";
      issues.push({
        path: `volumes/${name}`,
        message: `is mounted by ${describeHolder(holderOf(labels, plan.stack), `container '${container}'`)}`,
        remedy: `remove that container first: docker rm -f ${container}`,
      });
    }
  }
  return { own, foreign, issues };
}
