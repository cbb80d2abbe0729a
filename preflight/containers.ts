import type { Issue } from "../config/issues";
import { containerNames } from "../planning/naming";
import { serviceId, type Plan } from "../planning/types";
import type { ContainerFact } from "./docker-facts";
import { describeHolder, holderOf, release } from "./holder";

/** Planned container names that something foreign holds, running or not. */
export function containerIssues(plan: Plan, containers: readonly ContainerFact[]): Issue[] {
  const holders = new Map(containers.flatMap((fact) => fact.names.map((name) => [name, fact])));
  return plan.services.flatMap((service) =>
    containerNames(service).flatMap((name) => {
      const fact = holders.get(name);
      if (fact === undefined) return [];
      const holder = holderOf(fact.labels, plan.stack);
      if (holder.kind === "own") return [];
      const what = `a container (${fact.image})`;
      return [
        {
          path: serviceId(service),
          message: `container name '${name}' is taken by ${describeHolder(holder, what)}`,
          remedy: release(
            holder,
            `keep it under another name: 'docker stop ${name} && docker rename ${name} ${name}-before-berth'`,
          ),
        },
      ];
    }),
  );
}
