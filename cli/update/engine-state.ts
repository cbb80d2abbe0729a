import type { Stack } from "@pulumi/pulumi/automation";
import type Docker from "dockerode";
import { stateLabel } from "../../components/naming";
import { resourceTypes } from "../../components/resource-types";
import { removeContainer } from "../../docker/remove-container";
import { stackLabel } from "../../preflight/holder";
import { count } from "../../planning/render/format";
import { problem } from "../errors";

export interface StateResource {
  urn: string;
  type: string;
  id?: string;
  initErrors?: string[];
  inputs?: { mustRun?: boolean; name?: string };
  outputs?: { exitCode?: number };
}

/** What the engine has in its state. */
export async function stateResources(stack: Stack): Promise<StateResource[]> {
  const { deployment } = (await stack.exportStack()) as {
    deployment: { resources?: StateResource[] } | null;
  };
  return deployment?.resources ?? [];
}

/**
 * URNs of jobs that ended badly or not at all. For the provider a container that ran is a success
 * whatever its exit code, so that the engine would not run it again.
 */
export function failedJobs(resources: readonly StateResource[]): string[] {
  return resources
    .filter(
      (resource) =>
        resource.type === resourceTypes.container &&
        resource.inputs?.mustRun === false &&
        ((resource.outputs?.exitCode ?? 0) !== 0 || (resource.initErrors?.length ?? 0) > 0),
    )
    .map((resource) => resource.urn);
}

interface Leftovers {
  containers: { id: string; name: string }[];
  networks: { id: string; name: string }[];
}

/**
 * Containers and networks of the stack that the engine does not know: a run that was killed had
 * Docker create them and did not live to write it down. With an empty state, or with another state's
 * id on them, they are not leftovers but somebody else's, which is an error. `ownId` is asked only
 * where there are any; it gives undefined where it can't be told.
 */
export async function findLeftovers(
  docker: Docker,
  stack: string,
  resources: readonly StateResource[],
  ownId: () => Promise<string | undefined>,
): Promise<Leftovers> {
  const known = new Set(resources.map((resource) => resource.id));
  const labelled = { filters: { label: [`${stackLabel}=${stack}`] } };
  const listed = await docker.listContainers({ all: true, ...labelled });
  const containers = listed.filter(({ Id }) => !known.has(Id));
  const own = containers.length > 0 ? await ownId() : undefined;
  const others = containers.filter(
    ({ Labels: { [stateLabel]: id } }) =>
      resources.length === 0 || (own !== undefined && id !== undefined && id !== own),
  );
  if (others.length > 0) {
    throw problem(
      `stack ${stack}`,
      `${count(others.length, "container")} of this stack on the Docker host ${others.length > 1 ? "are" : "is"} in no state of this machine: another state runs ${others.length > 1 ? "them" : "it"}`,
      `use that state (XDG_STATE_HOME, or PULUMI_BACKEND_URL of your team); if it is lost, docker rm -f $(docker ps -aq --filter label=${stackLabel}=${stack}) clears the way and leaves the volumes`,
    );
  }
  const networks = await docker.listNetworks(labelled);
  return {
    containers: containers.map(({ Id, Names }) => ({
      id: Id,
      name: (Names[0] ?? Id).replace(/^\//, ""),
    })),
    networks: networks
      .filter(({ Id }) => !known.has(Id))
      .map(({ Id, Name }) => ({ id: Id, name: Name })),
  };
}

/**
 * Removes what a killed run left, and gives its names: they are taken, so the engine could never
 * create them anew. The data is in volumes.
 */
export async function removeLeftovers(
  docker: Docker,
  { containers, networks }: Leftovers,
): Promise<string[]> {
  for (const { id } of containers) await removeContainer(docker, id);
  for (const { id } of networks) await docker.getNetwork(id).remove();
  return [...containers, ...networks].map(({ name }) => name);
}
