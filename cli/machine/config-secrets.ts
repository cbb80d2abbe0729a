import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Issue } from "../../config/issues";
import { secretKeyIssues, shellVariables, type DeclaredSecrets } from "../../config/secret-keys";
import { isEncrypted } from "../../config/stack-files";
import type { ConfigSecrets } from "../../preflight/config-secrets";
import { root } from "../root";
import { keepsState } from "./pulumi-environment";
import { machineStackFile, mergedConfig } from "./stack-settings";

/** A stack's secret config: set on this machine, committed encrypted, or from the shell. */
export function configSecrets(stack: string): ConfigSecrets {
  const config = configOf(stack);
  return (key) => {
    if (Object.hasOwn(config, key)) return { value: undefined };
    const variable = shellVariables[key];
    const value = variable === undefined ? undefined : process.env[variable];
    return value ? { value } : undefined;
  };
}

/** What is wrong with secrets that were set on this machine; of committed ones the plan tells. */
export function machineSecretIssues(stack: string, declared: DeclaredSecrets): Issue[] {
  const keys = Object.entries(configOf(stack)).map(([key, value]) => ({
    key,
    encrypted: isEncrypted(value),
  }));
  return secretKeyIssues(stack, keys, declared);
}

/** What has to come before a plain `pulumi` command, so that it sees the stack as Berth does. */
export function shellFor(stack: string, env: NodeJS.ProcessEnv = process.env): string {
  return !keepsState(env) || env.PULUMI_OPTION_CONFIG_FILE === machineStackFile(stack)
    ? ""
    : `eval "$(./berth env ${stack})" && `;
}

function configOf(stack: string): Record<string, unknown> {
  const committed = join(root, `Pulumi.${stack}.yaml`);
  if (keepsState()) return mergedConfig(committed, stack);
  if (!existsSync(committed)) return {};
  return { ...(parse(readFileSync(committed, "utf8")) as { config?: object } | null)?.config };
}
