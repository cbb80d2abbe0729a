import type { Issue } from "../config/issues";
import type { DockerAddress } from "../config/docker-address";
import type { Settings } from "../config/schema/settings";
import { serviceId, type Plan } from "../planning/types";
import type { DockerFacts } from "./docker-facts";

/** Where the Docker host is not what the stack's settings say it is. */
export function hostIssues(
  plan: Plan,
  settings: Pick<Settings, "host">,
  facts: Pick<DockerFacts, "platform" | "cpus" | "gpu">,
  here = `linux/${process.arch === "x64" ? "amd64" : process.arch}`,
): Issue[] {
  const file = `Pulumi.${plan.stack}.yaml`;
  const issues: Issue[] = [];
  if (facts.platform !== settings.host.platform) {
    issues.push({
      path: `${file}.host.platform`,
      message: `is ${settings.host.platform}, but the Docker Engine runs on ${facts.platform}`,
      remedy: `set it to ${facts.platform}, or point the stack to another Docker host`,
    });
  }
  issues.push(
    ...localImageIssues(plan, facts.platform, here),
    ...processorIssues(plan, settings, facts),
  );
  if (facts.gpu) return issues;
  for (const service of plan.services) {
    if (!service.gpu || service.substitutedBy !== null) continue;
    issues.push({
      path: serviceId(service),
      message: "needs a GPU, and the Docker Engine offers none",
      remedy: `install the NVIDIA container toolkit, or leave ${service.system} out of ${file}`,
    });
  }
  return issues;
}

/** Passwords and the whole host would go over the network for everybody to read and to use. */
export function transportIssues(plan: Plan, address: DockerAddress): Issue[] {
  const { protocol, hostname } = new URL(address.url);
  const local = /^(127\.|localhost$|\[::1\]$)/.test(hostname);
  if (protocol !== "tcp:" || local || address.tls !== undefined) return [];
  return [
    {
      path: `Pulumi.${plan.stack}.yaml.host.docker`,
      message: `${address.url} (${address.from}) is neither encrypted nor does it ask who comes`,
      remedy: "reach it by ssh://, or give the folder of its certificates as host.tls",
    },
  ];
}

/** Docker refuses a container that may use more processors than there are. */
function processorIssues(
  plan: Plan,
  settings: Pick<Settings, "host">,
  facts: Pick<DockerFacts, "cpus">,
): Issue[] {
  const greedy = plan.services.filter(({ cpus }) => cpus !== null && cpus > facts.cpus);
  const [first] = greedy;
  if (first === undefined) return [];
  const others = greedy.length > 1 ? ` and ${greedy.length - 1} more` : "";
  return [
    {
      path: `Pulumi.${plan.stack}.yaml.host.cpus`,
      message: `is ${settings.host.cpus}, but the Docker Engine has ${facts.cpus}, fewer than ${serviceId(first)} may use (${first.cpus})${others}`,
      remedy: `set it to ${facts.cpus}`,
    },
  ];
}

/** Images that are built from this machine's packages and programs run on its architecture alone. */
function localImageIssues(plan: Plan, engine: string, here: string): Issue[] {
  if (engine === here) return [];
  const first = plan.services.find((service) => service.substitutedBy?.startsWith("berth.local/"));
  if (first === undefined) return [];
  return [
    {
      path: serviceId(first),
      message: `would run ${first.substitutedBy}, which is built here for ${here}, but the Docker Engine runs on ${engine}`,
      remedy: "let that host take images from registries (--images registry)",
    },
  ];
}
