import * as pulumi from "@pulumi/pulumi";
import type { Issue } from "./issues";
import type { Settings } from "./schema/settings";
import { parseSettings } from "./settings";

const namespace = "berth";

/** The stack's settings as the Pulumi engine hands them over: objects as JSON text. */
export function settingsFromPulumi(): { settings?: Settings; issues: Issue[] } {
  const prefix = `${namespace}:`;
  const values: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(pulumi.runtime.allConfig())) {
    if (key.startsWith(prefix)) values[key.slice(prefix.length)] = text;
  }
  return parseSettings(pulumi.getStack(), values);
}

/** The stack's root secret, where a team keeps it as Pulumi secret config. */
export function rootSecretFromPulumi(): pulumi.Output<string> | undefined {
  return new pulumi.Config(namespace).getSecret("rootSecret");
}
