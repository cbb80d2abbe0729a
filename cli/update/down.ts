import { dockerAddress, dockerVariables } from "../../config/docker-address";
import { count } from "../../planning/render/format";
import { Interrupted, problem } from "../errors";
import { loadPlan, requireSettings } from "../load-plan";
import { reachDocker } from "../machine/docker";
import { canAsk, confirm, say } from "../terminal";
import { announce, chooseEngine } from "./engine";
import { stateResources } from "./engine-state";
import { openStack } from "./open-stack";
import { runUpdate } from "./run-update";

/** Takes containers and networks away; volumes with data stay, and the next `up` finds them. */
export async function takeDown(options: { stack: string; yes?: boolean }): Promise<void> {
  // A plan with issues must not keep anybody from taking down what runs.
  const loaded = loadPlan(options.stack, { here: true });
  const settings = requireSettings(loaded);
  const { plan } = loaded;
  if (options.yes !== true && !canAsk())
    throw problem("down", "there is no terminal to ask on", "add --yes");
  const docker = await reachDocker(settings);
  const engine = await chooseEngine({ install: false });
  announce(engine);
  const variables = dockerVariables(dockerAddress(settings));
  const stack = await openStack(options.stack, engine, variables, { create: false });
  if (stack === undefined) {
    say(`Stack ${options.stack} is not up: nothing to take down.`);
    return;
  }
  const kept = plan.volumes.filter((volume) => volume.retained).length;
  if (
    options.yes !== true &&
    !(await confirm(`Take stack ${options.stack} down? Its ${kept} volumes with data stay.`))
  )
    throw new Interrupted("nothing was changed");
  const resources = await stateResources(stack);
  await runUpdate({ stack, docker, plan, operation: "destroy" });
  say(`\n${describeRemoval(resources, options.stack)}`);
}

/** What was in Docker of the resources that are gone, and how to have it again. */
export function describeRemoval(resources: readonly { type: string }[], stack: string): string {
  const amount = (type: string) => resources.filter((resource) => resource.type === type).length;
  const containers = count(amount("docker:index/container:Container"), "container");
  const networks = count(amount("docker:index/network:Network"), "network");
  return `${containers} and ${networks} removed; data is kept; ./berth up ${stack} takes it up again`;
}
