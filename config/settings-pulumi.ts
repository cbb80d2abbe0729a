import * as pulumi from "@pulumi/pulumi";
import type { Issue } from "./issues";
import type { Settings } from "./schema/settings";
import { parseSettings } from "./settings";

const namespace = "berth";

/** The stack's settings as the Pulumi engine hands them over: objects as JSON text. */
export function settingsFromPulumi(): { settings?: Settings; issues: Issue[] } {
  const prefix = `${namespace}:`;
  const values: Record<string, string> = {};
  for (const [key, text] of Object.entries(pulumi.runtime.allConfig())) {
    if (key.startsWith(prefix)) values[key.slice(prefix.length)] = text;
  }
  const parsed = parseSettings(pulumi.getStack(), values);
  const issues = [...rootSecretIssues(values.rootSecret), ...parsed.issues];
  return { ...(parsed.settings && issues.length === 0 ? parsed : {}), issues };
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

/** The stack's root secret, where a team keeps it as Pulumi secret config. */
export function rootSecretFromPulumi(): pulumi.Output<string> | undefined {
  return new pulumi.Config(namespace).getSecret("rootSecret");
}
