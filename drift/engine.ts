import { resourceTypes } from "../components/resource-types";
import { containerNames } from "../planning/naming";
import { serviceId, type Plan } from "../planning/types";
import { madeKey, nameOf } from "./containers";
import type { DockerState } from "./docker-state";
import { findingOf } from "./finding";
import type { Finding } from "./types";

/** What the engine would do to a resource, after it has asked the providers how everything is. */
export interface EngineStep {
  op: string;
  type: string;
  /** The name in Docker, or else that in the program. */
  name: string;
  /** Names of the properties that differ. */
  properties: string[];
}

/** A resource of the engine's state. */
export interface RecordedResource {
  type: string;
  id?: string;
  inputs?: { name?: unknown };
}

const objects: Readonly<Record<string, Finding["object"]>> = Object.fromEntries(
  Object.entries(resourceTypes).map(([object, type]) => [type, object as Finding["object"]]),
);

/** Ids of the containers and networks that the engine made, by `madeKey`. */
export function madeByEngine(resources: readonly RecordedResource[]): Map<string, string> {
  return new Map(
    resources.flatMap(({ type, id, inputs }): [string, string][] => {
      const object = objects[type];
      if (object !== "container" && object !== "network") return [];
      return id && typeof inputs?.name === "string" ? [[madeKey(object, inputs.name), id]] : [];
    }),
  );
}

/** What the engine alone finds; what Docker told already is not said again. */
export function engineFindings(
  plan: Plan,
  steps: readonly EngineStep[],
  known: readonly Finding[],
): Finding[] {
  const told = new Set(known.map(({ object, name }) => `${object} ${name}`));
  // A replaced image shows in the containers that run it.
  if (known.some(({ field }) => field === "image")) told.add("images");
  // A job is run again with its targets, which is not its own drift.
  const ofTargets = new Set(known.map(({ service }) => service));
  for (const { targets, container } of plan.services)
    if (targets.some((target) => ofTargets.has(target))) told.add(`container ${container}`);
  const result = new Map<string, Finding>();
  for (const step of steps) {
    if (/^(pulumi|berth):/.test(step.type)) continue;
    const object = objects[step.type] ?? "resource";
    const key = `${object} ${step.name}`;
    if (told.has(key) || (object === "image" && told.has("images"))) continue;
    const found = stepDifference(step);
    if (found !== undefined) result.set(key, { ...about(plan, object, step.name), ...found });
  }
  return [...result.values()];
}

function stepDifference({ op, properties }: EngineStep): Partial<Finding> | undefined {
  switch (op) {
    case "create":
      return { planned: "in the state", found: "missing" };
    case "delete":
      return { planned: "none", found: "in the state" };
    case "update":
    case "replace":
    case "create-replacement":
      return { field: properties.join(", ") || null };
    default:
      return undefined;
  }
}

/** Resources that are in the state, neither planned nor in Docker. */
export function forgottenFindings(
  plan: Plan,
  made: ReadonlyMap<string, string>,
  docker: DockerState,
): Finding[] {
  const there = new Set([...docker.containers, ...docker.networks].map(({ Id }) => Id));
  const planned = new Set([
    ...plan.services.flatMap(containerNames).map((name) => madeKey("container", name)),
    ...plan.networks.map(({ name }) => madeKey("network", name)),
  ]);
  return [...made]
    .filter(([key, id]) => !planned.has(key) && !there.has(id))
    .map(([key]) => {
      const [object, name] = key.split(" ") as ["container" | "network", string];
      return { ...about(plan, object, name), planned: "none", found: "in the state alone" };
    });
}

/** What is found where there is no state of the stack. */
export function noStateFindings(plan: Plan, docker: DockerState): Finding[] {
  const common = about(plan, "stack", plan.stack);
  const names = new Set(plan.services.flatMap(containerNames));
  if (!docker.containers.some((info) => names.has(nameOf(info))))
    return [{ ...common, kind: "missing", planned: "up", found: "not up" }];
  return [
    {
      ...common,
      ...{ planned: "a state", found: "none on this machine", mendedByUp: false },
      mend: "use the state that brought it up (XDG_STATE_HOME, or PULUMI_BACKEND_URL of your team)",
    },
  ];
}

function about(plan: Plan, object: Finding["object"], name: string): Finding {
  const service = plan.services.find((each) => containerNames(each).includes(name));
  const id = object === "container" && service ? serviceId(service) : null;
  return findingOf(plan, "state", object, name, id);
}
