import { accessLabels } from "../exposure/traefik";
import { serviceId, type Plan, type PlannedRoute } from "../types";
import type { PortConsequence, RouteConsequence, StackConsequences } from "./types";

/** Public addresses that lead in, what they lead to, and who may pass. */
export function routeConsequences(base: Plan, head: Plan): RouteConsequence[] {
  const [old, now] = [byAddress(base), byAddress(head)];
  const found = [...new Set([...now.keys(), ...old.keys()])].flatMap((address) => {
    const [before, after] = [old.get(address), now.get(address)];
    if (before === undefined) return after === undefined ? [] : [opened(address, after)];
    if (after === undefined) return [closed(address, before)];
    return changed(address, before, after);
  });
  const rank = ({ opens, change }: RouteConsequence) => (opens ? 0 : change === "changed" ? 1 : 2);
  return found.sort((a, b) => rank(a) - rank(b));
}

function byAddress(plan: Plan): Map<string, PlannedRoute> {
  return new Map(plan.routes.map((route) => [route.host + route.path, route]));
}

const guard = (rule: string | null) => (rule === null ? "open to everyone" : `guarded by ${rule}`);
const way = (via: PlannedRoute["via"]) => (via === "traefik" ? "Traefik" : "Cloudflare Tunnel");

function opened(address: string, route: PlannedRoute): RouteConsequence {
  const { rule, via } = route;
  const text = `leads to ${serviceId(route)} by ${way(via)}, ${guard(rule)}`;
  return { address, change: "opened", rule, opens: true, text };
}

function closed(address: string, route: PlannedRoute): RouteConsequence {
  const { rule } = route;
  return { address, change: "closed", rule, opens: false, text: `led to ${serviceId(route)}` };
}

function changed(address: string, old: PlannedRoute, after: PlannedRoute): RouteConsequence[] {
  // A base of before this field says nothing about it.
  const before = "guard" in old ? old : { ...(old as PlannedRoute), guard: after.guard };
  const target = (route: PlannedRoute) => `${serviceId(route)}:${route.port}`;
  const limit = ({ rateLimit }: PlannedRoute) =>
    rateLimit === null ? "none" : `${rateLimit.average}/s, burst ${rateLimit.burst}`;
  const body = ({ maxBodyBytes }: PlannedRoute) =>
    maxBodyBytes === null ? "none" : `${maxBodyBytes / 2 ** 20} MiB`;
  const sides: [name: string, of: (route: PlannedRoute) => string][] = [
    ["leads to", target],
    [
      "guard",
      ({ rule, guard: how }) =>
        rule === null ? "none, open to everyone" : how ? `${rule} (${how})` : rule,
    ],
    ["by", ({ via }) => way(via)],
    ["path", ({ stripPath }) => (stripPath ? "taken away" : "passed on")],
    ["rate limit", limit],
    ["largest body", body],
    ["containers", ({ containers }) => String(containers.length)],
  ];
  const texts = sides.flatMap(([name, of]) =>
    of(before) === of(after) ? [] : [`${name}: ${of(before)} → ${of(after)}`],
  );
  if (texts.length === 0) return [];
  const { rule } = after;
  // Another way to guard lets others in, be they fewer.
  const otherGuard = before.guard !== null && before.guard !== after.guard;
  const opens = before.rule !== null && (rule === null || otherGuard);
  return [{ address, change: "changed", rule, opens, text: texts.join("; ") }];
}

export function hostConsequences(base: Plan, head: Plan): StackConsequences["hosts"] {
  const hosts = (plan: Plan) => new Set(plan.routes.map(({ host }) => host));
  const [old, now] = [hosts(base), hosts(head)];
  return {
    opened: [...now].filter((host) => !old.has(host)).sort(),
    closed: [...old].filter((host) => !now.has(host)).sort(),
  };
}

/** Host ports: what other machines reach comes first. */
export function portConsequences(base: Plan, head: Plan): PortConsequence[] {
  const [old, now] = [portsOf(base), portsOf(head)];
  const found = [...new Set([...now.keys(), ...old.keys()])].flatMap(
    (address): PortConsequence[] => {
      const [before, after] = [old.get(address), now.get(address)];
      const toOthers = !address.startsWith("127.");
      const others = toOthers ? ", to other machines as well" : "";
      if (before === undefined)
        return [
          {
            address,
            change: "opened",
            service: after ?? "",
            toOthers,
            text: `for ${after}${others}`,
          },
        ];
      if (after === undefined)
        return [{ address, change: "closed", service: before, toOthers, text: `was ${before}'s` }];
      if (before === after) return [];
      return [
        {
          address,
          change: "moved",
          service: after,
          toOthers,
          text: `${before} → ${after}${others}`,
        },
      ];
    },
  );
  const rank = ({ change, toOthers }: PortConsequence) =>
    change === "closed" ? 2 : toOthers ? 0 : 1;
  return found.sort((a, b) => rank(a) - rank(b));
}

function portsOf(plan: Plan): Map<string, string> {
  return new Map(
    plan.services.flatMap((service) =>
      service.ports.map(({ ip, host }) => [`${ip}:${host}`, serviceId(service)] as const),
    ),
  );
}

/** Who passes the access rules: users whose passwords Traefik knows, addresses that Access lets in. */
export function accessConsequences(base: Plan, head: Plan): StackConsequences["access"] {
  const [old, now] = [admittedBy(base), admittedBy(head)];
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((rule) => {
    const before = old.get(rule) ?? new Set<string>();
    const after = now.get(rule) ?? new Set<string>();
    const admitted = [...after].filter((who) => !before.has(who)).sort();
    const expelled = [...before].filter((who) => !after.has(who)).sort();
    return admitted.length + expelled.length > 0 ? [{ rule, admitted, expelled }] : [];
  });
}

function admittedBy(plan: Plan): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const admit = (rule: string, who: string) =>
    found.set(rule, (found.get(rule) ?? new Set<string>()).add(who));
  for (const { secrets } of plan.services) {
    for (const { label } of Object.values(secrets)) {
      if (!label.startsWith(accessLabels)) continue;
      const [rule = "", user = ""] = label.slice(accessLabels.length).split("/");
      admit(rule, user);
    }
  }
  for (const { rule, emails, domains } of plan.tunnel?.policies ?? []) {
    for (const email of emails) admit(rule, email);
    for (const domain of domains) admit(rule, `everyone at ${domain}`);
  }
  return found;
}
