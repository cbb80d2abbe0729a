import { readFile } from "node:fs/promises";
import { Header, Pax } from "tar";
import { ProviderError } from "../provider-server/resource-type";
import type { Upload } from "./container-inputs";

const BLOCK = 512;
const MODE = 0o644;
const EXECUTABLE_MODE = 0o744;

/** A tar archive with the files at their absolute paths, to be unpacked at the container's root. */
export async function uploadArchive(uploads: Upload[]): Promise<Buffer> {
  const entries = await Promise.all(uploads.map(entry));
  return Buffer.concat([...entries, Buffer.alloc(2 * BLOCK)]);
}

/** The permission bits: those given in octal, else plain or executable. */
function uploadMode(upload: Upload): number {
  if (upload.permissions !== undefined) return Number.parseInt(upload.permissions, 8);
  return upload.executable === true ? EXECUTABLE_MODE : MODE;
}

async function entry(upload: Upload): Promise<Buffer> {
  const content = await contentOf(upload);
  const fields = {
    path: upload.file.replace(/^\/+/, ""),
    mode: uploadMode(upload),
    uid: numericId(upload.owner, "owner", upload.file),
    gid: numericId(upload.group, "group", upload.file),
    size: content.length,
    type: "File" as const,
    mtime: new Date(),
  };
  const header = new Header(fields);
  const block = Buffer.alloc(BLOCK);
  // encode says whether the path was too long for the plain header.
  const needsPax = header.encode(block, 0);
  const pax = needsPax ? new Pax({ path: fields.path }).encode() : Buffer.alloc(0);
  const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
  return Buffer.concat([pax, block, content, padding]);
}

async function contentOf(upload: Upload): Promise<Buffer> {
  const { content, contentBase64, source } = upload;
  const given = [content, contentBase64, source].filter(
    (value) => value !== undefined && value !== "",
  );
  if (given.length > 1) {
    throw new ProviderError(
      `uploads ${upload.file}: has more than one of content, contentBase64 and source; keep one`,
    );
  }
  if (contentBase64) return Buffer.from(contentBase64, "base64");
  if (!source) return Buffer.from(content ?? "", "utf8");
  try {
    return await readFile(source);
  } catch {
    throw new ProviderError(`uploads ${upload.file}: can't read source ${source}; check the path`);
  }
}

function numericId(id: string | undefined, kind: string, file: string): number {
  if (id === undefined || id === "" || id === "root") return 0;
  if (/^[0-9]+$/.test(id)) return Number(id);
  throw new ProviderError(`uploads ${file}: ${kind} ${id} is no number; give the numeric id`);
}
