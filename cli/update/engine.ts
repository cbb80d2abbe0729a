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
  const path = (engine.env.PATH ?? process.env.PATH ?? "").split(delimiter);
  // Once, however often a shell takes this over.
  const folders = engine.cli.includes("/") ? [dirname(engine.cli), ...path] : path;
  return { ...engine.env, PATH: [...new Set(folders)].join(delimiter) };
}
