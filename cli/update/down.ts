import { resourceTypes } from "../../components/resource-types";
import { dockerAddress, dockerVariables } from "../../config/docker-address";
import { count } from "../../planning/render/format";
import { Interrupted, problem } from "../errors";
import { loadPlan, requireSettings } from "../load-plan";
import { reachDocker } from "../machine/docker";
import { canAsk, confirm, say, step } from "../terminal";
import { confirmDeletion, deleteVolumes, findData, requireConfirmation } from "./delete-data";
import { announce, chooseEngine } from "./engine";
import { findLeftovers, removeLeftovers, stateResources } from "./engine-state";
import { openStack } from "./open-stack";
import { runUpdate } from "./run-update";
import { ownStateId } from "./stack-config";

export interface DownOptions {
  stack: string;
  yes?: boolean;
  /** Volumes go as well. */
  deleteData?: boolean;
  /** The stack's name, given beforehand instead of typed. */
  confirm?: string;
}

/**
 * Takes containers and networks away; volumes with data stay, and the next `up` finds them, unless
 * they are to go for good. What an interrupted run has done is done: the next one goes on.
 */
export async function takeDown(options: DownOptions): Promise<void> {
  // A plan with issues must not keep anybody from taking down what runs.
  const loaded = loadPlan(options.stack, { here: true });
  const settings = requireSettings(loaded);
  const { plan } = loaded;
  if (options.deleteData === true) requireConfirmation(options.stack, options.confirm);
  else if (options.yes !== true && !canAsk())
    throw problem("down", "there is no terminal to ask on", "add --yes");
  const docker = await reachDocker(settings);
  const engine = await chooseEngine({ install: false });
  announce(engine);
  const variables = dockerVariables(dockerAddress(settings));
  const stack = await openStack(options.stack, engine, variables, { create: false });
  if (stack === undefined && options.deleteData !== true) {
    say(`Stack ${options.stack} is not up: nothing to take down.`);
    return;
  }
  const observe = async () => {
    const resources = stack === undefined ? [] : await stateResources(stack);
    const ownId = () => (stack === undefined ? Promise.resolve(undefined) : ownStateId(stack));
    const leftovers = await findLeftovers(docker, options.stack, resources, ownId);
    return { resources, leftovers };
  };
  // Told before anybody is asked: what is there and in another state.
  const before = await observe();
  let volumes: string[] = [];
  if (options.deleteData === true) {
    const data = await findData(docker, plan, before.resources);
    await confirmDeletion(docker, options.stack, data, options.confirm);
    volumes = data.own.map(({ name }) => name);
  } else {
    const kept = plan.volumes.filter((volume) => volume.retained).length;
    const question = `Take stack ${options.stack} down? Its ${kept} volumes with data stay.`;
    if (options.yes !== true && !(await confirm(question)))
      throw new Interrupted("nothing was changed");
  }
  // Another run may have come in between question and answer.
  const { resources, leftovers } = await observe();
  const removed = await removeLeftovers(docker, leftovers);
  if (removed.length > 0)
    step("leftovers", `of a run that was killed, removed: ${removed.join(", ")}`);
  if (stack !== undefined) await runUpdate({ stack, docker, plan, operation: "destroy" });
  await deleteVolumes(docker, options.stack, volumes);
  const deleted = options.deleteData === true ? volumes.length : undefined;
  say(`\n${describeRemoval(resources, options.stack, deleted)}`);
}

/** What was in Docker of the resources that are gone, what became of the data, and what `up` does now. */
export function describeRemoval(
  resources: readonly { type: string }[],
  stack: string,
  deletedVolumes?: number,
): string {
  const amount = (type: string) => resources.filter((resource) => resource.type === type).length;
  const containers = count(amount(resourceTypes.container), "container");
  const networks = count(amount(resourceTypes.network), "network");
  const data =
    deletedVolumes === undefined
      ? `data is kept; ./berth up ${stack} takes it up again`
      : `${count(deletedVolumes, "volume")} deleted with all data; ./berth up ${stack} starts afresh`;
  return `${containers} and ${networks} removed; ${data}`;
}
