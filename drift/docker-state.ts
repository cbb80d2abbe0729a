import type Docker from "dockerode";
import { containerNames } from "../planning/naming";
import type { Plan } from "../planning/types";
import { stackLabel } from "../preflight/holder";
import { unlessGone } from "../docker/errors";
import { readFiles, type Files } from "./files";

/** What Docker reports of all that a plan is about. */
export interface DockerState {
  /** Containers of planned names, with the stack's labels, or on planned networks. */
  containers: Docker.ContainerInspectInfo[];
  /** Networks of planned names, or with the stack's labels. */
  networks: Docker.NetworkInspectInfo[];
  /** Planned configuration files as containers have them, by container's id. */
  files: ReadonlyMap<string, Files>;
  volumes: VolumeInfo[];
  /** By id, and by every reference that was asked for. */
  images: ReadonlyMap<string, ImageInfo>;
  /** Whether this host can limit swap. */
  limitsSwap: boolean;
}

export type VolumeInfo = Docker.VolumeInspectInfo & { CreatedAt?: string };
export type ImageInfo = Pick<Docker.ImageInspectInfo, "Id" | "Config">;

/** Asks Docker for all of it; changes nothing. `references`: of the images that the plan runs. */
export async function observeDocker(
  docker: Docker,
  plan: Plan,
  references: readonly string[],
): Promise<DockerState> {
  const names = new Set(plan.services.flatMap(containerNames));
  const networks = new Set(plan.networks.map(({ name }) => name));
  const [listed, listedNetworks, info] = await Promise.all([
    docker.listContainers({ all: true }),
    docker.listNetworks(),
    docker.info() as Promise<{ SwapLimit?: boolean }>,
  ]);
  const wanted = listed.filter(
    ({ Names, Labels, NetworkSettings }) =>
      Names.some((name) => names.has(name.replace(/^\//, ""))) ||
      Labels[stackLabel] === plan.stack ||
      Object.keys(NetworkSettings?.Networks ?? {}).some((name) => networks.has(name)),
  );
  const containers = await present(
    wanted.map(({ Id }) => unlessGone(() => docker.getContainer(Id).inspect())),
  );
  const planned = new Map(
    plan.services.flatMap((service) =>
      containerNames(service).map((name) => [`/${name}`, Object.keys(service.files)]),
    ),
  );
  const files = containers.map(async ({ Id, Name }): Promise<[string, Files]> => [
    Id,
    await readFiles(docker.getContainer(Id), planned.get(Name) ?? []),
  ]);
  const ids = containers.map(({ Image }) => Image);
  const images = [...new Set([...ids, ...references])].map(
    async (reference): Promise<[string, ImageInfo] | undefined> => {
      const found = await unlessGone(() => docker.getImage(reference).inspect());
      return found && [reference, found];
    },
  );
  return {
    containers,
    networks: await present(
      listedNetworks
        .filter(({ Name, Labels }) => networks.has(Name) || Labels?.[stackLabel] === plan.stack)
        .map(({ Id }) => unlessGone(() => docker.getNetwork(Id).inspect())),
    ),
    files: new Map(await Promise.all(files)),
    volumes: await present(
      plan.volumes.map(({ name }) =>
        unlessGone(() => docker.getVolume(name).inspect() as Promise<VolumeInfo>),
      ),
    ),
    images: new Map(await present(images)),
    limitsSwap: info.SwapLimit !== false,
  };
}

async function present<T>(asked: Promise<T | undefined>[]): Promise<T[]> {
  return (await Promise.all(asked)).filter((found) => found !== undefined);
}
