import type { Role } from "../../config/schema/common";
import type { RolePolicy, Way } from "../../config/schema/exposure";
import type { Settings } from "../../config/schema/settings";
import { suggest, type Issue } from "../../config/issues";
import type { Draft } from "../drafts";
import { entryOf } from "../lookup";
import type { PlannedRoute } from "../types";

/** A way that gives an endpoint public addresses. */
export type RoutedWay = PlannedRoute["via"];

/** Without a policy nothing leaves the host; in prod internal endpoints have no host port either. */
const closed = {
  dev: { public: "hostPort", dashboard: "hostPort", internal: "hostPort" },
  prod: { public: "hostPort", dashboard: "hostPort", internal: "none" },
} as const;

/** The ways that the stack's policy opens to endpoints of a role, and which setting says so. */
export interface Decision {
  ways: readonly Way[];
  /** Path of the setting, as issues name it. */
  setting: string;
}

/** The most specific word of the policy: the service's, its system's, the stack's, the default. */
export function decideWays(draft: Draft, role: Role, settings: Settings): Decision {
  const { exposure } = settings;
  const file = `Pulumi.${settings.stack}.yaml.exposure`;
  const places: [RolePolicy | undefined, string][] = [
    [entryOf(exposure.services, draft.id), `${file}.services.${draft.id}.${role}`],
    [entryOf(exposure.systems, draft.system.name), `${file}.systems.${draft.system.name}.${role}`],
    [exposure, `${file}.${role}`],
  ];
  for (const [policy, setting] of places) {
    const ways = policy?.[role];
    if (ways !== undefined) return { ways: [ways].flat(), setting };
  }
  return { ways: [closed[settings.environment][role]], setting: `${file}.${role}` };
}

/** The way, if any, by which a decision gives an endpoint public addresses. */
export function routeOf({ ways }: Decision): RoutedWay | undefined {
  return ways.find((way): way is RoutedWay => way === "traefik" || way === "cloudflareTunnel");
}

/** Overrides for systems and services that the environment does not have: misspelt ones most likely. */
export function policyIssues(
  known: { systems: readonly string[]; services: readonly string[] },
  settings: Settings,
): Issue[] {
  const file = `Pulumi.${settings.stack}.yaml.exposure`;
  return (["systems", "services"] as const).flatMap((kind) =>
    Object.keys(settings.exposure[kind])
      .filter((name) => !known[kind].includes(name))
      .map((name) => ({
        path: `${file}.${kind}.${name}`,
        message: `there is no such ${kind === "systems" ? "system" : "service"} in ${settings.environment}`,
        remedy: suggest(name, known[kind]),
      })),
  );
}
