import type { Note } from "../../config/issues";
import { count, totalsOf } from "../render/format";
import type { Plan } from "../types";
import { conflicts } from "./conflicts";
import { containerConsequences } from "./containers";
import { dataConsequences } from "./data";
import { none } from "./downtime";
import {
  accessConsequences,
  hostConsequences,
  portConsequences,
  routeConsequences,
} from "./exposure";
import { networkConsequences } from "./networks";
import type { ContainerConsequence, DataConsequence, StackConsequences } from "./types";

/**
 * What `berth up` would do to a stack that runs as `base` plans it, so that it runs as `head` does.
 * A stack in only one of them comes as that one alone.
 */
export function consequencesOf(base: Plan | undefined, head: Plan | undefined): StackConsequences {
  const plan = head ?? base;
  if (plan === undefined) throw new Error("a stack has a plan on one side at least");
  const presence = base === undefined ? "added" : head === undefined ? "removed" : "kept";
  // Nothing updates a stack whose file is gone, and nothing is updated where there are issues.
  const stopped = (head?.issues.length ?? 0) > 0;
  const old = base ?? emptied(plan);
  const now = head === undefined || stopped ? old : head;
  const containers = containerConsequences(old, now).map((each) =>
    presence === "removed" ? { ...each, downtime: none("nothing updates it") } : each,
  );
  const found = {
    data: [...leftBehind(old, now), ...dataConsequences(old, now)],
    routes: routeConsequences(old, now),
    hosts: hostConsequences(old, now),
    ports: portConsequences(old, now),
    access: accessConsequences(old, now),
    networks: networkConsequences(old, now),
    memory: {
      beforeBytes: memoryOf(old),
      afterBytes: memoryOf(now),
      freeBytes: now.budget?.free.memoryBytes ?? null,
    },
    jobs: containers
      .filter(({ kind, effect }) => kind === "job" && ["created", "replaced"].includes(effect))
      .map(({ service }) => service),
    conflicts: conflicts(old, now, containers),
    issues: {
      added: without(head?.issues ?? [], base?.issues ?? []),
      solved: without(base?.issues ?? [], head?.issues ?? []),
      left: head?.issues.length ?? 0,
    },
    notes: [...without(now.notes, old.notes), ...newlyLocked(containers)],
  };
  const quiet =
    presence === "kept" &&
    !stopped &&
    containers.every(({ effect, changes }) => effect === "untouched" && changes.length === 0) &&
    [found.data, found.routes, found.ports, found.access, found.networks, found.notes].every(
      ({ length }) => length === 0,
    ) &&
    found.issues.added.length + found.issues.solved.length === 0;
  const { stack, environment, host } = plan;
  return { stack, environment, host, presence, stopped, changed: !quiet, containers, ...found };
}

/** A tag that is locked has the content it had, unless it moved since the host pulled it. */
function newlyLocked(containers: readonly ContainerConsequence[]): Note[] {
  const locked = containers.filter(
    ({ effect, changes }) =>
      effect === "untouched" &&
      changes.some(({ field, before, after }) => field === "digest" && !before && after),
  );
  if (locked.length === 0) return [];
  const message = `locks the images of ${count(locked.length, "container")}; where the host has an older content of a tag, they are replaced`;
  return [{ path: "images.lock.json", message }];
}

/** A stack that moves to another host finds nothing there. */
function leftBehind(old: Plan, now: Plan): DataConsequence[] {
  if (old.host === now.host || !old.volumes.some(({ retained }) => retained)) return [];
  const text = `has all volumes; if ${now.host} is another machine, everything starts there anew`;
  return [{ name: `host ${old.host}`, state: "atRisk", text }];
}

const memoryOf = (plan: Plan): number => totalsOf(plan.services).memoryBytes;

/** The findings of one list that the other has not. */
function without<T extends Note>(findings: readonly T[], others: readonly Note[]): T[] {
  const known = new Set(others.map(({ path, message }) => `${path} ${message}`));
  return findings.filter(({ path, message }) => !known.has(`${path} ${message}`));
}

/** The same stack with nothing in it. */
function emptied(plan: Plan): Plan {
  const nothing = { networks: [], volumes: [], services: [], routes: [], externals: [] };
  return { ...plan, ...nothing, tunnel: null, issues: [], notes: [] };
}
