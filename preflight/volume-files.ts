import type { Readable } from "node:stream";
import { posix } from "node:path";
import type Docker from "dockerode";
import { Parser, type ReadEntry } from "tar";
import type { DockerFacts } from "./docker-facts";

export interface VolumeFile {
  content: string;
  /** Numeric owner. */
  uid: number;
}

/** Reads files of a volume; changes nothing that stays. */
export interface VolumeReader {
  /** Undefined where there is no such file. */
  file: (path: string) => Promise<VolumeFile | undefined>;
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
  const archive = async (path: string) =>
    (await container.getArchive({ path: posix.join(target, path) })) as Readable;
  return {
    file: async (path) => {
      const stream = await archive(path).catch((error: { statusCode?: number }) => {
        if (error.statusCode === 404) return undefined;
        throw error;
      });
      return stream && firstFile(stream);
    },
    isEmpty: async () => {
      let entries = 0;
      const stream = await archive(".");
      // The folder itself, then what is in it; the rest may be large.
      await parse(stream, (entry) => {
        entry.resume();
        if (++entries > 1) stream.destroy();
      });
      return entries <= 1;
    },
  };
}

async function firstFile(stream: Readable): Promise<VolumeFile | undefined> {
  let found: VolumeFile | undefined;
  await parse(stream, (entry) => {
    const chunks: Buffer[] = [];
    entry.on("data", (chunk: Buffer) => chunks.push(chunk));
    entry.on("end", () => {
      found ??= { content: Buffer.concat(chunks).toString("utf8"), uid: entry.uid ?? 0 };
    });
  });
  return found;
}

function parse(stream: Readable, onEntry: (entry: ReadEntry) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const parser = new Parser({ onReadEntry: onEntry });
    parser.on("end", resolve);
    stream.on("close", resolve).on("error", reject);
    stream.on("data", (chunk: Buffer) => parser.write(chunk)).on("end", () => parser.end());
  });
}
