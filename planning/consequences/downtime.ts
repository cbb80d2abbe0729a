import type { PlannedService } from "../types";
import type { Downtime } from "./types";

/** Shortest and longest time, in seconds. */
type Span = [least: number, most: number];

/**
 * How long a service takes until it answers: at best it is healthy at the first check, which comes
 * one interval after the start; at worst just before its check gives it up.
 */
function startSpan({ health, kind, timeoutSeconds }: PlannedService): Span {
  if (kind === "job") return [0, timeoutSeconds ?? 0];
  if (!health) return [0, 0];
  const { intervalSeconds, timeoutSeconds: limit, retries, startPeriodSeconds } = health;
  return [intervalSeconds, startPeriodSeconds + (intervalSeconds + limit) * retries];
}

/**
 * A replaced service is down from its stop to its first passed health check. Its image is there
 * before; replicas are replaced at the same time, so they don't help.
 */
export function replacementDowntime(service: PlannedService): Downtime {
  if (service.kind === "job") return none("a job answers nobody");
  const [least, most] = startSpan(service);
  return {
    leastSeconds: least,
    mostSeconds: service.stopSeconds + most,
    why:
      `from ${least} s (stops at once, passes its first health check) to ` +
      `${service.stopSeconds + most} s (${service.stopSeconds} s to stop, ${most} s until its health check gives up)`,
  };
}

/** Those that go down together come up one after the other: each waits for those it starts after. */
export function togetherDowntime(
  service: PlannedService,
  together: ReadonlyMap<string, PlannedService>,
): Downtime {
  if (service.kind === "job") return none("a job answers nobody");
  const [least, most] = chain(service, together);
  // The engine takes dependents away one after the other.
  const stop = [...together.values()].reduce((sum, { stopSeconds }) => sum + stopSeconds, 0);
  return {
    leastSeconds: least,
    mostSeconds: stop + most,
    why: `from ${least} s to ${stop + most} s: all that belong together stop one by one, then start in order`,
  };
}

function chain(service: PlannedService, together: ReadonlyMap<string, PlannedService>): Span {
  const before = service.startsAfter.flatMap((id) => {
    const other = together.get(id);
    return other === undefined ? [] : [chain(other, together)];
  });
  const [least, most] = startSpan(service);
  return [
    least + Math.max(0, ...before.map(([shortest]) => shortest)),
    most + Math.max(0, ...before.map(([, longest]) => longest)),
  ];
}

export function none(why: string): Downtime {
  return { leastSeconds: 0, mostSeconds: 0, why };
}
