import type { Issue } from "../../config/issues";
import { serviceId, type Plan, type PlannedService } from "../types";
import { containersOf } from "./containers";
import type { ContainerConsequence } from "./types";

/**
 * What `up` can't do in one go. The engine makes what is new before it takes away what is no longer
 * in the program, and replaces in start order: a name or port that changes hands is still taken.
 */
export function conflicts(
  base: Plan,
  head: Plan,
  consequences: readonly ContainerConsequence[],
): Issue[] {
  return [
    ...containerNamesHeld(base, head),
    ...portsHeld(base, head, consequences),
    ...networksHeld(base, head),
  ];
}

const remedy = (stack: string) =>
  `run 'berth down ${stack}' before 'berth up ${stack}', which keeps the data, or change it in two steps`;

function containerNamesHeld(base: Plan, head: Plan): Issue[] {
  const holders = new Map(containersOf(base).map((each) => [each.container, each]));
  return containersOf(head).flatMap(({ key, container, service }) => {
    const holder = holders.get(container);
    if (holder === undefined || holder.key === key) return [];
    return [
      {
        path: serviceId(service),
        message: `container name '${container}' is still ${held(holder.service, service)} while it is made`,
        remedy: remedy(head.stack),
      },
    ];
  });
}

function held(holder: PlannedService, taker: PlannedService): string {
  return serviceId(holder) === serviceId(taker) ? `the ${holder.kind}'s` : `${serviceId(holder)}'s`;
}

function portsHeld(base: Plan, head: Plan, consequences: readonly ContainerConsequence[]): Issue[] {
  const after = ancestors(head);
  const effects = new Map(consequences.map((each) => [each.service, each.effect]));
  return head.services.flatMap((service) =>
    service.ports.flatMap(({ ip, host }) => {
      const holder = base.services.find((other) =>
        other.ports.some((port) => port.host === host && overlap(port.ip, ip)),
      );
      if (holder === undefined || serviceId(holder) === serviceId(service)) return [];
      // One that starts later is made after the holder has let go of it.
      const lets = effects.get(serviceId(holder)) === "replaced";
      if (lets && after(serviceId(service)).has(serviceId(holder))) return [];
      return [
        {
          path: serviceId(service),
          message: `host port ${ip}:${host} may still be ${serviceId(holder)}'s while it is made`,
          remedy: remedy(head.stack),
        },
      ];
    }),
  );
}

function networksHeld(base: Plan, head: Plan): Issue[] {
  const owners = new Map(base.networks.map(({ name, system }) => [name, system]));
  return head.networks.flatMap(({ name, system }) => {
    const owner = owners.get(name);
    if (owner === undefined || owner === system) return [];
    return [
      {
        path: `systems/${system}`,
        message: `network '${name}' is still ${owner}'s while it is made`,
        remedy: remedy(head.stack),
      },
    ];
  });
}

const overlap = (a: string, b: string) => a === b || a === "0.0.0.0" || b === "0.0.0.0";

/** All that a service starts after, directly or not. */
function ancestors(plan: Plan): (id: string) => Set<string> {
  const known = new Map<string, Set<string>>();
  // In start order: what comes first is known first.
  for (const service of plan.services) {
    const own = service.startsAfter.flatMap((id) => [id, ...(known.get(id) ?? [])]);
    known.set(serviceId(service), new Set(own));
  }
  return (id) => known.get(id) ?? new Set();
}
