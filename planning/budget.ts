import { toBytes } from "../config/schema/common";
import type { Settings } from "../config/schema/settings";
import { compare } from "./compare";
import { groupBy } from "./group";
import { logBytes } from "./logs";
import type { Plan, PlannedService } from "./types";

/** What containers may take at most, all at once; jobs run beside services, so they count too. */
export interface Usage {
  containers: number;
  memoryBytes: number;
  /** Sum of the processor limits. */
  cpus: number;
  /** Containers without a processor limit. */
  unlimited: number;
  /** Containers that are given a GPU. */
  gpus: number;
  /** Disk that their logs fill in the worst case. */
  logBytes: number;
}

/** What the stacks of a host may take of it. */
export interface PlannedBudget {
  host: {
    platform: string;
    memoryBytes: number;
    cpus: number;
    gpus: number;
    /** Null where the settings do not say. */
    logBytes: number | null;
  };
  /** Of the planned stack, by name. */
  systems: (Usage & { system: string })[];
  /** All stacks of the host, the planned one first. */
  stacks: (Usage & { stack: string })[];
  total: Usage;
  /** What the host has left; below 0 it is overcommitted. */
  free: { memoryBytes: number; gpus: number; logBytes: number | null };
  /** How many times the host's processors are given away as limits. */
  cpuRatio: number;
}

/** Adds up a host: the plan first, then those of its other stacks. */
export function planBudget(plans: readonly Plan[], { host }: Settings): PlannedBudget {
  const own = plans[0]?.services ?? [];
  const total = usageOf(plans.flatMap(({ services }) => services));
  const capacity = {
    platform: host.platform,
    memoryBytes: toBytes(host.memory),
    cpus: host.cpus,
    gpus: Number(host.gpu),
    logBytes: host.logDisk === undefined ? null : toBytes(host.logDisk),
  };
  return {
    host: capacity,
    systems: [...groupBy(own, ({ system }) => system)]
      .sort(([a], [b]) => compare(a, b))
      .map(([system, services]) => ({ system, ...usageOf(services) })),
    stacks: plans.map(({ stack, services }) => ({ stack, ...usageOf(services) })),
    total,
    free: {
      memoryBytes: capacity.memoryBytes - total.memoryBytes,
      gpus: capacity.gpus - total.gpus,
      logBytes: capacity.logBytes === null ? null : capacity.logBytes - total.logBytes,
    },
    cpuRatio: rounded(total.cpus / capacity.cpus),
  };
}

function usageOf(services: readonly PlannedService[]): Usage {
  const sum = (of: (service: PlannedService) => number): number =>
    services.reduce((amount, service) => amount + of(service) * service.replicas, 0);
  return {
    containers: sum(() => 1),
    memoryBytes: sum(({ memoryBytes }) => memoryBytes),
    cpus: rounded(sum(({ cpus }) => cpus ?? 0)),
    unlimited: sum(({ cpus }) => (cpus === null ? 1 : 0)),
    gpus: sum(({ gpu }) => Number(gpu)),
    logBytes: sum(({ logs }) => logBytes(logs)),
  };
}

/** Sums of decimals such as 0.1 end in noise. */
function rounded(amount: number): number {
  return Number(amount.toFixed(3));
}
