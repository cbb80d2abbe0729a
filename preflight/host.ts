import type { Issue } from "../config/issues";
import type { Settings } from "../config/schema/settings";
import { serviceId, type Plan } from "../planning/types";
import type { DockerFacts } from "./docker-facts";

/** Where the Docker host is not what the stack's settings say it is. */
export function hostIssues(
  plan: Plan,
  settings: Pick<Settings, "host">,
  facts: Pick<DockerFacts, "platform" | "gpu">,
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
