import type Docker from "dockerode";
import { TimeLimits } from "../../cli/update/time-limits";
import type { Plan } from "../../planning/types";

const plan = {
  services: [
    { container: "setup", timeoutSeconds: 5 },
    { container: "web", timeoutSeconds: null },
  ],
} as unknown as Plan;

/** Containers by name, and the ids of those that were killed. */
function world(containers: Record<string, { Id: string; Running: boolean }>) {
  const killed: string[] = [];
  const docker = {
    getContainer: (name: string) => ({
      inspect: () => {
        const found = containers[name];
        return found
          ? Promise.resolve({ Id: found.Id, State: { Running: found.Running } })
          : Promise.reject(new Error("no such container"));
      },
      kill: () => Promise.resolve(killed.push(name)),
    }),
  } as unknown as Docker;
  const limits = new TimeLimits(docker, plan, () => ["setup", "web"]);
  limits.stop();
  return { containers, killed, limits };
}

test("a job is killed once it has run for its limit; a service never is", async () => {
  const { killed, limits } = world({
    setup: { Id: "1", Running: true },
    web: { Id: "2", Running: true },
  });
  await limits.check(1000);
  await limits.check(5999);
  expect([...limits.exceeded]).toEqual([]);
  await limits.check(6000);
  expect(killed).toEqual(["1"]);
  expect([...limits.exceeded]).toEqual([["setup", 5]]);
});

test("time counts from the start of this very container", async () => {
  const { containers, killed, limits } = world({});
  await limits.check(0);
  containers.setup = { Id: "1", Running: false };
  await limits.check(1000);
  containers.setup = { Id: "2", Running: true };
  await limits.check(10_000);
  containers.setup = { Id: "3", Running: true };
  await limits.check(16_000);
  expect(killed).toEqual([]);
});
