import { planStack } from "../planning/plan";
import type { Plan } from "../planning/types";
import { world, type World } from "./worlds";

export interface Measurement {
  services: number;
  /** In the planned stack, with those that Berth adds. */
  planned: number;
  /** Of the processor, which others on the machine lengthen less; median over the rounds. */
  milliseconds: number;
  microsecondsPerService: number;
  /** Of the plan alone, where the garbage collector can be called. */
  heapBytes: number | null;
}

/**
 * The planner's time for each size, warm. Sizes take turns in every round, so that what else the
 * machine does meets them alike; a small world is planned often enough to be measured.
 */
export function measure(sizes: readonly number[], rounds: number): Measurement[] {
  const worlds = sizes.map((services) => ({
    services,
    world: world(services),
    times: [] as number[],
  }));
  const largest = Math.max(...sizes);
  for (let round = -1; round < rounds; round++) {
    for (const { services, world, times } of worlds) {
      const repeats = Math.max(1, Math.round(largest / services / 4));
      const start = process.cpuUsage();
      for (let repeat = 0; repeat < repeats; repeat++) plan(world);
      // The first round is for the compiler.
      const { user, system } = process.cpuUsage(start);
      if (round >= 0) times.push((user + system) / 1000 / repeats);
    }
  }
  return worlds.map(({ services, world, times }) => {
    const milliseconds = median(times);
    return {
      services,
      planned: plan(world).services.length,
      milliseconds,
      microsecondsPerService: (milliseconds * 1000) / services,
      heapBytes: heapOf(world, Math.ceil(largest / services)),
    };
  });
}

/** How much more a service costs in the largest world than in another. */
export function growth(measurements: readonly Measurement[], from: number, to: number): number {
  const of = (services: number) =>
    measurements.find((one) => one.services === services)?.microsecondsPerService ?? NaN;
  return of(to) / of(from);
}

function plan({ catalogue, stacks }: World): Plan {
  const found = planStack({ catalogue, stacks, stack: "prod" });
  const [first] = found.issues;
  if (first !== undefined) throw new Error(`the benchmark's world: ${JSON.stringify(first)}`);
  return found;
}

function heapOf(world: World, copies: number): number | null {
  const { gc } = globalThis;
  if (gc === undefined) return null;
  gc();
  const before = process.memoryUsage().heapUsed;
  // So many that a small plan is more than what else comes and goes.
  const kept = Array.from({ length: copies }, () => plan(world));
  gc();
  return (process.memoryUsage().heapUsed - before) / kept.length;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
