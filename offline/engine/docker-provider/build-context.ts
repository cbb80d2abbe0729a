import { Readable } from "node:stream";
import { create } from "tar";
import { BuildContextError, contextFiles } from "../../../config/build-context";
import { ProviderError } from "../provider-server/resource-type";

/** The context as the compressed tar stream that the builder takes. */
export function contextArchive(context: string, dockerfile: string): NodeJS.ReadableStream {
  const options = { cwd: context, gzip: true, portable: true, noDirRecurse: true };
  return Readable.from(create(options, filesOf(context, dockerfile)) as AsyncIterable<Buffer>);
}

function filesOf(context: string, dockerfile: string): string[] {
  try {
    return contextFiles(context, dockerfile);
  } catch (error) {
    throw error instanceof BuildContextError ? new ProviderError(error.message) : error;
  }
}
