import type { Issue } from "../config/issues";
import { groupBy } from "./group";
import { containerNames } from "./naming";
import { serviceId, type Plan, type PlannedService } from "./types";

/** Two that answer to one short name on one network would be reached in turn. */
export function aliasClashes(plan: Plan): Issue[] {
  const issues: Issue[] = [];
  const answers = new Map<string, PlannedService>();
  for (const service of plan.services) {
    for (const network of service.networks) {
      for (const name of answersTo(service, network)) {
        const key = `${network} ${name}`;
        const other = answers.get(key);
        if (other === undefined) answers.set(key, service);
        else if (other.container !== service.container) {
          issues.push({
            path: `systems/${serviceId(service)}.aliases`,
            message: `'${name}' on network ${network} is ${serviceId(other)}'s`,
            remedy: "give one of them another alias or another home network",
          });
        }
      }
    }
  }
  return issues;
}

/** A name that a service calls, and that two answer to on different networks of its own. */
export function ambiguousNames({ services }: Plan): Issue[] {
  const byId = new Map(services.map((service) => [serviceId(service), service]));
  const answers = groupBy(
    services.flatMap((service) =>
      [...new Set(service.networks.flatMap((one) => answersTo(service, one)))].map((name) => {
        return { name, service };
      }),
    ),
    ({ name }) => name,
  );
  return services.flatMap((service) => {
    const targets = service.needs.flatMap((need) => byId.get(need.split("#")[0] ?? "") ?? []);
    return targets.flatMap((target) =>
      calledNames(service, target).flatMap((name) =>
        (answers.get(name) ?? [])
          .map((answer) => answer.service)
          .filter((other) => other !== target && other !== service)
          .flatMap((other) => {
            const network = service.networks.find((one) => answersTo(other, one).includes(name));
            // On the target's own network it is a clash of aliases, which is told as that.
            if (network === undefined || target.networks.includes(network)) return [];
            return [
              {
                path: `systems/${serviceId(other)}.aliases`,
                message: `${serviceId(service)} calls ${serviceId(target)} by '${name}', to which ${serviceId(other)} answers on network ${network} as well`,
                remedy: "give one of them another alias or container name",
              },
            ];
          }),
      ),
    );
  });
}

/** Containers by their names; within a system by the first short name. */
function calledNames(service: PlannedService, target: PlannedService): string[] {
  const [home = ""] = target.networks;
  const alias = service.system === target.system ? (target.aliases[home] ?? []).slice(0, 1) : [];
  return [...alias, ...containerNames(target)];
}

function answersTo(service: PlannedService, network: string): string[] {
  if (!service.networks.includes(network)) return [];
  return [...new Set([...(service.aliases[network] ?? []), ...containerNames(service)])];
}
