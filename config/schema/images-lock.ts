import { z } from "zod";

/** What a registry said of an image when `berth images lock` asked it. */
export const lockedImageSchema = z.strictObject({
  /** Of what the tag names: a single image, or the list of one for each platform. */
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be "sha256:" and 64 hexadecimal digits'),
  /** As Docker writes them: "linux/amd64", "linux/arm/v7". */
  platforms: z
    .array(z.string().regex(/^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9.]+)?$/, 'must be "linux/amd64" or so'))
    .min(1),
});
export type LockedImage = z.output<typeof lockedImageSchema>;

/** images.lock.json: by the reference as the catalogue writes it. */
export const imagesLockSchema = z.record(z.string(), lockedImageSchema);
export type ImagesLock = z.output<typeof imagesLockSchema>;
