import type { AccessRule } from "../../config/schema/exposure";
import type { Endpoint, RouteSpec } from "../../config/schema/service";
import type { Settings } from "../../config/schema/settings";
import { suggest, type Issue } from "../../config/issues";
import { catalogPath, type Draft } from "../drafts";
import { groupBy } from "../group";
import { routeOf, type Decision, type RoutedWay } from "./policy";
import type { BoundRoute } from "./routes";

/** A job has ended before anybody could ask it. */
export function endedRoutes(draft: Draft): Issue[] {
  return Object.entries(draft.spec.endpoints).flatMap(([name, endpoint]) => {
    const routed = (endpoint.routes[draft.environment] ?? []).length > 0;
    if (!routed && endpoint.published[draft.environment] === undefined) return [];
    return [
      {
        path: `${catalogPath(draft)}.endpoints.${name}`,
        message: `would be reached from outside, but ${draft.id} is a job, which ends`,
        remedy: "remove its routes and published ports, or make it a service",
      },
    ];
  });
}

/** An internal endpoint that the catalogue itself gives an address. */
export function routedInternally(draft: Draft, name: string, endpoint: Endpoint): Issue[] {
  return (endpoint.routes[draft.environment] ?? []).map(({ host, path }) => ({
    path: `${catalogPath(draft)}.endpoints.${name}.routes`,
    message: `is an internal endpoint, but has the public address ${typeof host === "string" ? host : host.parameter}${path}`,
    remedy: "remove the route, or call the endpoint public or a dashboard",
  }));
}

/** A public endpoint that nothing leads to, and any that the policy routes without an address. */
export function unreachable(
  draft: Draft,
  name: string,
  endpoint: Endpoint,
  decision: Decision,
  published: boolean,
): Issue | undefined {
  const via = routeOf(decision);
  const routed = (endpoint.routes[draft.environment] ?? []).length > 0;
  if (via !== undefined && !routed) {
    // A public endpoint that is closed would be the next issue, and so would a route to no http.
    const instead = endpoint.role === "public" ? "hostPort" : "hostPort or none";
    return {
      path: `${catalogPath(draft)}.endpoints.${name}`,
      message: `has no host name for ${draft.environment}, by which ${decision.setting} wants to reach it: ${via}`,
      remedy:
        endpoint.protocol === "http"
          ? `give it routes.${draft.environment}, or choose ${instead} there`
          : `choose ${instead} there`,
    };
  }
  if (endpoint.role !== "public" || via !== undefined || published) return undefined;
  const none = decision.ways.includes("none");
  return {
    path: `${catalogPath(draft)}.endpoints.${name}`,
    message: `is public, but ${decision.setting} gives it no way: ${none ? "none" : `hostPort, and it is published on none in ${draft.environment}`}`,
    remedy: none
      ? "choose traefik, cloudflareTunnel or hostPort for it"
      : `choose traefik or cloudflareTunnel for it, or publish it in ${draft.environment}`,
  };
}

/** Cloudflare Access guards an address with all below it, be they other routes. */
export function guardedUnawares(routes: readonly BoundRoute[]): Issue[] {
  const byTunnel = routes.filter(({ via }) => via === "cloudflareTunnel");
  const ofHost = groupBy(byTunnel, ({ host }) => host);
  return byTunnel.flatMap((route) => {
    if (route.rule !== null) return [];
    const guard = ofHost
      .get(route.host)
      ?.find(({ path, rule }) => rule !== null && isBelow(route.path, path));
    if (guard === undefined) return [];
    return [
      {
        path: `${catalogPath(route.draft)}.endpoints.${route.endpoint}.routes`,
        message: `${route.host}${route.path} is open here, but Cloudflare Access guards it with ${guard.host}${guard.path} of ${guard.draft.id} by rule '${guard.rule}'`,
        remedy: "give it the same rule or another host",
      },
    ];
  });
}

/** A path is compared letter by letter on the way in, and by many applications is not. */
export function openBeside(routes: readonly BoundRoute[]): Issue[] {
  const ofHost = groupBy(routes, ({ host }) => host);
  return routes.flatMap((route) => {
    if (route.rule === null) return [];
    const open = ofHost
      .get(route.host)
      ?.find(
        (other) =>
          other.rule === null &&
          other.draft === route.draft &&
          other.endpoint === route.endpoint &&
          isBelow(route.path, other.path),
      );
    if (open === undefined) return [];
    return [
      {
        path: `${catalogPath(route.draft)}.endpoints.${route.endpoint}.routes`,
        message: `rule '${route.rule}' guards ${route.host}${route.path}, but another spelling of that path reaches the same endpoint by ${open.host}${open.path}, which is open`,
        remedy: "guard both, or give what is guarded a host or an endpoint of its own",
      },
    ];
  });
}

const isBelow = (path: string, other: string) =>
  other === "/" || path === other || path.startsWith(`${other}/`);

/** Whether a host name lies in a zone. */
export function isInZone(host: string, zone: string): boolean {
  return host === zone || host.endsWith(`.${zone}`);
}

export function zoneIssues(host: string, where: string, { stack, zones }: Settings): Issue[] {
  if (zones.some((zone) => isInZone(host, zone))) return [];
  const known = zones.length > 0 ? `there is ${zones.join(", ")}` : "there is none";
  return [
    {
      path: where,
      message: `host ${host} is in no zone of Pulumi.${stack}.yaml.zones`,
      remedy: `add its zone there (${known}), or correct the host`,
    },
  ];
}

export function protocolIssues(host: string, { protocol }: Endpoint, where: string): Issue[] {
  if (protocol === "http") return [];
  return [
    {
      path: where,
      message: `host ${host} would lead to an endpoint that speaks ${protocol}; only http has host names and paths`,
      remedy: "remove the route",
    },
  ];
}

export function accessIssues(
  address: string,
  endpoint: Endpoint,
  name: string | undefined,
  rule: AccessRule | undefined,
  via: RoutedWay,
  where: string,
  settings: Settings,
): Issue[] {
  const file = `Pulumi.${settings.stack}.yaml.access`;
  if (name === undefined) {
    if (endpoint.role !== "dashboard") return [];
    return [
      {
        path: where,
        message: `a dashboard would be open to everybody at ${address}`,
        remedy: `give the route an access rule of ${file}`,
      },
    ];
  }
  if (rule === undefined) {
    return [
      {
        path: `${where}.access`,
        message: `there is no access rule '${name}' in ${file}, which ${address} needs`,
        remedy: suggest(name, Object.keys(settings.access)),
      },
    ];
  }
  const fits =
    via === "traefik"
      ? rule.basicAuth !== undefined || rule.forwardAuth !== undefined
      : rule.emails !== undefined || rule.domains !== undefined;
  if (fits) return [];
  const wanted = via === "traefik" ? "basicAuth or forwardAuth" : "emails or domains";
  return [
    {
      path: `${file}.${name}`,
      message: `has no ${wanted}, by which ${via} guards ${address} of ${where.split(".")[0]}`,
      remedy: "add one",
    },
  ];
}

/** What Traefik does and a tunnel does not. */
export function tunnelIssues(
  address: string,
  draft: Draft,
  spec: RouteSpec,
  where: string,
): Issue[] {
  const asked = [
    ...(spec.stripPath ? ["stripPath"] : []),
    ...(spec.rateLimit ? ["rateLimit"] : []),
    ...(spec.maxBody !== undefined ? ["maxBody"] : []),
  ];
  const issues = asked.map((field) => ({
    path: `${where}.${field}`,
    message: `a Cloudflare Tunnel has no such thing, and the policy reaches ${address} by one`,
    remedy: "remove it, or choose traefik",
  }));
  if (draft.spec.replicas === 1) return issues;
  return [
    ...issues,
    {
      path: `${catalogPath(draft)}.replicas`,
      message: `a Cloudflare Tunnel leads to one container, and ${address} has ${draft.spec.replicas}`,
      remedy: "run one, or choose traefik",
    },
  ];
}
