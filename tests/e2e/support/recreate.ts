import type { ContainerCreateOptions, ContainerInspectInfo } from "dockerode";
import { docker } from "./docker";

/** A container as it could be created once more, its host configuration for free use. */
export type Recipe = ContainerCreateOptions & {
  Env: string[];
  Labels: Record<string, string>;
  HostConfig: Record<string, unknown>;
};

/**
 * Makes a container anew under its name, with a change, as people and their tools do who update one
 * by hand: labels, networks and aliases are taken along.
 */
export async function recreate(name: string, change: (recipe: Recipe) => void): Promise<void> {
  const info = await docker.getContainer(name).inspect();
  const { Config, HostConfig } = info as ContainerInspectInfo & { HostConfig: object };
  const recipe = structuredClone({ ...Config, name, HostConfig }) as unknown as Recipe;
  delete recipe.Hostname;
  // Named by its id: a changed command of the image's own would show as one of the container's.
  recipe.Image = info.Image;
  change(recipe);
  await docker.getContainer(name).remove({ force: true, v: true });
  const made = await docker.createContainer(recipe);
  await docker.getNetwork("bridge").disconnect({ Container: made.id, Force: true });
  const networks = info.NetworkSettings.Networks as Record<string, { Aliases: string[] | null }>;
  for (const [network, { Aliases }] of Object.entries(networks))
    await connect(
      network,
      name,
      (Aliases ?? []).filter((alias) => !info.Id.startsWith(alias)),
    );
  await made.start();
}

export async function connect(
  network: string,
  container: string,
  aliases: string[] = [],
): Promise<void> {
  await docker
    .getNetwork(network)
    .connect({ Container: container, EndpointConfig: { Aliases: aliases } });
}

export async function disconnect(network: string, container: string): Promise<void> {
  await docker.getNetwork(network).disconnect({ Container: container, Force: true });
}
