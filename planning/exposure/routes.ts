import { toBytes } from "../../config/schema/common";
import { hostNameSchema, type AccessRule } from "../../config/schema/exposure";
import type { Endpoint, RouteSpec } from "../../config/schema/service";
import type { Settings } from "../../config/schema/settings";
import type { Issue } from "../../config/issues";
import { compare } from "../compare";
import { catalogPath, type Draft } from "../drafts";
import { entryOf } from "../lookup";
import { containerNames } from "../naming";
import { readParameter } from "../parameters";
import type { PlannedRoute } from "../types";
import { decideWays, routeOf, type RoutedWay } from "./policy";
import {
  accessIssues,
  endedRoutes,
  guardedUnawares,
  openBeside,
  protocolIssues,
  routedInternally,
  tunnelIssues,
  unreachable,
  zoneIssues,
} from "./route-findings";

/** How every endpoint of a stack is reached from outside. */
export interface Exposure {
  /** Names of the endpoints that have a host port, per service. */
  hostPorts: Map<string, string[]>;
  /** In the catalogue's order: an endpoint's first address is the one that it is called by. */
  routes: BoundRoute[];
  issues: Issue[];
}

/** A route with the service that it leads to. */
export interface BoundRoute extends PlannedRoute {
  draft: Draft;
}

/** Opens to every endpoint the ways that the stack's policy has for its role, or says why not. */
export function exposeEndpoints(drafts: readonly Draft[], settings: Settings): Exposure {
  const exposure: Exposure = { hostPorts: new Map(), routes: [], issues: [] };
  const internal = new Map<string, string[]>();
  for (const draft of drafts) {
    const published: string[] = [];
    if (draft.spec.kind === "job") exposure.issues.push(...endedRoutes(draft));
    for (const [name, endpoint] of Object.entries(draft.spec.endpoints)) {
      const decision = decideWays(draft, endpoint.role, settings);
      if (decision.ways.includes("hostPort") && Object.hasOwn(draft.documentedPorts, name))
        published.push(name);
      const via = routeOf(decision);
      if (endpoint.role === "internal") {
        exposure.issues.push(...routedInternally(draft, name, endpoint));
        if (via !== undefined) {
          internal.set(decision.setting, [
            ...(internal.get(decision.setting) ?? []),
            `${draft.id}#${name}`,
          ]);
        }
        continue;
      }
      const specs = endpoint.routes[draft.environment] ?? [];
      if (via !== undefined) {
        for (const spec of specs) {
          const route = bindRoute(draft, name, endpoint, spec, via, settings, exposure.issues);
          if (route) exposure.routes.push(route);
        }
      }
      const issue = unreachable(draft, name, endpoint, decision, published.includes(name));
      if (issue) exposure.issues.push(issue);
    }
    exposure.hostPorts.set(draft.id, published);
  }
  for (const [setting, endpoints] of internal) {
    const others = endpoints.length > 1 ? ` and ${endpoints.length - 1} more` : "";
    exposure.issues.push({
      path: setting,
      message: `would give a public address to ${endpoints[0]}${others}, which is internal`,
      remedy: "choose hostPort or none",
    });
  }
  exposure.issues.push(...guardedUnawares(exposure.routes), ...openBeside(exposure.routes));
  return exposure;
}

/** Routes as the plan shows them: by host name and path. */
export function plannedRoutes(routes: readonly BoundRoute[]): PlannedRoute[] {
  return routes
    .map(({ draft: _, ...route }) => route)
    .sort((a, b) => compare(a.host, b.host) || compare(a.path, b.path));
}

function bindRoute(
  draft: Draft,
  endpointName: string,
  endpoint: Endpoint,
  spec: RouteSpec,
  via: RoutedWay,
  settings: Settings,
  issues: Issue[],
): BoundRoute | undefined {
  const where = `${catalogPath(draft)}.endpoints.${endpointName}.routes`;
  const host = hostOf(draft, spec, where, settings, issues);
  if (host === undefined) return undefined;
  const { path } = spec;
  const rule = spec.access === undefined ? undefined : entryOf(settings.access, spec.access);
  issues.push(
    ...zoneIssues(host, where, settings),
    ...protocolIssues(host, endpoint, where),
    ...accessIssues(host + path, endpoint, spec.access, rule, via, where, settings),
    ...(via === "cloudflareTunnel" ? tunnelIssues(host + path, draft, spec, where) : []),
  );
  return {
    draft,
    host,
    path,
    via,
    container: draft.container,
    port: draft.containerPorts[endpointName] ?? 0,
    access: spec.access !== undefined,
    system: draft.system.name,
    service: draft.name,
    endpoint: endpointName,
    rule: spec.access ?? null,
    guard: rule === undefined ? null : guardOf(rule, via),
    url: `https://${host}${portSuffix(via, settings)}${path === "/" ? "" : path}`,
    containers: containerNames({ container: draft.container, replicas: draft.spec.replicas }),
    stripPath: spec.stripPath,
    rateLimit: spec.rateLimit ?? null,
    maxBodyBytes: spec.maxBody === undefined ? null : toBytes(spec.maxBody),
  };
}

function guardOf(rule: AccessRule, via: RoutedWay): string {
  const { basicAuth, forwardAuth, emails, domains } = rule;
  const ways =
    via === "traefik"
      ? [basicAuth && "basicAuth", forwardAuth && `forwardAuth by ${forwardAuth.endpoint}`]
      : [emails && "emails", domains && "domains"];
  return ways.filter(Boolean).join(", ");
}

function portSuffix(via: RoutedWay, { traefik }: Settings): string {
  return via === "traefik" && traefik.httpsPort !== 443 ? `:${traefik.httpsPort}` : "";
}

function hostOf(
  draft: Draft,
  { host }: RouteSpec,
  where: string,
  settings: Settings,
  issues: Issue[],
): string | undefined {
  if (typeof host === "string") return host;
  const owner = catalogPath(draft);
  const value = readParameter(host.parameter, {
    ...{ system: draft.system, settings, where, owner, issues },
  });
  if (value === undefined || hostNameSchema.safeParse(value).success) return value;
  issues.push({
    path: `Pulumi.${settings.stack}.yaml.parameters.${host.parameter}`,
    message: `'${value}' is not a host name, which ${owner} needs`,
    remedy: "give one in lower case, such as app.example.org",
  });
  return undefined;
}
