import Docker from "dockerode";
import { IssuesError } from "../../config/issues";
import type { Settings } from "../../config/schema/settings";
import { unreachable as noAnswer, whyNoAnswer } from "../../preflight/reachable";

export { whyNoAnswer };

interface DockerAddress {
  url: string;
  /** Who says so, for messages. */
  from: "stack settings" | "DOCKER_HOST" | "default";
}

const defaultUrl = "unix:///var/run/docker.sock";

/** The stack's own Docker host comes first: a shell that points elsewhere must not redirect prod. */
export function dockerAddress(
  settings: Settings | undefined,
  given: NodeJS.ProcessEnv = process.env,
): DockerAddress {
  if (settings?.host.docker) return { url: settings.host.docker, from: "stack settings" };
  if (given.DOCKER_HOST) return { url: given.DOCKER_HOST, from: "DOCKER_HOST" };
  return { url: defaultUrl, from: "default" };
}

/** A client for the address; TLS and ssh take their settings from Docker's own variables. */
export function dockerClient(address: DockerAddress): Docker {
  if (address.url.startsWith("unix://"))
    return new Docker({ socketPath: address.url.slice("unix://".length) });
  // dockerode reads tcp and ssh addresses from the environment alone, when it is constructed.
  const before = process.env.DOCKER_HOST;
  process.env.DOCKER_HOST = address.url;
  try {
    return new Docker();
  } finally {
    if (before === undefined) delete process.env.DOCKER_HOST;
    else process.env.DOCKER_HOST = before;
  }
}

/** A client whose Docker answers, or the error that says what to do. */
export async function reachDocker(settings: Settings | undefined): Promise<Docker> {
  const address = dockerAddress(settings);
  const docker = dockerClient(address);
  const reason = await whyNoAnswer(docker);
  if (reason !== undefined) throw unreachable(address, reason, settings?.stack ?? "dev");
  return docker;
}

/** The error for an address where no Docker answers: who gave the address, and what to do. */
export function unreachable(address: DockerAddress, reason: string, stack: string): Error {
  const remedy =
    address.from === "default"
      ? `run: ./berth up ${stack} --install`
      : "start it or correct the address";
  return new IssuesError([noAnswer(`${address.url} (${address.from})`, reason, remedy)]);
}
