import type Docker from "dockerode";
import { dockerAddress } from "../../config/docker-address";
import type { Settings } from "../../config/schema/settings";
import { problem } from "../errors";
import { dockerClient, unreachable, whyNoAnswer } from "./docker";

const patience = 60;

/**
 * A Docker that answers. Only at the default address may `install` put one there: another address
 * is somebody's choice.
 */
export async function ensureDocker(
  settings: Settings,
  options: { install: boolean; log: (text: string) => void },
): Promise<Docker> {
  const address = dockerAddress(settings);
  const docker = dockerClient(address);
  let reason = await whyNoAnswer(docker);
  if (reason === undefined) return docker;
  if (!options.install || address.from !== "default")
    throw unreachable(address, reason, settings.stack);
  const { installDocker } = await import("./install-docker");
  const log = await installDocker(options.log);
  for (let second = 0; second < patience && reason !== undefined; second++) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    reason = await whyNoAnswer(docker);
  }
  if (reason !== undefined)
    throw problem(
      "docker",
      `the Docker Engine was started and does not answer at ${address.url}: ${reason}`,
      `see ${log}`,
    );
  return docker;
}
