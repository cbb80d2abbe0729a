import type { Issue } from "../config/issues";
import type { ImageSource } from "../config/machine";
import { unlockedImages } from "../planning/images";
import type { Plan } from "../planning/types";

/**
 * What prod would pull by its tag alone, so that nobody could say which content runs. Where images
 * are built here there is nothing to lock.
 */
export function imageLockIssues(plan: Plan, from: ImageSource | undefined): Issue[] {
  if (plan.environment !== "prod" || from === "local") return [];
  const unlocked = unlockedImages(plan.services);
  if (unlocked.length === 0) return [];
  return [
    {
      path: "images.lock.json",
      message: `has no digest of ${unlocked.join(", ")}`,
      remedy: "run ./berth images lock, look at what changed, and commit the file",
    },
  ];
}
