import { posix } from "node:path";
import type Docker from "dockerode";
import { isEmptyFolder, readFile, type ContainerFile } from "../docker/archive";
import type { DockerFacts } from "./docker-facts";

/** Reads files of a volume; changes nothing that stays. */
export interface VolumeReader {
  /** Undefined where there is no such file. */
  file: (path: string) => Promise<ContainerFile | undefined>;
  isEmpty: () => Promise<boolean>;
}

/** On the containers that look into volumes; its value is the stack. */
const probeLabel = "berth.probe";

type Facts = Pick<DockerFacts, "containers">;

/**
 * Looks into a volume by the archive of a container that has it, running or not; where there is
 * none, by one that is made for it from any image at hand and never started. So it works with a
 * Docker Engine elsewhere and without a registry. Gives undefined where there is no image at all.
 */
export async function lookIntoVolume<T>(
  docker: Docker,
  { containers }: Facts,
  volume: string,
  stack: string,
  look: (reader: VolumeReader) => Promise<T>,
): Promise<T | undefined> {
  for (const { names, mounts } of containers) {
    const target = mounts.find((mount) => mount.volume === volume)?.target;
    if (target !== undefined) return look(reader(docker.getContainer(names[0] ?? ""), target));
  }
  const [image] = await docker.listImages();
  if (image === undefined) return undefined;
  const container = await docker.createContainer({
    Image: image.Id,
    Cmd: ["true"],
    // Not the stack's label: what a killed run leaves would look like containers of another state.
    Labels: { [probeLabel]: stack },
    HostConfig: {
      NetworkMode: "none",
      Mounts: [{ Type: "volume", Source: volume, Target: "/berth-volume", ReadOnly: true }],
    },
  });
  try {
    return await look(reader(container, "/berth-volume"));
  } finally {
    await container.remove({ v: true, force: true });
  }
}

/** Removes what an interrupted look into a volume left. */
export async function removeProbes(docker: Docker, stack: string): Promise<void> {
  const label = [`${probeLabel}=${stack}`];
  const probes = await docker.listContainers({ all: true, filters: { label } });
  for (const { Id, Labels } of probes)
    if (Labels[probeLabel] === stack)
      await docker.getContainer(Id).remove({ v: true, force: true });
}

function reader(container: Docker.Container, target: string): VolumeReader {
  return {
    file: (path) => readFile(container, posix.join(target, path)),
    isEmpty: () => isEmptyFolder(container, posix.join(target, ".")),
  };
}
