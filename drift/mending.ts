import { containerNames } from "../planning/naming";
import { serviceId, type Plan } from "../planning/types";
import { holderOf } from "../preflight/holder";
import { nameOf } from "./containers";
import type { DockerState } from "./docker-state";
import type { Finding } from "./types";

/** A container to be made anew, and the findings for which. */
export interface Replacement {
  container: string;
  service: string;
  reasons: Finding[];
}

/**
 * Fields that someone changed on a living container and that the provider does not read back, or not
 * where the program leaves them out. What takes a new container to differ (variables, labels,
 * mounts, …) shows in its id, and memory and restart policy the engine mends in place.
 */
const unseen: ReadonlySet<string> = new Set([
  ...["networks", "name", "CPUs", "memory reservation", "CPU shares", "CPU quota", "CPU set"],
  "number of processes",
]);

/** Containers of the engine's own that it would leave as they are, though they are not as planned. */
export function replacements(
  plan: Plan,
  findings: readonly Finding[],
  remadeNetworks: ReadonlySet<string>,
): Replacement[] {
  return plan.services.flatMap((service) =>
    containerNames(service).flatMap((container) => {
      const reasons = findings.filter(
        (finding) =>
          finding.object === "container" && finding.name === container && isUnseen(finding),
      );
      const remade = service.networks.some((name) => remadeNetworks.has(name));
      if (reasons.length === 0 && !remade) return [];
      return [{ container, service: serviceId(service), reasons }];
    }),
  );
}

function isUnseen({ kind, field, found }: Finding): boolean {
  if (kind === "not-running") return found !== "paused";
  return (
    kind === "differs" && field !== null && (unseen.has(field) || /^(aliases on|file) /.test(field))
  );
}

/** Planned containers that are paused: they only have to go on. */
export function pausedContainers(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ kind, found }) => kind === "not-running" && found === "paused")
    .map(({ name }) => name);
}

/** Containers of planned names with the stack's labels that the engine did not make. */
export function unknownContainers(
  plan: Plan,
  docker: DockerState,
  made: ReadonlySet<string>,
): { id: string; name: string }[] {
  const names = new Set(plan.services.flatMap(containerNames));
  return docker.containers
    .filter(
      (info) => !made.has(info.Id) && names.has(nameOf(info)) && isOwn(plan, info.Config.Labels),
    )
    .map((info) => ({ id: info.Id, name: nameOf(info) }));
}

export interface UnknownNetwork {
  id: string;
  name: string;
  /** Names of the containers on it: the stack's own, and others. */
  own: string[];
  others: string[];
}

/**
 * Networks of planned names that the engine did not make: with the stack's labels, or with none and
 * with containers of the stack on them.
 */
export function unknownNetworks(
  plan: Plan,
  docker: DockerState,
  made: ReadonlySet<string>,
): UnknownNetwork[] {
  const planned = new Set(plan.networks.map(({ name }) => name));
  return docker.networks.flatMap(({ Id, Name, Labels }) => {
    if (made.has(Id) || !planned.has(Name)) return [];
    const members = docker.containers.filter(
      ({ NetworkSettings }) => Name in NetworkSettings.Networks,
    );
    const own = members.filter(({ Config }) => isOwn(plan, Config.Labels)).map(nameOf);
    const others = members.filter(({ Config }) => !isOwn(plan, Config.Labels)).map(nameOf);
    const holder = holderOf(Labels ?? {}, plan.stack).kind;
    return holder === "own" || (holder === "other" && own.length > 0)
      ? [{ id: Id, name: Name, own, others }]
      : [];
  });
}

function isOwn(plan: Plan, labels: Record<string, string> | null | undefined): boolean {
  return holderOf(labels ?? {}, plan.stack).kind === "own";
}
