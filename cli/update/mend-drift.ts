import type Docker from "dockerode";
import { resourceTypes } from "../../components/resource-types";
import { unlessGone } from "../../docker/errors";
import { removeContainer } from "../../docker/remove-container";
import {
  pausedContainers,
  replacements,
  unknownContainers,
  unknownNetworks,
  type Replacement,
} from "../../drift/mending";
import { observeDrift, type DriftInput } from "../drift/observe";
import { remedy, what, where } from "../drift/render";
import { problem } from "../errors";
import { step } from "../terminal";
import type { StateResource } from "./engine-state";

/**
 * Clears the way for what the engine cannot see or could not make, and says what and why. Gives the
 * URNs that the engine is to replace, `failed` ones included. What is somebody else's is told and left.
 */
export async function mendDrift(
  input: Omit<DriftInput, "resources"> & { resources: readonly StateResource[] },
  failed: readonly string[],
): Promise<string[]> {
  const { plan, docker, resources } = input;
  if (resources.length === 0) return [];
  const { findings, docker: state } = await observeDrift(input);
  const known = new Set(resources.flatMap(({ id }) => id ?? []));
  for (const { id, name } of unknownContainers(plan, state, known)) {
    await removeContainer(docker, id);
    step("drift", `${name}: made by a run that was killed or by hand, removed`);
  }
  const remade = new Set<string>();
  for (const network of unknownNetworks(plan, state, known)) {
    if (network.others.length > 0)
      throw problem(
        `network ${network.name}`,
        `was made anew and not by Berth, and ${network.others.join(", ")} on it ${network.others.length > 1 ? "are" : "is"} not of this stack`,
        `run: docker network disconnect ${network.name} ${network.others[0]}`,
      );
    await removeNetwork(docker, network.id);
    remade.add(network.name);
    step("drift", `network ${network.name}: not made by Berth, made anew`);
  }
  for (const name of pausedContainers(findings)) {
    await unlessGone(() => docker.getContainer(name).unpause());
    step("drift", `${name}: was paused, goes on`);
  }
  for (const finding of findings.filter(({ kind }) => kind === "extra"))
    step("drift", `${where(finding)}: ${what(finding)}; left alone; ${remedy(finding)}`);
  // The engine takes no resource for replacement that its refresh has just found gone.
  const present = new Set(state.containers.map(({ Id }) => Id));
  const there = resources.filter(
    ({ type, id }) => type === resourceTypes.container && id !== undefined && present.has(id),
  );
  const urns = replacements(plan, findings, remade).flatMap((replacement) => {
    const resource = there.find(({ inputs }) => inputs?.name === replacement.container);
    if (resource === undefined) return [];
    step("drift", `${describe(replacement)}, made anew`);
    return [resource.urn];
  });
  const failedThere = there.map(({ urn }) => urn).filter((urn) => failed.includes(urn));
  return [...new Set([...failedThere, ...urns])];
}

function describe({ container, service, reasons }: Replacement): string {
  const why = reasons.length > 0 ? reasons.map(what).join("; ") : "its network is another now";
  return `${service} (${container}): ${why}`;
}

async function removeNetwork(docker: Docker, id: string): Promise<void> {
  const network = docker.getNetwork(id);
  const info = await network.inspect();
  for (const member of Object.keys(info.Containers ?? {}))
    await network.disconnect({ Container: member, Force: true });
  await network.remove();
}
