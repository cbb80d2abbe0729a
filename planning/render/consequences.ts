import { formatIssue } from "../../config/issues";
import type { ContainerConsequence, Diff, StackConsequences } from "../consequences/types";
import { memory } from "../amounts";
import { count, duration } from "./format";

/** Lines under a title; those of weight are shown wherever there is little room. */
export interface Section {
  title: string;
  items: string[];
  weight: "alarm" | "normal" | "detail";
}

/** A service's containers that meet the same. */
export interface ContainerRow {
  containers: string;
  effect: string;
  downtime: string;
  because: string[];
  without: string[];
}

/** Sections before the containers' table (alarms) and after it, in the order in which they matter. */
export function sectionsOf(stack: StackConsequences): Section[] {
  const { issues, conflicts, data, routes, ports, access, networks, hosts } = stack;
  const inState = (state: string) =>
    data.filter((each) => each.state === state).map(({ name, text }) => `${name} ${text}`);
  const addressed = (found: readonly { address: string; text: string }[]) =>
    found.map(({ address, text }) => `${address} ${text}`);
  const sections: Section[] = [
    alarm("New issues", issues.added.map(formatIssue)),
    alarm("Not possible in one update", conflicts.map(formatIssue)),
    alarm("Data at risk", inState("atRisk")),
    alarm("Opened", [
      ...addressed(routes.filter(({ opens }) => opens)),
      ...addressed(ports.filter(({ change }) => change !== "closed")),
      ...access.flatMap(({ rule, admitted }) =>
        admitted.map((who) => `${who} passes access rule ${rule}`),
      ),
    ]),
    normal("Closed", [
      ...hosts.closed.map((host) => `host name ${host}`),
      ...addressed(routes.filter(({ change }) => change === "closed")),
      ...addressed(ports.filter(({ change }) => change === "closed")),
      ...access.flatMap(({ rule, expelled }) =>
        expelled.map((who) => `${who} no longer passes access rule ${rule}`),
      ),
    ]),
    normal(
      "Routes",
      addressed(routes.filter(({ change, opens }) => change === "changed" && !opens)),
    ),
    normal("Jobs that run", stack.jobs),
    normal("Data", [
      ...inState("kept"),
      ...inState("deleted").map((text) => `${text} (deleted)`),
      ...inState("new").map((text) => `${text} (new)`),
    ]),
    normal(
      "Networks",
      networks.map(({ name, change, because }) =>
        because === null ? `${name}: ${change}` : `${name}: ${change}, ${because}`,
      ),
    ),
    normal("Memory", memoryLines(stack)),
    normal(
      "New notes",
      stack.notes.map(({ path, message }) => `${path}: ${message}`),
    ),
    normal("Solved issues", issues.solved.map(formatIssue)),
    { title: "Untouched", items: untouched(stack), weight: "detail" },
  ];
  return sections.filter(({ items }) => items.length > 0);
}

const alarm = (title: string, items: string[]): Section => ({ title, items, weight: "alarm" });
const normal = (title: string, items: string[]): Section => ({ title, items, weight: "normal" });

function memoryLines({
  memory: { beforeBytes, afterBytes, freeBytes },
}: StackConsequences): string[] {
  if (beforeBytes === afterBytes) return [];
  const left =
    freeBytes === null ? "" : `; the host has ${memory(freeBytes)} left beside all of its stacks`;
  const more = afterBytes - beforeBytes;
  const by = `${more < 0 ? "−" : "+"}${memory(Math.abs(more))}`;
  return [`${memory(beforeBytes)} → ${memory(afterBytes)} (${by})${left}`];
}

function untouched({ containers }: StackConsequences): string[] {
  return containers
    .filter(({ effect }) => effect === "untouched")
    .map(({ container }) => container);
}

/** "2 replaced, 1 created, 38 untouched; down for 2 min at most". */
export function headline(stack: StackConsequences): string {
  const { containers, presence, stopped, changed } = stack;
  if (presence === "removed")
    return "its file is gone: what runs of it stays, and nothing updates it any more; run 'berth down' with the base's files";
  if (stopped)
    return `nothing is updated: ${count(stack.issues.left, "issue")}, ${stack.issues.added.length} of them new`;
  if (!changed) return "no consequences";
  const effects = ["replaced", "updated", "created", "removed", "untouched"] as const;
  const parts = effects.flatMap((effect) => {
    const amount = containers.filter((each) => each.effect === effect).length;
    return amount > 0 ? [`${amount} ${effect}`] : [];
  });
  const longest = Math.max(0, ...containers.map(({ downtime }) => downtime.mostSeconds));
  const down = longest > 0 ? `down for ${duration(longest)} at most` : "no downtime";
  const news = presence === "added" ? "a new stack, " : "";
  return `${news}${parts.join(", ")}; ${down}`;
}

/** Containers that something happens to, those that are down longest first. */
export function containerRows(stack: StackConsequences): ContainerRow[] {
  const groups = new Map<string, ContainerConsequence[]>();
  for (const each of stack.containers) {
    if (each.effect === "untouched") continue;
    const key = `${each.service} ${each.kind} ${each.effect}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  const order = ["replaced", "removed", "updated", "created"];
  return [...groups.values()]
    .flatMap((group) => group.slice(0, 1).map((first) => ({ first, group })))
    .sort(
      (a, b) =>
        order.indexOf(a.first.effect) - order.indexOf(b.first.effect) ||
        b.first.downtime.mostSeconds - a.first.downtime.mostSeconds,
    )
    .map(({ first: { kind, effect, downtime, changes, interrupts }, group }) => ({
      containers: group.map(({ container }) => container).join(", "),
      effect:
        kind === "job" && effect !== "removed" && effect !== "updated" ? `${effect}, runs` : effect,
      downtime: spanText(effect, downtime),
      because: changes.map(({ text }) => text),
      without: [...interrupts.services, ...interrupts.urls],
    }));
}

function spanText(
  effect: ContainerConsequence["effect"],
  { leastSeconds, mostSeconds }: ContainerConsequence["downtime"],
): string {
  if (effect === "removed" || effect === "created") return "";
  return mostSeconds === 0 ? "none" : `${duration(leastSeconds)} to ${duration(mostSeconds)}`;
}

/** How downtimes are estimated, once for each estimate. */
export function estimates({ containers }: StackConsequences): string[] {
  return containers
    .filter(({ downtime }) => downtime.mostSeconds > 0)
    .map(({ container, downtime }) => `${container}: ${downtime.why}`);
}

/** "main (1234abcd)". */
export function baseText({ base: { ref, commit } }: Diff): string {
  const short = commit.slice(0, 8);
  return commit.startsWith(ref) ? short : `${ref} (${short})`;
}
