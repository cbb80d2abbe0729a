import type { Plan } from "../../../planning/types";
import type { Checkout } from "./checkout";
import { docker } from "./docker";

/** Brings a stack up as a newcomer would, and gives all that was printed. */
export async function bringUp(checkout: Checkout, stack: string): Promise<string> {
  const up = () => checkout.berth("up", stack, "--install", "--yes");
  let outcome = await up();
  // Where registries answer, prod wants its images locked.
  if (outcome.stderr.includes("images.lock.json: has no digest")) {
    await checkout.berth("images", "lock");
    outcome = await up();
  }
  if (outcome.exitCode !== 0) throw new Error(outcome.stderr.slice(-6000));
  return outcome.stdout + outcome.stderr;
}

/** The plan with this machine's sources and images: what must be running. */
export async function planHere(checkout: Checkout, stack: string): Promise<Plan> {
  const outcome = await checkout.berth("plan", "--stack", stack, "--here", "--json");
  if (outcome.exitCode !== 0) throw new Error(outcome.stderr + outcome.stdout);
  return JSON.parse(outcome.stdout) as Plan;
}

/** Plan, the engine's state and all that Docker reports agree. */
export async function expectNoDrift(checkout: Checkout, stack: string): Promise<void> {
  const { exitCode, stdout, stderr } = await checkout.berth("drift", stack);
  const output = exitCode === 0 ? stdout.trim() : stdout + stderr;
  expect({ exitCode, output }).toEqual({ exitCode: 0, output: `Stack ${stack}: no drift` });
}

/** Leaves nothing of a stack behind, the data of these volumes included. */
export async function clearAway(
  checkout: Checkout,
  stack: string,
  volumes: readonly { name: string }[] = [],
): Promise<void> {
  await checkout.berth("down", stack, "--yes");
  for (const { name } of volumes) {
    await docker
      .getVolume(name)
      .remove()
      .catch(() => undefined);
  }
  checkout.remove();
}
