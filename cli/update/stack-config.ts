import type { Stack } from "@pulumi/pulumi/automation";
import { knownRootSecret } from "../../config/machine";
import { stateId } from "../../planning/secrets";

/** A stack's configuration with its secrets in clear; undefined where they can't be decrypted. */
export async function stackConfig(stack: Stack): Promise<Record<string, string> | undefined> {
  try {
    const config = await stack.getAllConfig();
    return Object.fromEntries(Object.entries(config).map(([key, { value }]) => [key, value]));
  } catch {
    return undefined;
  }
}

/** The team's root secret, or else this machine's. */
export function rootSecretOf(config: Readonly<Record<string, string>>): string | undefined {
  return config["berth:rootSecret"] ?? knownRootSecret();
}

/** The id that containers of this stack's state carry; undefined where that can't be told. */
export async function ownStateId(stack: Stack): Promise<string | undefined> {
  const config = await stackConfig(stack);
  const root = config && rootSecretOf(config);
  return root === undefined ? undefined : stateId(root);
}
