import type { Issue } from "../config/issues";
import type { PlannedBudget } from "./budget";
import { decimal, memory } from "./amounts";
import { compare } from "./compare";
import { logBytes } from "./logs";
import { serviceId, type Plan, type PlannedService } from "./types";

/**
 * Where the stacks of a host may take more than it has. Memory and GPUs are given once; processors are
 * shared in time, so their sum is an issue only where the settings bound it.
 */
export function overcommitIssues(
  plans: readonly Plan[],
  budget: PlannedBudget,
  cpuOvercommit: number | undefined,
): Issue[] {
  const { host, total, free } = budget;
  const stack = plans[0]?.stack ?? "";
  const report = (field: string, message: string, remedy: string): Issue => ({
    path: `Pulumi.${stack}.yaml.host.${field}`,
    message,
    remedy,
  });
  const who = plans.length > 1 ? `stacks ${list(plans.map((plan) => plan.stack))}` : "its services";
  const issues: Issue[] = [];
  if (free.memoryBytes < 0) {
    const most = costliest(plans, ({ memoryBytes }) => memoryBytes, memory);
    issues.push(
      report(
        "memory",
        `is ${memory(host.memoryBytes)}, but ${who} may take ${memory(total.memoryBytes)}, ${memory(-free.memoryBytes)} too much; most by ${most}`,
        "lower their memory, run fewer systems (berth:systems), or take a larger host",
      ),
    );
  }
  if (free.gpus < 0) {
    const wanting = costliest(plans, ({ gpu }) => Number(gpu));
    issues.push(
      report(
        "gpu",
        `${host.gpus === 0 ? "is not there" : `is ${host.gpus}`}, but ${total.gpus === 1 ? "1 container wants" : `${total.gpus} containers want`} one: ${wanting}`,
        "leave them out there (berth:systems), or say how many GPUs the host has",
      ),
    );
  }
  if (free.logBytes !== null && free.logBytes < 0) {
    const most = costliest(plans, ({ logs }) => logBytes(logs), decimal);
    issues.push(
      report(
        "logDisk",
        `is ${memory(host.logBytes ?? 0)}, but the logs of ${total.containers} containers may take ${decimal(total.logBytes)}; most by ${most}`,
        "give logs more room, or run fewer systems (berth:systems)",
      ),
    );
  }
  if (cpuOvercommit !== undefined && total.cpus > host.cpus * cpuOvercommit) {
    const most = costliest(plans, ({ cpus }) => cpus ?? 0, String);
    issues.push(
      report(
        "cpuOvercommit",
        `is ${cpuOvercommit}, but ${who} may use ${total.cpus} processors of ${host.cpus}, ${budget.cpuRatio} times as many; most by ${most}`,
        "lower their cpus, or raise it",
      ),
    );
  }
  return issues;
}

/** The services that cost most, with what they cost: where to begin. */
function costliest(
  plans: readonly Plan[],
  cost: (service: PlannedService) => number,
  text?: (amount: number) => string,
): string {
  const all = plans.flatMap((plan, index) =>
    plan.services.map((service) => ({
      name: index === 0 ? serviceId(service) : `${serviceId(service)} of stack ${plan.stack}`,
      amount: cost(service) * service.replicas,
    })),
  );
  const found = all
    .filter(({ amount }) => amount > 0)
    .sort((a, b) => b.amount - a.amount || compare(a.name, b.name));
  const named = found
    .slice(0, 3)
    .map(({ name, amount }) => (text === undefined ? name : `${name} (${text(amount)})`));
  const others = found.length - named.length;
  return named.join(", ") + (text === undefined && others > 0 ? ` and ${others} more` : "");
}

function list(names: readonly string[]): string {
  return [names.slice(0, -1).join(", "), names.at(-1)].filter(Boolean).join(" and ");
}
