import type Docker from "dockerode";
import { readFile } from "../docker/archive";

/** Content of files in a container by path; one that is not there is left out. */
export type Files = ReadonlyMap<string, string>;

/** Reads files of a container as Docker has them, whether it runs or not. */
export async function readFiles(
  container: Docker.Container,
  paths: readonly string[],
): Promise<Files> {
  const files = paths.map(async (path): Promise<[string, string][]> => {
    const file = await readFile(container, path);
    return file === undefined ? [] : [[path, file.content]];
  });
  return new Map((await Promise.all(files)).flat());
}
