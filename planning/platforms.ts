import type { Issue } from "../config/issues";
import type { ImagesLock } from "../config/schema/images-lock";
import type { Settings } from "../config/schema/settings";
import { catalogPath, type Draft } from "./drafts";
import { namesIn } from "./images";
import { entryOf } from "./lookup";

/** Images of services, and those that they are built on, which the lock knows for other platforms alone. */
export function platformIssues(
  drafts: readonly Draft[],
  { host }: Settings,
  lock: ImagesLock,
): Issue[] {
  const found = new Map<string, { draft: Draft; reference: string; others: number }>();
  for (const draft of drafts) {
    for (const reference of new Set(namesIn(draft.spec.image))) {
      const key = `${draft.system.name} ${reference}`;
      const known = found.get(key);
      if (known) known.others += 1;
      else found.set(key, { draft, reference, others: 0 });
    }
  }
  return [...found.values()].flatMap(({ draft, reference, others }) => {
    const platforms = entryOf(lock, reference)?.platforms ?? [host.platform];
    // "linux/arm64/v8" is "linux/arm64" with its variant.
    if (platforms.some((one) => `${one}/`.startsWith(`${host.platform}/`))) return [];
    const more = others > 0 ? ` (${others} more of ${draft.system.name} have it)` : "";
    return [
      {
        path: `${catalogPath(draft)}.image`,
        message: `${reference} is for ${platforms.join(", ")} alone, and host ${host.id} is ${host.platform}${more}`,
        remedy: "choose a version or an image for that platform, or another host for its system",
      },
    ];
  });
}
