import { stringify } from "yaml";
import type { Settings } from "../../config/schema/settings";
import { compare } from "../compare";
import { entryOf } from "../lookup";
import type { BoundRoute } from "./routes";

/** Names in Traefik's configuration that Berth's files share. */
const resolver = "acme";
const securityHeaders = "security-headers";
const replicaTransport = "replicas";

/** How a rule's users come into a file: as placeholders that the job fills in. */
export const userPlaceholder = (variable: string): string => `@${variable}@`;

/** Variable that carries a user's line of a password file; no name has two underscores. */
export function userVariable(rule: string, user: string): string {
  return `USER_${rule}__${user}`.replaceAll("-", "_");
}

/** Where forward authentication asks, by access rule. */
export type ForwardAddresses = ReadonlyMap<string, string>;

/** What holds for every route: TLS from 1.2 on, headers that browsers heed, the dashboard. */
export function baseFile(dashboardUser: string): string {
  return stringify({
    http: {
      routers: {
        dashboard: {
          rule: "PathPrefix(`/api`) || PathPrefix(`/dashboard`)",
          entryPoints: ["dashboard"],
          service: "api@internal",
          middlewares: ["dashboard-users"],
        },
        "dashboard-start": {
          rule: "Path(`/`)",
          entryPoints: ["dashboard"],
          service: "noop@internal",
          middlewares: ["dashboard-start"],
        },
      },
      middlewares: {
        "dashboard-users": { basicAuth: { users: [userPlaceholder(dashboardUser)] } },
        "dashboard-start": {
          redirectRegex: { regex: "^(https?://[^/]+)/$", replacement: "${1}/dashboard/" },
        },
        [securityHeaders]: {
          headers: {
            stsSeconds: 31536000,
            contentTypeNosniff: true,
            customFrameOptionsValue: "SAMEORIGIN",
            referrerPolicy: "strict-origin-when-cross-origin",
            customResponseHeaders: { Server: "", "X-Powered-By": "" },
          },
        },
      },
      // A replica that is gone must not hold up the request that another can take.
      serversTransports: { [replicaTransport]: { forwardingTimeouts: { dialTimeout: "1s" } } },
    },
    tls: { options: { default: { minVersion: "VersionTLS12" } } },
  });
}

/** The routes of one system as a file of Traefik's file provider. */
export function routesFile(
  routes: readonly BoundRoute[],
  settings: Settings,
  forwardAddresses: ForwardAddresses,
): string {
  const routers: Record<string, unknown> = {};
  const services: Record<string, unknown> = {};
  const middlewares: Record<string, unknown> = {};
  const names = routeNames(routes);
  for (const route of routes) {
    const name = names.get(route) ?? "";
    const service = routeStem(route);
    const own = routeMiddlewares(route, settings, forwardAddresses);
    for (const [kind, middleware] of own) middlewares[`${name}_${kind}`] = middleware;
    routers[name] = {
      rule: ruleOf(route),
      entryPoints: ["websecure"],
      service,
      middlewares: [securityHeaders, ...own.map(([kind]) => `${name}_${kind}`)],
      tls: { certResolver: resolver },
    };
    services[service] = { loadBalancer: loadBalancer(route) };
  }
  const http = { routers, services, ...(Object.keys(middlewares).length > 0 && { middlewares }) };
  return stringify({ http }, { lineWidth: 0 });
}

/** Traefik knows one name once, whichever file it is in; no name of the catalogue has an underscore. */
function routeStem({ system, service, endpoint }: BoundRoute): string {
  return `${system}_${service}_${endpoint}`;
}

/** A name per route, numbered where an endpoint has several addresses. */
function routeNames(routes: readonly BoundRoute[]): Map<BoundRoute, string> {
  const counts = new Map<string, number>();
  return new Map(
    routes.map((route) => {
      const stem = routeStem(route);
      const count = (counts.get(stem) ?? 0) + 1;
      counts.set(stem, count);
      return [route, count === 1 ? stem : `${stem}_${count}`];
    }),
  );
}

/** PathPrefix alone would take "/apis" for "/api". */
function ruleOf({ host, path }: BoundRoute): string {
  const hostRule = `Host(\`${host}\`)`;
  return path === "/" ? hostRule : `${hostRule} && (Path(\`${path}\`) || PathPrefix(\`${path}/\`))`;
}

/** In the order in which a request passes them: who may pass comes before what it costs. */
function routeMiddlewares(
  route: BoundRoute,
  settings: Settings,
  forwardAddresses: ForwardAddresses,
): [string, Record<string, unknown>][] {
  const rule = route.rule === null ? undefined : entryOf(settings.access, route.rule);
  const found: [string, Record<string, unknown>][] = [];
  if (route.rateLimit) found.push(["rate", { rateLimit: rateLimit(route.rateLimit, settings) }]);
  if (rule?.basicAuth) {
    const users = [...rule.basicAuth].sort(compare);
    const lines = users.map((user) => userPlaceholder(userVariable(route.rule ?? "", user)));
    found.push(["users", { basicAuth: { users: lines, removeHeader: true } }]);
  } else if (rule?.forwardAuth) {
    const { responseHeaders } = rule.forwardAuth;
    const address = forwardAddresses.get(route.rule ?? "") ?? "";
    const headers = responseHeaders.length > 0 ? { authResponseHeaders: responseHeaders } : {};
    found.push(["auth", { forwardAuth: { address, ...headers } }]);
  }
  if (route.maxBodyBytes !== null)
    found.push(["body", { buffering: { maxRequestBodyBytes: route.maxBodyBytes } }]);
  if (route.stripPath) found.push(["strip", { stripPrefix: { prefixes: [route.path] } }]);
  if (route.containers.length > 1)
    found.push(["retry", { retry: { attempts: route.containers.length } }]);
  return found;
}

/** Per visitor: behind a proxy whose word counts, by the address that it gives. */
function rateLimit(
  limit: NonNullable<BoundRoute["rateLimit"]>,
  { traefik: { trustedProxies } }: Settings,
): Record<string, unknown> {
  if (trustedProxies.length === 0) return { ...limit };
  return { ...limit, sourceCriterion: { ipStrategy: { excludedIPs: trustedProxies } } };
}

/** Replicas share the requests; one that does not answer its health check gets none. */
function loadBalancer({ draft, endpoint, containers, port }: BoundRoute): Record<string, unknown> {
  const servers = containers.map((container) => ({ url: `http://${container}:${port}` }));
  if (containers.length === 1) return { servers };
  const health = draft.spec.kind === "service" ? draft.spec.health : undefined;
  const path = health?.kind === "http" && health.endpoint === endpoint ? health.path : undefined;
  return {
    servers,
    serversTransport: replicaTransport,
    ...(path !== undefined && { healthCheck: { path, interval: "2s", timeout: "2s" } }),
  };
}
