import { decimal, memory } from "../amounts";
import type { PlannedBudget, Usage } from "../budget";

export const budgetColumns = ["", "Memory", "CPUs", "GPUs", "Logs"] as const;

/** What may be taken, by system and stack, above what the host has and what is left of it. */
export function budgetRows({
  host,
  systems,
  stacks,
  total,
  free,
  ...more
}: PlannedBudget): string[][] {
  const usage = (name: string, { memoryBytes, gpus, logBytes, ...each }: Usage): string[] => [
    ...[name, memory(memoryBytes), cpuText(each), gpus === 0 ? "" : String(gpus)],
    decimal(logBytes),
  ];
  return [
    ...systems.map(({ system, ...each }) => usage(system, each)),
    ...stacks.map(({ stack, ...each }) => usage(`stack ${stack}`, each)),
    ...(stacks.length > 1 ? [usage("all stacks", total)] : []),
    [
      ...["host", memory(host.memoryBytes)],
      more.cpuRatio > 1 ? `${host.cpus} (given ${more.cpuRatio} times)` : String(host.cpus),
      host.gpus === 0 && total.gpus === 0 ? "" : String(host.gpus),
      host.logBytes === null ? "" : memory(host.logBytes),
    ],
    [
      ...["free", signed(free.memoryBytes), ""],
      host.gpus === 0 && total.gpus === 0 ? "" : String(free.gpus),
      free.logBytes === null ? "" : signed(free.logBytes),
    ],
  ];
}

/** "58.5 of 64 GiB of memory, 5.5 GiB free". */
export function headroom({ host, total, free }: PlannedBudget): string {
  const left =
    free.memoryBytes < 0
      ? `${memory(-free.memoryBytes)} too much`
      : `${memory(free.memoryBytes)} free`;
  return `${memory(total.memoryBytes)} of ${memory(host.memoryBytes)} of memory, ${left}`;
}

function cpuText({ cpus, unlimited }: Pick<Usage, "cpus" | "unlimited">): string {
  const parts = [
    ...(cpus > 0 || unlimited === 0 ? [String(cpus)] : []),
    ...(unlimited > 0 ? [`${unlimited} without limit`] : []),
  ];
  return parts.join(", ");
}

function signed(bytes: number): string {
  return bytes < 0 ? `-${memory(-bytes)}` : memory(bytes);
}
