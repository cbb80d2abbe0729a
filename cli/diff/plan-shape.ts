import { containerLogs } from "../../planning/logs";
import type { Plan } from "../../planning/types";

/**
 * A plan of an earlier version of Berth with the fields that were added since: with what containers
 * had then.
 */
export function completed(plan: Plan): Plan {
  const later = { digest: null, logs: containerLogs, appliesSecrets: [], targets: [] };
  return {
    ...plan,
    budget: plan.budget ?? null,
    services: plan.services.map((service) => ({ ...later, ...service })),
  };
}

/** Fields without which two plans can't be compared; those that were added later are not among them. */
const needed = {
  plan: [
    ...["stack", "environment", "host", "networks", "volumes", "services", "routes", "tunnel"],
    "issues",
  ],
  service: [
    ...["system", "project", "service", "container", "kind", "image", "build", "substitutedBy"],
    ...["networks", "aliases", "ports", "needs", "startsAfter", "variables", "secrets", "files"],
    ...["environmentFiles", "mounts", "entrypoint", "command", "workingDirectory", "security"],
    ...["health", "memoryBytes", "cpus", "processes", "gpu", "stopSeconds", "timeoutSeconds"],
    "replicas",
  ],
};

/** What a plan of another version of Berth lacks: "tunnel", "services[].cpus". */
export function missingFields(plan: unknown): string[] {
  if (!isRecord(plan)) return ["object"];
  const missing = needed.plan.filter((field) => !(field in plan));
  const services = Array.isArray(plan.services) ? (plan.services as unknown[]) : [];
  const lacking = needed.service.filter((field) =>
    services.some((service) => !isRecord(service) || !(field in service)),
  );
  return [...missing, ...lacking.map((field) => `services[].${field}`)];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
