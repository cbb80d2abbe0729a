import * as pulumi from "@pulumi/pulumi";
import type { Issue } from "./issues";
import type { Settings } from "./schema/settings";
import { secretKeyIssues, shellVariables, type DeclaredSecrets } from "./secret-keys";
import { namespace, namespaceIssues, parseSettings } from "./settings";

/** The stack's settings as the Pulumi engine hands them over: objects as JSON text. */
export function settingsFromPulumi(declared: DeclaredSecrets = {}): {
  settings?: Settings;
  issues: Issue[];
} {
  const prefix = `${namespace}:`;
  const values: Record<string, string> = {};
  const config = pulumi.runtime.allConfig();
  for (const [key, text] of Object.entries(config)) {
    if (key.startsWith(prefix)) values[key.slice(prefix.length)] = text;
  }
  const parsed = parseSettings(pulumi.getStack(), values);
  const issues = [
    ...namespaceIssues(pulumi.getStack(), Object.keys(config), Object.keys(declared)),
    ...secretKeyIssues(
      pulumi.getStack(),
      Object.keys(config).map((key) => ({ key, encrypted: secretKeys().includes(key) })),
      declared,
    ),
    ...rootSecretIssues(values.rootSecret),
    ...encryptedIssues(secretKeys()),
    ...parsed.issues,
  ];
  return { ...(parsed.settings && issues.length === 0 ? parsed : {}), issues };
}

/** Keys that the stack file holds encrypted, as the engine names them to the program. */
function secretKeys(): string[] {
  return JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]") as string[];
}

/** A plan and its outputs are plain text: an encrypted setting would come out in the clear. */
function encryptedIssues(keys: readonly string[]): Issue[] {
  return keys
    .filter((key) => key.startsWith(`${namespace}:`) && key !== `${namespace}:rootSecret`)
    .map((key) => ({
      path: `Pulumi.${pulumi.getStack()}.yaml.${key.slice(namespace.length + 1)}`,
      message: "is encrypted, but a setting is shown in the plan",
      remedy: "set it without --secret, or give the service a need of a secret",
    }));
}

const shortestRootSecret = 32;

/** Every password follows from it: one that is guessed gives them all. */
function rootSecretIssues(value: string | undefined): Issue[] {
  if (value === undefined || value.length >= shortestRootSecret) return [];
  return [
    {
      path: `Pulumi.${pulumi.getStack()}.yaml.rootSecret`,
      message: `has fewer than ${shortestRootSecret} characters`,
      remedy: "take a random one, such as 'openssl rand -base64 32' gives",
    },
  ];
}

/** A key of Pulumi's secret config as preflight sees it; undefined where none is set. */
export function configSecretFromPulumi(key: string): { value: string } | undefined {
  const [namespaceOfKey = "", name = ""] = key.split(":");
  const variable = shellVariables[key];
  const value = new pulumi.Config(namespaceOfKey).get(name) || (variable && process.env[variable]);
  return value ? { value } : undefined;
}

/** The same as a secret output, such as "cloudflare:apiToken". */
export function secretFromPulumi(key: string): pulumi.Output<string> | undefined {
  const found = configSecretFromPulumi(key);
  return found && pulumi.secret(found.value);
}

/** The stack's root secret, where a team keeps it as Pulumi secret config. */
export function rootSecretFromPulumi(): pulumi.Output<string> | undefined {
  return new pulumi.Config(namespace).getSecret("rootSecret");
}
