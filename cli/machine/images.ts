import type Docker from "dockerode";
import { imageSource, keepImageSource, type ImageSource } from "../../config/machine";
import type { Settings } from "../../config/schema/settings";
import { registryImages } from "../../planning/images";
import type { Plan } from "../../planning/types";

/** Where third-party images come from on the stack's Docker host: as asked, as before, or by trying. */
export async function decideImageSource(
  asked: "auto" | ImageSource,
  settings: Settings,
  docker: Docker,
  plan: Plan,
): Promise<{ source: ImageSource; why: string }> {
  const before = imageSource(settings);
  if (asked === "auto" && before !== undefined)
    return { source: before, why: "as before; --images changes it" };
  const images = registryImages(plan.services);
  // Not kept: the next plan may need one.
  if (asked === "auto" && images.length === 0) return { source: "registry", why: "none is needed" };
  const choice =
    asked === "auto" ? await tryRegistry(docker, images) : { source: asked, why: "as asked" };
  if (choice.source !== before) keepImageSource(settings, choice.source);
  return choice;
}

/** Pulls the image that is likely the smallest; a registry that can't be reached fails at once. */
async function tryRegistry(
  docker: Docker,
  images: readonly string[],
): Promise<{ source: ImageSource; why: string }> {
  const probe = images.find((image) => image.includes("alpine")) ?? images[0] ?? "";
  try {
    await pull(docker, probe);
    return { source: "registry", why: `${probe} could be pulled` };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { source: "local", why: whyNoPull(probe, message) };
  }
}

/** What Docker's words for a registry that is out of reach come down to. */
const outOfReach: readonly (readonly [RegExp, string])[] = [
  [/no such host|\blookup\b|name resolution/i, "lookup failed"],
  [/connection refused/i, "connection refused"],
  [/no route|unreachable/i, "no route"],
  [/timeout|timed out|deadline exceeded/i, "no answer in time"],
  [/x509|certificate/i, "its certificate is not trusted"],
  [/connection reset|\bEOF\b/, "connection broken off"],
];

/** Why an image could not be pulled, in words for one short line. */
export function whyNoPull(image: string, message: string): string {
  const { reach, cause } = describePullFailure(message);
  return reach === undefined
    ? `${image} cannot be pulled (${cause})`
    : `no image registry answers (${image}: ${reach})`;
}

/** Why a registry is out of reach, if it is, and the cause in Docker's own words. */
export function describePullFailure(message: string): { reach: string | undefined; cause: string } {
  const reach = outOfReach.find(([pattern]) => pattern.test(message))?.[1];
  // Docker puts what it was doing before the cause, each with a colon.
  const cause = message.trim().split("\n")[0]?.split(": ").at(-1) ?? "";
  return { reach, cause: cause.length > 45 ? `${cause.slice(0, 44)}…` : cause };
}

async function pull(docker: Docker, image: string): Promise<void> {
  const stream = await docker.pull(image);
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()));
  });
}

/** Names of the recipes whose local images a plan runs or builds upon. */
export function neededRecipes(plan: Plan): string[] {
  const names = new Set<string>();
  for (const service of plan.services) {
    const references = [
      service.image,
      service.substitutedBy,
      ...Object.values(service.build?.args ?? {}),
    ];
    for (const reference of references) {
      if (reference === "stand-in") names.add("stand-in");
      const local = /^berth\.local\/([^:]+):/.exec(reference ?? "");
      if (local?.[1] !== undefined) names.add(local[1]);
    }
  }
  return [...names].sort();
}
