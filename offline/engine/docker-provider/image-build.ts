import type Docker from "dockerode";
import { resolve } from "node:path";
import { ProviderError } from "../provider-server/resource-type";
import { contextArchive } from "./build-context";
import { engineCall } from "./engine-error";
import { followProgress } from "./image-progress";

export interface BuildInputs {
  context: string;
  dockerfile?: string;
  target?: string;
  buildArgs?: Record<string, string>;
  cacheFroms?: string[];
  extraHosts?: string[];
  forceRemove?: boolean;
  label?: Record<string, string>;
  labels?: Record<string, string>;
  memory?: number;
  memorySwap?: number;
  networkMode?: string;
  noCache?: boolean;
  platform?: string;
  pullParent?: boolean;
  remove?: boolean;
  shmSize?: number;
  tags?: string[];
}

const LINES_OF_A_FAILURE = 20;

/** Builds the context with the daemon's classic builder and tags the result. */
export async function buildImage(
  docker: Docker,
  name: string,
  build: BuildInputs,
  platform: string | undefined,
): Promise<void> {
  const dockerfile = build.dockerfile ?? "Dockerfile";
  const archive = contextArchive(resolve(build.context), dockerfile);
  const stream = await engineCall(`${name}: can't build the image`, () =>
    docker.buildImage(archive, buildOptions(name, build, platform)),
  );
  const { error, output } = await followProgress(docker, stream);
  if (error === undefined) return;
  const tail = output.split("\n").filter(Boolean).slice(-LINES_OF_A_FAILURE).join("\n");
  throw new ProviderError(`${name}: can't build the image: ${error}\n${tail}`.trimEnd());
}

function buildOptions(
  name: string,
  build: BuildInputs,
  platform: string | undefined,
): Docker.ImageBuildOptions {
  const options: Record<string, unknown> = {
    dockerfile: build.dockerfile,
    t: [name, ...(build.tags ?? [])],
    buildargs: build.buildArgs,
    labels: { ...build.label, ...build.labels },
    nocache: build.noCache,
    pull: build.pullParent === true ? "true" : undefined,
    // Intermediate containers are leftovers of a build, not part of its cache.
    rm: build.remove ?? true,
    forcerm: build.forceRemove ?? true,
    target: build.target,
    networkmode: build.networkMode,
    cachefrom: build.cacheFroms && JSON.stringify(build.cacheFroms),
    extrahosts: build.extraHosts,
    memory: build.memory,
    memswap: build.memorySwap,
    shmsize: build.shmSize,
    platform: build.platform ?? platform,
  };
  // An absent value would reach the daemon as an empty one, and that is something else.
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
