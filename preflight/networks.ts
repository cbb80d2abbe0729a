import type { Issue } from "../config/issues";
import type { Plan } from "../planning/types";
import type { NetworkFact } from "./docker-facts";
import { describeHolder, holderOf, release } from "./holder";

/**
 * Planned network names that something foreign holds. A volume of a planned name is no finding: it
 * is taken up again with its data.
 */
export function networkIssues(plan: Plan, networks: readonly NetworkFact[]): Issue[] {
  return plan.networks.flatMap((network) =>
    networks.flatMap((fact) => {
      if (fact.name !== network.name) return [];
      const holder = holderOf(fact.labels, plan.stack);
      if (holder.kind === "own") return [];
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
