import type Docker from "dockerode";
import { imageSource, keepImageSource, type ImageSource } from "../../config/machine";
import type { Plan } from "../../planning/types";
import { Interrupted } from "../errors";

/** Where third-party images come from on this machine: as asked, as before, or by trying. */
export async function decideImageSource(
  asked: "auto" | ImageSource,
  docker: Docker,
  plan: Plan,
  stop?: AbortSignal,
): Promise<{ source: ImageSource; why: string }> {
  const before = imageSource();
  if (asked === "auto" && before !== undefined) return { source: before, why: "as before" };
  const choice =
    asked === "auto" ? await tryRegistry(docker, plan, stop) : { source: asked, why: "as asked" };
  if (choice.source !== before) keepImageSource(choice.source);
  return choice;
}

/** Pulls the image that is likely the smallest; a registry that can't be reached fails at once. */
async function tryRegistry(
  docker: Docker,
  plan: Plan,
  stop?: AbortSignal,
): Promise<{ source: ImageSource; why: string }> {
  const images = [
    ...new Set(plan.services.filter((service) => !service.build).map((service) => service.image)),
  ];
  const probe = images.find((image) => image.includes("alpine")) ?? images[0];
  if (probe === undefined) return { source: "registry", why: "none is needed" };
  try {
    await pull(docker, probe, stop);
    return { source: "registry", why: `${probe} could be pulled` };
  } catch (error) {
    if (stop?.aborted) throw new Interrupted();
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    return { source: "local", why: `${probe} cannot be pulled: ${shorten(reason)}` };
  }
}

async function pull(docker: Docker, image: string, stop?: AbortSignal): Promise<void> {
  const stream = await docker.pull(image, {
    ...(stop && { abortSignal: stop }),
  });
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

const shorten = (text: string): string => (text.length > 120 ? `${text.slice(0, 117)}…` : text);
