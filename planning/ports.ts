import type { Settings } from "../config/schema/settings";
import type { Issue } from "../config/issues";
import { catalogPath, type Draft } from "./drafts";
import { entryOf } from "./lookup";

/** The environment's thousand, as the luv projects already have it. */
export const thousands = { dev: 4000, prod: 3000 } as const;
const blockSize = 100;
const sliceSize = 20;

/** Host port per endpoint name, for each service by id. */
export type HostPorts = Map<string, Record<string, number>>;

/**
 * Chooses host ports by the stack's scheme, for the endpoints that the policy publishes: `published`
 * has their names per service.
 */
export function assignPorts(
  drafts: readonly Draft[],
  published: ReadonlyMap<string, readonly string[]>,
  settings: Settings,
): { ports: HostPorts; issues: Issue[] } {
  const issues: Issue[] = [];
  const ports: HostPorts = new Map();
  for (const draft of drafts) {
    const chosen: Record<string, number> = {};
    for (const [endpoint, documented] of Object.entries(draft.documentedPorts)) {
      if (!published.get(draft.id)?.includes(endpoint)) continue;
      const port =
        settings.ports === "documented" ? documented : blockPort(draft, endpoint, issues);
      if (port !== undefined) chosen[endpoint] = port;
    }
    ports.set(draft.id, chosen);
  }
  return { ports, issues };
}

function blockPort(draft: Draft, endpoint: string, issues: Issue[]): number | undefined {
  const place = entryOf(draft.system.projects, draft.project)?.ports;
  if (place === undefined) return undefined; // an unknown project is an issue already
  const path = `${catalogPath(draft)}.endpoints.${endpoint}.slot`;
  const slot = draft.spec.endpoints[endpoint]?.slot;
  const size = place.slice === undefined ? blockSize : sliceSize;
  if (slot === undefined) {
    issues.push({
      path,
      message: "is missing although the endpoint is published",
      remedy: `give it a free slot from 0 to ${size - 1} in block ${place.block} of project ${draft.project}`,
    });
    return undefined;
  }
  if (slot >= size) {
    issues.push({
      path,
      message: `slot ${slot} is outside of project ${draft.project}'s slice, which has ${size}`,
      remedy: `choose a slot from 0 to ${size - 1}`,
    });
    return undefined;
  }
  return (
    thousands[draft.environment] + place.block * blockSize + (place.slice ?? 0) * sliceSize + slot
  );
}
