import { loadCatalogue } from "../config/catalogue";
import { imagesLockFile, loadImagesLock, writeImagesLock } from "../config/images-lock";
import { IssuesError, type Issue } from "../config/issues";
import type { ImagesLock } from "../config/schema/images-lock";
import { declaredSecrets } from "../config/secret-keys";
import { loadStacks } from "../config/stack-files";
import { compare } from "../planning/compare";
import { catalogueImages } from "../planning/images";
import { planStack } from "../planning/plan";
import { count } from "../planning/render/format";
import { reachDocker } from "./machine/docker";
import { askRegistry } from "./machine/registry";
import { root } from "./root";
import { print, step } from "./terminal";

/** Requests at once: registries limit who asks for much. */
const atOnce = 4;

/** Writes what the registries say of every image; those that can't be had are an error afterwards. */
export async function lockImages(): Promise<void> {
  const images = wantedImages();
  const { lock: before = {}, issues: unreadable } = loadImagesLock(root);
  for (const { path, message } of unreadable) step("lock", `${path}: ${message}; written anew`);
  const docker = await reachDocker(undefined);
  const lock: ImagesLock = {};
  const issues: Issue[] = [];
  const queue = [...images];
  const work = async (): Promise<void> => {
    for (let image = queue.shift(); image !== undefined; image = queue.shift()) {
      const answer = await askRegistry(docker, image);
      if ("image" in answer) {
        lock[image] = answer.image;
        continue;
      }
      const known = Object.hasOwn(before, image) ? before[image] : undefined;
      if (known !== undefined) lock[image] = known;
      const { why, remedy } = answer;
      issues.push({
        path: `images/${image}`,
        message: known === undefined ? why : `${why}; the lock keeps what it knew`,
        remedy,
      });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  if (Object.keys(lock).length > 0) writeImagesLock(root, lock);
  print(`${imagesLockFile}: ${describeChange(before, lock, images.length)}`);
  if (issues.length > 0) throw new IssuesError(issues.sort((a, b) => compare(a.path, b.path)));
}

/** Whether the committed lock is of the catalogue's images, as far as can be told without a registry. */
export function checkLock(): void {
  const images = wantedImages();
  const { lock = {}, issues } = loadImagesLock(root);
  if (issues.length > 0) throw new IssuesError(issues);
  const remedy = "run ./berth images lock and commit the file";
  const finding = (message: string) => (image: string) => ({
    path: `${imagesLockFile}.${image}`,
    message,
    remedy,
  });
  const lacking = images.filter((image) => !Object.hasOwn(lock, image));
  const unused = Object.keys(lock).filter((image) => !images.includes(image));
  const found = [
    ...lacking.map(finding("is missing")),
    ...unused.map(finding("is in no catalogue file")),
  ];
  if (found.length > 0) throw new IssuesError(found);
  print(`${imagesLockFile}: has all ${count(images.length, "image")}`);
}

/** What the catalogue names, and what Berth itself adds to a stack. */
function wantedImages(): string[] {
  const catalogue = loadCatalogue();
  const { stacks, issues } = loadStacks(root, declaredSecrets(catalogue));
  const wrong = [...catalogue.issues, ...issues];
  if (wrong.length > 0) throw new IssuesError(wrong);
  const planned = stacks.flatMap(({ stack }) => planStack({ catalogue, stacks, stack }).services);
  const added = planned.flatMap(({ image, build }) => (build === null ? [image] : []));
  return [...new Set([...catalogueImages(catalogue), ...added])].sort();
}

/** "41 of 44 images, 2 new, 1 changed". */
function describeChange(before: ImagesLock, lock: ImagesLock, wanted: number): string {
  const images = Object.keys(lock);
  const added = images.filter((image) => !Object.hasOwn(before, image));
  const changed = images.filter(
    (image) =>
      Object.hasOwn(before, image) && JSON.stringify(before[image]) !== JSON.stringify(lock[image]),
  );
  const gone = Object.keys(before).filter((image) => !Object.hasOwn(lock, image));
  const parts = [
    ...(added.length > 0 ? [`${added.length} new`] : []),
    ...(changed.length > 0 ? [`${changed.length} changed`] : []),
    ...(gone.length > 0 ? [`${gone.length} gone`] : []),
  ];
  const news = parts.length === 0 ? "nothing changed" : parts.join(", ");
  return `${images.length} of ${count(wanted, "image")}, ${news}`;
}
