import type { Plan } from "../types";
import type { StackConsequences } from "./types";

/** Networks that stay by name and are made anew: every input of a network replaces it. */
export function replacedNetworks(base: Plan, head: Plan): { name: string; because: string }[] {
  const old = new Map(base.networks.map((network) => [network.name, network]));
  return head.networks.flatMap(({ name, internal }) => {
    const before = old.get(name);
    if (before === undefined || before.internal === internal) return [];
    return [{ name, because: internal ? "internal from now on" : "no longer internal" }];
  });
}

export function networkConsequences(base: Plan, head: Plan): StackConsequences["networks"] {
  const names = (plan: Plan) => new Set(plan.networks.map(({ name }) => name));
  const [old, now] = [names(base), names(head)];
  return [
    ...[...now].filter((name) => !old.has(name)).map((name) => plain(name, "created" as const)),
    ...[...old].filter((name) => !now.has(name)).map((name) => plain(name, "removed" as const)),
    ...replacedNetworks(base, head).map((each) => ({ ...each, change: "replaced" as const })),
  ];
}

const plain = <T>(name: string, change: T) => ({ name, change, because: null });
