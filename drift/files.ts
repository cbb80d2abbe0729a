import { once } from "node:events";
import type Docker from "dockerode";
import { Parser } from "tar";

/** Content of files in a container by path; one that is not there is left out. */
export type Files = ReadonlyMap<string, string>;

/** Reads files of a container as Docker has them, whether it runs or not. */
export async function readFiles(
  container: Docker.Container,
  paths: readonly string[],
): Promise<Files> {
  const files = paths.map(async (path): Promise<[string, string][]> => {
    try {
      return [[path, await contentOf(await container.getArchive({ path }))]];
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode === 404) return [];
      throw error;
    }
  });
  return new Map((await Promise.all(files)).flat());
}

/** Of the one file in a tar archive. */
async function contentOf(archive: NodeJS.ReadableStream): Promise<string> {
  const parts: Buffer[] = [];
  const parser = new Parser({
    onReadEntry: (entry) => void entry.on("data", (part: Buffer) => parts.push(part)),
  });
  const ended = once(parser, "end");
  for await (const part of archive) parser.write(part as Buffer);
  parser.end();
  await ended;
  return Buffer.concat(parts).toString("utf8");
}
