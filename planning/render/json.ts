import { compare } from "../compare";
import type { Plan } from "../types";

const amounts = ["containers", "memoryBytes", "cpus", "unlimited", "gpus", "logBytes"];

/**
 * Order of the keys of each kind of object, by the field that holds it; keys that are not listed
 * follow in alphabetical order, so that a field added to the plan is shown without a change here.
 */
const order: Record<string, readonly string[]> = {
  plan: [
    ...["stack", "environment", "host", "networks", "volumes", "services", "routes"],
    ...["tunnel", "externals", "budget", "issues", "notes"],
  ],
  networks: ["name", "system", "internal"],
  volumes: ["name", "system", "service", "path", "retained", "adopted"],
  services: [
    ...["system", "project", "service", "container", "kind", "role", "image", "digest"],
    ...[
      "build",
      "substitutedBy",
      "networks",
      "aliases",
      "ports",
      "endpoints",
      "needs",
      "startsAfter",
      "targets",
    ],
    ...[
      "variables",
      "secrets",
      "appliesSecrets",
      "environmentFiles",
      "mounts",
      "files",
      "entrypoint",
      "command",
    ],
    ...["workingDirectory", "security", "health", "memoryBytes", "cpus", "processes", "gpu"],
    ...["logs", "stopSeconds", "timeoutSeconds", "replicas", "postgres", "url", "exceptions"],
  ],
  logs: ["fileBytes", "files"],
  build: ["context", "dockerfile", "target", "args", "bases"],
  postgres: ["version", "volume", "path"],
  ports: ["ip", "host", "container"],
  endpoints: ["name", "port", "protocol", "role"],
  mounts: ["type", "source", "target", "readOnly"],
  security: ["user", "readOnlyRoot", "addedCapabilities", "noNewPrivileges"],
  health: [
    ...["kind", "port", "path", "test"],
    ...["intervalSeconds", "timeoutSeconds", "retries", "startPeriodSeconds"],
  ],
  exceptions: ["allow", "value", "reason"],
  routes: ["host", "path", "via", "container", "port", "access"],
  tunnel: ["name", "account", "team", "ingress", "records", "applications", "policies"],
  externals: ["system", "name", "url", "about"],
  budget: ["host", "systems", "stacks", "total", "free", "cpuRatio"],
  systems: ["system", ...amounts],
  stacks: ["stack", ...amounts],
  total: amounts,
  issues: ["path", "message", "remedy"],
  notes: ["path", "message"],
};

/** The plan as `berth plan --json` prints it: every field, the same bytes for the same plan. */
export function renderJson(plan: Plan): string {
  return JSON.stringify(arranged(plan, "plan"), undefined, 2);
}

/** A value with its keys in order; `field` is the name of the field that holds it. */
function arranged(value: unknown, field: string): unknown {
  if (Array.isArray(value)) return value.map((entry) => arranged(entry, field));
  if (typeof value !== "object" || value === null) return value;
  const first = order[field] ?? [];
  const rank = (key: string) => {
    const index = first.indexOf(key);
    return index < 0 ? first.length : index;
  };
  // Variables, files and the like are records of the user's own names: none of them is a field.
  const isRecord = order[field] === undefined;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => rank(a) - rank(b) || compare(a, b))
      .map(([key, entry]) => [key, arranged(entry, isRecord ? "" : key)]),
  );
}
