import type Docker from "dockerode";
import type { LockedImage } from "../../config/schema/images-lock";
import { describePullFailure } from "./images";

/** What a registry said of an image, or why it could not be asked. */
export type Answer = { image: LockedImage } | { why: string; remedy: string };

/**
 * Asks an image's registry for its digest and platforms, by way of Docker: with Docker's own mirrors,
 * proxies and certificates. Nothing is pulled.
 */
export async function askRegistry(docker: Docker, reference: string): Promise<Answer> {
  try {
    const { Descriptor, Platforms } = await docker.getImage(reference).distribution();
    const platforms = [...new Set((Platforms ?? []).flatMap(platformOf))].sort();
    if (platforms.length > 0) return { image: { digest: Descriptor.digest, platforms } };
    return { why: "its registry names no platform", remedy: "choose another image" };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const { reach, cause } = describePullFailure(message);
    return reach === undefined
      ? { why: `its registry refuses (${cause})`, remedy: "correct its name or tag" }
      : { why: `its registry does not answer (${reach})`, remedy: "try again where it does" };
  }
}

/** As Docker names a host's platform; what belongs to no platform, such as an attestation, is left out. */
function platformOf(platform: { os: string; architecture: string; variant?: string }): string[] {
  const { os, architecture, variant } = platform;
  if ([os, architecture].some((part) => !part || part === "unknown")) return [];
  // Of 64-bit ARM there is one variant so far; it is named or not.
  const named = variant && !(architecture === "arm64" && variant === "v8") ? `/${variant}` : "";
  return [`${os}/${architecture}${named}`];
}
