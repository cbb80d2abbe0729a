import { homedir } from "node:os";
import { join } from "node:path";
import type { Settings } from "./schema/settings";

/** Where a stack's Docker Engine is. */
export interface DockerAddress {
  url: string;
  /** Folder with ca.pem, cert.pem and key.pem; undefined where there is no TLS. */
  tls: string | undefined;
  /** Who says so, for messages. */
  from: "stack settings" | "DOCKER_HOST" | "default";
}

const defaultUrl = "unix:///var/run/docker.sock";

/** The stack's own Docker host comes first: a shell that points elsewhere must not redirect prod. */
export function dockerAddress(
  settings: Pick<Settings, "host"> | undefined,
  given: NodeJS.ProcessEnv = process.env,
): DockerAddress {
  const host = settings?.host;
  const from = host?.docker ? "stack settings" : given.DOCKER_HOST ? "DOCKER_HOST" : "default";
  const address = host?.docker || given.DOCKER_HOST || defaultUrl;
  const url = address.includes("://") ? address : `tcp://${address}`;
  return { url, tls: url.startsWith("tcp://") ? tlsFolder(host?.tls, given) : undefined, from };
}

/** As Docker's own client has it, below the stack's settings. */
function tlsFolder(setting: string | undefined, given: NodeJS.ProcessEnv): string | undefined {
  if (setting !== undefined) return setting.replace(/^~(?=\/)/, () => homedir());
  if (given.DOCKER_CERT_PATH) return given.DOCKER_CERT_PATH;
  if (!given.DOCKER_TLS_VERIFY) return undefined;
  return given.DOCKER_CONFIG || join(homedir(), ".docker");
}

/** Whether the engine is not this machine's, so that it has other files, ports and programs. */
export function isElsewhere(url: string): boolean {
  return !url.startsWith("unix://");
}

/** The address as the variables that Docker's clients and providers read; empty is as if not set. */
export function dockerVariables({ url, tls }: DockerAddress): Record<string, string> {
  return {
    DOCKER_HOST: url,
    DOCKER_CERT_PATH: tls ?? "",
    DOCKER_TLS_VERIFY: tls === undefined ? "" : "1",
  };
}
