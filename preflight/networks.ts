import type { Issue } from "../config/issues";
import type { Plan } from "../planning/types";
import type { ContainerFact, NetworkFact } from "./docker-facts";
import { describeHolder, holderOf, release } from "./holder";

/**
 * Planned network names that something foreign holds. A network on which the stack's own containers
 * stand, and no others, was made anew by hand, and `up` mends that.
 */
export function networkIssues(
  plan: Plan,
  networks: readonly NetworkFact[],
  containers: readonly ContainerFact[] = [],
): Issue[] {
  return plan.networks.flatMap((network) =>
    networks.flatMap((fact) => {
      if (fact.name !== network.name) return [];
      const holder = holderOf(fact.labels, plan.stack);
      if (holder.kind === "own") return [];
      const members = containers.filter((container) => container.networks?.includes(fact.name));
      const own = members.filter(({ labels }) => holderOf(labels, plan.stack).kind === "own");
      if (holder.kind === "other" && own.length > 0 && own.length === members.length) return [];
      return [
        {
          path: `systems/${network.system}.networks`,
          message: `network name '${network.name}' is taken by ${describeHolder(holder, "a network")}`,
          remedy: release(
            holder,
            `take its containers off and remove it: 'docker network rm ${network.name}'`,
          ),
        },
      ];
    }),
  );
}
