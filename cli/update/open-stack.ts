import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation";
import { parse } from "yaml";
import type { Engine } from "../../offline/engine/resolve";
import { problem } from "../errors";
import { hasStack, pulumiEnvironment } from "../machine/pulumi-environment";
import { root } from "../root";
import { step } from "../terminal";
import { engineVariables } from "./engine";
import { isAbandoned, readLock } from "./lock";

/**
 * The stack as the Automation API sees it, with no leftover lock of a killed run. Undefined where
 * there is none and `create` is not asked for.
 */
export async function openStack(
  name: string,
  engine: Engine,
  variables: Record<string, string>,
  options: { create: boolean },
): Promise<Stack | undefined> {
  const environment = pulumiEnvironment(name);
  const { backend } = environment;
  // The Automation API looks for the command on its own process's PATH.
  Object.assign(process.env, engineVariables(engine), environment.variables, variables);
  const { LocalWorkspace, Stack } = await import("@pulumi/pulumi/automation");
  const { StackNotFoundError } = await import("@pulumi/pulumi/automation/errors");

  if (backend !== undefined && !hasStack(backend, projectName(), name)) {
    if (!options.create) return undefined;
    await createStack(name);
  }
  const workspace = await LocalWorkspace.create({ workDir: root });
  let stack: Stack;
  try {
    stack = await Stack.select(name, workspace);
  } catch (error) {
    if (!(error instanceof StackNotFoundError)) throw error;
    if (!options.create) return undefined;
    stack = await Stack.create(name, workspace);
  }
  if (environment.ownSettings.length > 0)
    step("settings", `of this machine alone: ${environment.ownSettings.join(", ")}`);
  if (backend !== undefined) await dropAbandonedLock(stack, backend);
  return stack;
}

/**
 * `pulumi stack init` writes its encryption salt into the stack file of the folder that it runs in:
 * a folder of its own keeps it out of the committed one. The state has the salt, too.
 */
export async function createStack(name: string): Promise<void> {
  const { LocalWorkspace } = await import("@pulumi/pulumi/automation");
  const folder = mkdtempSync(join(tmpdir(), "berth-stack-"));
  try {
    copyFileSync(join(root, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    const workspace = await LocalWorkspace.create({ workDir: folder });
    await workspace.createStack(name);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The project's name, under which a state folder keeps its stacks. */
export function projectName(): string {
  return (parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as { name: string }).name;
}

async function dropAbandonedLock(stack: Stack, backend: string): Promise<void> {
  const lock = readLock(backend, projectName(), stack.name);
  if (lock === undefined) return;
  if (!isAbandoned(lock))
    throw problem(
      `stacks/${stack.name}`,
      `is being updated by ${lock.username} on ${lock.hostname} (process ${lock.pid}, since ${lock.timestamp})`,
      "wait until that ends",
    );
  step("lock", `left by process ${lock.pid}, which is gone: released`);
  await stack.cancel();
}
