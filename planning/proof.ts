import type { Issue } from "../config/issues";
import type { Environment } from "../config/schema/common";
import type { Settings } from "../config/schema/settings";
import { edgeName } from "./exposure/edge";
import { ambiguousNames, aliasClashes } from "./aliases";
import { groupBy } from "./group";
import { repeatedServices } from "./host";
import { containerNames } from "./naming";
import { serviceId, type Plan } from "./types";

/** A plan with the settings that it came from. */
export interface StackPlan {
  plan: Plan;
  settings: Settings;
}

/** Whatever can be held by one alone: a container name, a host port, a public address, a network, a volume. */
interface Claim {
  what: string;
  /** Who claims it, as the message names it. */
  owner: string;
  path: string;
  stack: string;
  remedy: string;
  environment: Environment;
  /** Whether it is a name of Berth's own proxies, which a stack of the same environment has alike. */
  edge: boolean;
}

/** Findings about a stack among all that share its host: nothing is claimed twice. */
export function proveHost(stack: StackPlan, others: readonly StackPlan[]): Issue[] {
  const own = claims(stack);
  const foreign = others.flatMap(claims);
  const issues: Issue[] = [];
  const first = new Map<string, Claim>();
  for (const claim of foreign) first.set(claim.what, first.get(claim.what) ?? claim);
  const mine = new Map<string, Claim>();
  for (const claim of own) {
    const other = mine.get(claim.what) ?? first.get(claim.what);
    mine.set(claim.what, claim);
    if (other === undefined || (claim.edge && other.edge)) continue;
    const where = other.stack === claim.stack ? "" : `, stack ${other.stack}`;
    // One and the same that runs in two stacks is told once, not for each of its names.
    if (where !== "" && other.owner === claim.owner && other.environment === claim.environment)
      continue;
    const twice = where === "" && other.owner === claim.owner;
    issues.push({
      path: claim.path,
      message: twice
        ? `${claim.what} is taken twice by ${claim.owner}`
        : `${claim.what} is ${other.owner}'s${where}`,
      remedy: claim.remedy,
    });
  }
  return [
    ...issues,
    ...repeatedServices(stack, others),
    ...doubledEdges(stack, others),
    ...dividedHosts(stack, others),
    ...aliasClashes(stack.plan),
    ...ambiguousNames(stack.plan),
    ...unreachablePorts(stack.plan),
  ];
}

function claims({ plan, settings }: StackPlan): Claim[] {
  const found: Claim[] = [];
  const { environment } = plan;
  for (const service of plan.services) {
    const common = {
      owner: serviceId(service),
      path: `systems/${serviceId(service)}`,
      stack: plan.stack,
      environment,
      edge: false,
    };
    const edge = service.system === edgeName;
    for (const container of containerNames(service)) {
      found.push({
        ...common,
        edge,
        what: `container name ${container}`,
        remedy: "give one of them another container name",
      });
    }
    for (const port of service.ports) {
      const remedy =
        service.system === edgeName
          ? "give one of them another port: httpPort and httpsPort of berth:traefik, or a service's slot"
          : settings.ports === "documented"
            ? "choose another port for one of them, use the blocks scheme, or run fewer systems (berth:systems)"
            : "choose another slot for one of them, or another block for its project";
      found.push({ ...common, edge, what: `port ${port.host}`, remedy });
    }
  }
  for (const route of plan.routes) {
    found.push({
      what: `address ${route.host}${route.path}`,
      owner: serviceId(route),
      path: `systems/${serviceId(route)}.endpoints.${route.endpoint}.routes`,
      stack: plan.stack,
      environment,
      edge: false,
      remedy: "give one of them another host or path",
    });
  }
  for (const network of plan.networks) {
    found.push({
      what: `network ${network.name}`,
      owner: network.system,
      edge: network.system === edgeName,
      path: `systems/${network.system}`,
      stack: plan.stack,
      environment,
      remedy: "name the environment in it: '{environment}'",
    });
  }
  for (const volume of plan.volumes) {
    found.push({
      what: `volume ${volume.name}`,
      owner: volume.system,
      edge: volume.system === edgeName,
      path: `systems/${volume.system}`,
      stack: plan.stack,
      environment,
      remedy: volume.adopted
        ? "let each take over a volume of its own (berth:volumes)"
        : "name the environment in it: '{environment}'",
    });
  }
  return found;
}

/** Two stacks of one environment would want one name for their proxies, two of any one port. */
function doubledEdges({ plan }: StackPlan, others: readonly StackPlan[]): Issue[] {
  const proxies = (one: Plan) =>
    one.services.filter(({ system, kind }) => system === edgeName && kind === "service");
  return others.flatMap((other) =>
    proxies(plan).flatMap((own) => {
      const same = proxies(other.plan).find(({ service }) => service === own.service);
      const ports = own.ports.filter(({ host }) => same?.ports.some((port) => port.host === host));
      if (same === undefined || (same.container !== own.container && ports.length === 0)) return [];
      const numbers = ports.map(({ host }) => host).join(" and ");
      const what =
        same.container === own.container
          ? `container ${own.container}, which is`
          : ports.length === 1
            ? `port ${numbers}, which is`
            : `ports ${numbers}, which are`;
      return [
        {
          path: `Pulumi.${plan.stack}.yaml.exposure`,
          message: `${serviceId(own)} wants ${what} stack ${other.plan.stack}'s on host ${plan.host}`,
          remedy:
            same.container === own.container
              ? "let one of the two stacks alone reach its services by this way"
              : "give one of them others: httpPort and httpsPort of berth:traefik",
        },
      ];
    }),
  );
}

/** A host name has one address: all its paths have to lead in the same way, into one stack. */
function dividedHosts(stack: StackPlan, others: readonly StackPlan[]): Issue[] {
  const routes = groupBy(
    [stack, ...others].flatMap(({ plan }) =>
      plan.routes.map((route, place) => ({ ...route, place, stack: plan.stack })),
    ),
    ({ host }) => host,
  );
  return stack.plan.routes.flatMap((route, index) => {
    const other = routes
      .get(route.host)
      ?.find(
        (one) => one.stack !== stack.plan.stack || (one.via !== route.via && one.place < index),
      );
    // The same path is a claim of its own.
    if (other === undefined || other.path === route.path) return [];
    const where = other.stack === stack.plan.stack ? "" : `, stack ${other.stack}`;
    return [
      {
        path: `systems/${serviceId(route)}.endpoints.${route.endpoint}.routes`,
        message: `host ${route.host} leads here by ${route.via} and to ${serviceId(other)} by ${other.via}${where}`,
        remedy: "give one of them another host, or the same way",
      },
    ];
  });
}

/** Docker publishes no port of a container that is on internal networks alone. */
function unreachablePorts(plan: Plan): Issue[] {
  const internal = new Set(
    plan.networks.filter((network) => network.internal).map((network) => network.name),
  );
  return plan.services
    .filter(
      (service) =>
        service.ports.length > 0 && service.networks.every((network) => internal.has(network)),
    )
    .map((service) => ({
      path: `systems/${serviceId(service)}.networks`,
      message: `port ${service.ports[0]?.host} can't be published: ${service.networks.join(" and ")} ${service.networks.length > 1 ? "are" : "is"} internal`,
      remedy: "add a network that is not internal, or do not publish it",
    }));
}
