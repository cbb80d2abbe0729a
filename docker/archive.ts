import type { Readable } from "node:stream";
import type Docker from "dockerode";
import { Parser, type ReadEntry } from "tar";
import { unlessGone } from "./errors";

export interface ContainerFile {
  content: string;
  /** Numeric owner. */
  uid: number;
}

/** A file of a container, whether that runs or not; undefined where there is none. */
export async function readFile(
  container: Docker.Container,
  path: string,
): Promise<ContainerFile | undefined> {
  const archive = await unlessGone(() => container.getArchive({ path }));
  if (archive === undefined) return undefined;
  let found: ContainerFile | undefined;
  await readEntries(archive as Readable, (entry) => {
    const parts: Buffer[] = [];
    entry.on("data", (part: Buffer) => parts.push(part));
    entry.on("end", () => {
      found ??= { content: Buffer.concat(parts).toString("utf8"), uid: entry.uid ?? 0 };
    });
  });
  return found;
}

/** Whether a folder of a container has nothing in it; reads no more than that takes. */
export async function isEmptyFolder(container: Docker.Container, path: string): Promise<boolean> {
  const archive = (await container.getArchive({ path })) as Readable;
  let entries = 0;
  // The folder itself, then what is in it; the rest may be large.
  await readEntries(archive, (entry) => {
    entry.resume();
    if (++entries > 1) archive.destroy();
  });
  return entries <= 1;
}

function readEntries(archive: Readable, onEntry: (entry: ReadEntry) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const parser = new Parser({ onReadEntry: onEntry });
    parser.on("end", resolve);
    archive.on("close", resolve).on("error", reject);
    archive.on("data", (part: Buffer) => parser.write(part)).on("end", () => parser.end());
  });
}
