import type Docker from "dockerode";
import { dockerAddress, isElsewhere, type DockerAddress } from "../../config/docker-address";
import { IssuesError } from "../../config/issues";
import type { Settings } from "../../config/schema/settings";
import { AddressError, openDocker } from "../../docker/client";
import { unreachable as noAnswer, whyNoAnswer } from "../../preflight/reachable";
import { problem } from "../errors";

export { whyNoAnswer };

/** A client for the address, or the error that says what is wrong with the address. */
export function dockerClient({ url, tls, from }: DockerAddress): Docker {
  try {
    return openDocker(url, { tls });
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    throw problem("docker", `${error.finding} (${from})`, error.remedy);
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
      : isElsewhere(address.url)
        ? "start Docker on that host or correct the address"
        : "start it or correct the address";
  return new IssuesError([noAnswer(`${address.url} (${address.from})`, reason, remedy)]);
}
