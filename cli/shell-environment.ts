import { dockerAddress, dockerVariables } from "../config/docker-address";
import { compare } from "../planning/compare";
import { loadPlan, requireSettings } from "./load-plan";
import { hasStack, pulumiEnvironment } from "./machine/pulumi-environment";
import { say } from "./terminal";
import { createStack, projectName } from "./update/open-stack";
import { engineVariables } from "./update/engine";

/** `export` lines with which plain pulumi sees the same stack as Berth. */
export async function shellEnvironment(stack: string): Promise<string> {
  const settings = requireSettings(loadPlan(stack, { here: false }));
  const { variables, backend } = pulumiEnvironment(stack);
  const engine = await presentEngine();
  Object.assign(process.env, engine, variables);
  if (engine && backend !== undefined && !hasStack(backend, projectName(), stack))
    await createStack(stack);
  const address = dockerAddress(settings);
  const docker = address.from === "default" ? {} : dockerVariables(address);
  return exportLines({ ...variables, ...engine, ...docker });
}

/** The engine's variables; none where it would have to be built first. */
async function presentEngine(): Promise<Record<string, string> | undefined> {
  const { resolveEngine } = await import("../offline/engine/resolve");
  try {
    return engineVariables(await resolveEngine({ allowDownload: false, install: false }));
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

/** One `export` a line, in any order of names but always the same, quoted for a POSIX shell. */
export function exportLines(variables: Record<string, string>): string {
  return Object.entries(variables)
    .sort(([a], [b]) => compare(a, b))
    .map(([name, value]) => `export ${name}=${quote(value)}`)
    .join("\n");
}

function quote(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
