import { delimiter, dirname } from "node:path";
import type { Engine } from "../../offline/engine/resolve";
import { say, step } from "../terminal";

/** The engine that this machine can run, built if need be and allowed. */
export async function chooseEngine(options: { install: boolean }): Promise<Engine> {
  const { resolveEngine } = await import("../../offline/engine/resolve");
  return resolveEngine({ allowDownload: true, install: options.install, log: say });
}

export function announce(engine: Engine): void {
  step("engine", engine.description.replace(/^engine: /, ""));
}

/** What a `pulumi` of this engine needs in its environment. */
export function engineVariables(engine: Engine): Record<string, string> {
  const path = engine.env.PATH ?? process.env.PATH ?? "";
  const folder = dirname(engine.cli);
  const known = folder === "." || path.split(delimiter).includes(folder);
  return { ...engine.env, PATH: known ? path : `${folder}${delimiter}${path}` };
}
