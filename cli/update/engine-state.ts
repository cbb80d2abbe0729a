import type { Stack } from "@pulumi/pulumi/automation";
import type Docker from "dockerode";
import { problem } from "../errors";

interface StateResource {
  urn: string;
  type: string;
  id?: string;
  inputs?: { mustRun?: boolean };
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
 * URNs of jobs that ended badly. For the provider a container that ran is a success whatever its
 * exit code, so that the engine would not run it again.
 */
export function failedJobs(resources: readonly StateResource[]): string[] {
  return resources
    .filter(
      (resource) =>
        resource.type === "docker:index/container:Container" &&
        resource.inputs?.mustRun === false &&
        (resource.outputs?.exitCode ?? 0) !== 0,
    )
    .map((resource) => resource.urn);
}

/**
 * Removes containers of the stack that the engine does not know: a run that was killed had Docker
 * create them and did not live to write it down. Their names are taken, so the engine could never
 * create them; their data is in volumes. Gives their names. With an empty state they are not
 * leftovers but somebody else's: nothing is touched then.
 */
export async function removeLeftovers(
  docker: Docker,
  stack: string,
  resources: readonly StateResource[],
): Promise<string[]> {
  const known = new Set(resources.map((resource) => resource.id));
  const labelled = { filters: { label: [`berth.stack=${stack}`] } };
  const containers = await docker.listContainers({ all: true, ...labelled });
  if (resources.length === 0 && containers.length > 0) {
    throw problem(
      `stack ${stack}`,
      `${containers.length} containers of this stack are on the Docker host and in no state of this machine: another state runs them`,
      `use that state (XDG_STATE_HOME, or PULUMI_BACKEND_URL of your team); if it is lost, docker rm -f $(docker ps -aq --filter label=berth.stack=${stack}) clears the way and leaves the volumes`,
    );
  }
  const removed: string[] = [];
  for (const { Id, Names } of containers.filter((container) => !known.has(container.Id))) {
    const container = docker.getContainer(Id);
    // Stopped first, so that a database can close its files; a stopped one answers 304.
    await container.stop().catch(() => undefined);
    await container.remove({ force: true });
    removed.push((Names[0] ?? Id).replace(/^\//, ""));
  }
  for (const { Id, Name } of await docker.listNetworks(labelled)) {
    if (known.has(Id)) continue;
    await docker.getNetwork(Id).remove();
    removed.push(Name);
  }
  return removed;
}
