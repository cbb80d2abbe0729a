import type { Settings } from "../config/schema/settings";
import type { Draft } from "./drafts";
import { entryOf } from "./lookup";
import { parameterValue } from "./parameters";

/** URL of what runs elsewhere, undefined where its parameter has no value. */
export function externalUrl(
  system: Draft["system"],
  name: string,
  settings: Settings,
): string | undefined {
  const url = entryOf(system.externals, name)?.url;
  if (url === undefined || typeof url === "string") return url;
  return parameterValue(url.parameter, system, settings);
}

/** Host name under which the operator's browser finds published ports. */
export function browserHost({ bindAddress }: Pick<Settings, "bindAddress">): string {
  return bindAddress === "127.0.0.1" || bindAddress === "0.0.0.0" ? "localhost" : bindAddress;
}

/** How `ssh` reaches the stack's host: as the settings say, as Docker does, or by the host's id. */
export function sshDestination(host: Settings["host"]): string {
  if (host.ssh !== undefined) return host.ssh;
  return host.docker?.startsWith("ssh://") ? host.docker : host.id;
}
