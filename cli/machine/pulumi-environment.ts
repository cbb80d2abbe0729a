import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { stateFolder } from "../../config/folders";
import { keepSecret, rootSecret } from "../../config/machine";
import { root } from "../root";
import { machineStackFile, mergeStackFile } from "./stack-settings";

export interface PulumiEnvironment {
  /** Variables that Pulumi needs to see the stack. */
  variables: Record<string, string>;
  /** Folder of the state, undefined where the user's own backend holds it. */
  backend: string | undefined;
  /** Settings that differ from the committed stack file on this machine. */
  ownSettings: string[];
}

/**
 * Makes sure of state folder, passphrase, root secret and the machine's stack file, and gives the
 * variables that lead Pulumi to them. A backend or passphrase that the user has set wins; with a
 * backend of their own, the committed stack file is the only one.
 */
export function pulumiEnvironment(
  stack: string,
  given: NodeJS.ProcessEnv = process.env,
): PulumiEnvironment {
  const backend = ownBackend();
  const variables: Record<string, string> = {
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Checking types takes the engine's Node five times as long; `npm run check` does it.
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
  };
  if (!keepsState(given)) return { variables, backend: undefined, ownSettings: [] };

  mkdirSync(backend, { recursive: true, mode: 0o700 });
  rootSecret();
  variables.PULUMI_BACKEND_URL = pathToFileURL(backend).href;
  if (given.PULUMI_CONFIG_PASSPHRASE === undefined) {
    const file = join(stateFolder(), "passphrase");
    if (!given.PULUMI_CONFIG_PASSPHRASE_FILE || given.PULUMI_CONFIG_PASSPHRASE_FILE === file) {
      keepSecret("passphrase");
      variables.PULUMI_CONFIG_PASSPHRASE_FILE = file;
    }
  }
  // The salt is in the state, so a stack file without it is complete.
  variables.PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER = "true";
  variables.PULUMI_OPTION_CONFIG_FILE = machineStackFile(stack);
  const ownSettings = mergeStackFile(join(root, `Pulumi.${stack}.yaml`), stack);
  return { variables, backend, ownSettings };
}

const ownBackend = (): string => join(stateFolder(), "pulumi");

/** Whether this machine's state folder holds the stacks, and not a backend of the user's own. */
export function keepsState(given: NodeJS.ProcessEnv = process.env): boolean {
  // Set by `berth env` in this shell, it is still ours.
  const own = pathToFileURL(ownBackend()).href;
  return !given.PULUMI_BACKEND_URL || given.PULUMI_BACKEND_URL === own;
}

/** Whether a state folder holds a stack, without asking the engine. */
export function hasStack(backend: string, project: string, stack: string): boolean {
  return ["json", "json.gz"].some((ending) =>
    existsSync(join(backend, ".pulumi", "stacks", project, `${stack}.${ending}`)),
  );
}
