import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Issue } from "./issues";

/**
 * Under `berth env` the engine reads the machine's copy of one stack's file. Said of a shell in
 * which that copy is another stack's, or older than the committed file.
 */
export function environmentIssues(
  root: string,
  stack: string,
  env: NodeJS.ProcessEnv = process.env,
): Issue[] {
  const file = env.PULUMI_OPTION_CONFIG_FILE;
  if (file === undefined) return [];
  const remedy = `run: eval "$(./berth env ${stack})"`;
  const path = "PULUMI_OPTION_CONFIG_FILE";
  if (basename(file) !== `Pulumi.${stack}.yaml`) {
    return [
      {
        path,
        message: `this shell has the settings of ${basename(file)}, not of ${stack}`,
        remedy,
      },
    ];
  }
  const committed = join(root, `Pulumi.${stack}.yaml`);
  const takenUp = file.replace(/\.yaml$/, ".committed.yaml");
  if (!existsSync(committed) || !existsSync(takenUp)) return [];
  if (readFileSync(committed, "utf8") === readFileSync(takenUp, "utf8")) return [];
  return [
    { path, message: `Pulumi.${stack}.yaml has changed since this shell took it up`, remedy },
  ];
}
