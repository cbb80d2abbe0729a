import { join } from "node:path";
import { recipeReference } from "../offline/images/references";
import type { PlannedBuild, PlannedService } from "../planning/types";
import { prepareStandInContext } from "../stand-in/context";
import { cacheFolder } from "./folders";
import type { ImageSource } from "./machine";
import { hashBuild } from "./sources";

/** Node under the stand-in where image registries can be reached. */
const standInBase = "node:20.19.5-alpine3.22";

/** How an image is had: by reference (local or from a registry), or built from a folder. */
export interface ImageSourceOf {
  reference: string;
  build?: PlannedBuild;
  /** Network of the build's steps. @default Docker's */
  network?: string;
}

/** The image that a service runs on this machine; builds have their content's hash as a tag. */
export function imageOf(
  service: PlannedService,
  sources: string,
  from: ImageSource | undefined,
): ImageSourceOf {
  const local = from === "local";
  if (service.substitutedBy === "stand-in") {
    if (local) return { reference: recipeReference("stand-in") };
    const { dir, reference } = prepareStandInContext(cacheFolder(), standInBase);
    const build = { context: dir, dockerfile: "Dockerfile", target: null, args: {}, bases: [] };
    return { reference, build };
  }
  if (service.substitutedBy !== null) return { reference: service.substitutedBy };
  if (service.build === null) {
    const { image, digest } = service;
    return { reference: digest === null ? image : `${image}@${digest}` };
  }
  const build = { ...service.build, context: join(sources, service.build.context) };
  const tag = hashBuild(build.context, build.dockerfile, build.target, build.args);
  // Where only package registries are reachable, a build's own network often has no way to them.
  return { reference: `${service.image}:${tag}`, build, ...(local ? { network: "host" } : {}) };
}
