import type { Catalogue } from "../config/catalogue";
import type { Note } from "../config/issues";
import type { ImagesLock } from "../config/schema/images-lock";
import type { ImageSpec } from "../config/schema/service";
import { compare } from "./compare";
import { entryOf } from "./lookup";
import type { PlannedService } from "./types";

/** Images of registries that the catalogue names in either environment, bases of builds included. */
export function catalogueImages({ systems }: Catalogue): string[] {
  const images = [...systems.dev, ...systems.prod].flatMap((system) =>
    Object.values(system.services).flatMap(({ image }) => namesIn(image)),
  );
  return [...new Set(images)].sort(compare);
}

/** What an image is, or is built on. */
export function namesIn(image: ImageSpec): string[] {
  return "registry" in image ? [image.registry] : Object.values(image.build.bases);
}

/** The references by which Docker gets what planned services have from registries, bases included. */
export function registryImages(services: readonly PlannedService[]): string[] {
  return [...new Set(services.flatMap(references))].sort(compare);
}

/** Those of them that no digest ties to one content. */
export function unlockedImages(services: readonly PlannedService[]): string[] {
  return registryImages(services).filter((image) => !image.includes("@"));
}

/** Images that may be others tomorrow under the same tag. */
export function lockNotes(
  services: readonly PlannedService[],
  lock: ImagesLock | undefined,
): Note[] {
  const all = registryImages(services);
  const unlocked = unlockedImages(services);
  if (unlocked.length === 0) return [];
  const message =
    lock === undefined
      ? `is missing, so ${all.length === 1 ? "an image is" : `${all.length} images are`} known by tag alone`
      : `lacks ${unlocked.length} of ${all.length} images: ${unlocked.join(", ")}`;
  return [{ path: "images.lock.json", message: `${message}; './berth images lock' writes it` }];
}

/** A reference with its locked digest, which then counts instead of its tag. */
export function pinned(reference: string, lock: ImagesLock | undefined): string {
  const digest = digestOf(reference, lock);
  return digest === null ? reference : `${reference}@${digest}`;
}

/** The digest that the lock has for a reference that does not name one itself. */
export function digestOf(reference: string, lock: ImagesLock | undefined): string | null {
  if (reference.includes("@")) return null;
  return (lock && entryOf(lock, reference)?.digest) ?? null;
}

function references({ image, build, digest, substitutedBy }: PlannedService): string[] {
  if (substitutedBy !== null) return [];
  if (build === null) return [digest === null ? image : `${image}@${digest}`];
  return build.bases.flatMap((name) => {
    const base = entryOf(build.args, name);
    return base === undefined || base.startsWith("berth.local/") ? [] : [base];
  });
}
