import type { Issue } from "../config/issues";
import type { Settings } from "../config/schema/settings";
import { edgeName } from "./exposure/edge";
import { containerNames } from "./naming";
import { serviceId, type Plan, type PlannedService } from "./types";

/** A plan with the settings that it came from. */
export interface StackPlan {
  plan: Plan;
  settings: Settings;
}

/** Whatever can be held by one alone: a container name, a host port, a public address, a network, a volume. */
interface Claim {
  what: string;
  by: PlannedService | undefined;
  /** Who claims it, as the message names it. */
  owner: string;
  path: string;
  stack: string;
  remedy: string;
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
    if (other === undefined) continue;
    const where = other.stack === claim.stack ? "" : `, stack ${other.stack}`;
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
    ...dividedHosts(stack, others),
    ...aliasClashes(stack.plan),
    ...unreachablePorts(stack.plan),
  ];
}

function claims({ plan, settings }: StackPlan): Claim[] {
  const found: Claim[] = [];
  for (const service of plan.services) {
    const common = {
      by: service,
      owner: serviceId(service),
      path: `systems/${serviceId(service)}`,
      stack: plan.stack,
    };
    for (const container of containerNames(service)) {
      found.push({
        ...common,
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
      found.push({ ...common, what: `port ${port.host}`, remedy });
    }
  }
  for (const route of plan.routes) {
    found.push({
      what: `address ${route.host}${route.path}`,
      by: undefined,
      owner: serviceId(route),
      path: `systems/${serviceId(route)}.endpoints.${route.endpoint}.routes`,
      stack: plan.stack,
      remedy: "give one of them another host or path",
    });
  }
  for (const network of plan.networks) {
    found.push({
      what: `network ${network.name}`,
      by: undefined,
      owner: network.system,
      path: `systems/${network.system}`,
      stack: plan.stack,
      remedy: "name the environment in it: '{environment}'",
    });
  }
  for (const volume of plan.volumes) {
    found.push({
      what: `volume ${volume.name}`,
      by: undefined,
      owner: volume.system,
      path: `systems/${volume.system}`,
      stack: plan.stack,
      remedy: "name the environment in it: '{environment}'",
    });
  }
  return found;
}

/** A host name has one address: all its paths have to lead in the same way, into one stack. */
function dividedHosts(stack: StackPlan, others: readonly StackPlan[]): Issue[] {
  const routes = [stack, ...others].flatMap(({ plan }) =>
    plan.routes.map((route) => ({ ...route, stack: plan.stack })),
  );
  return stack.plan.routes.flatMap((route, index) => {
    const other = routes.find(
      (one, place) =>
        one.host === route.host &&
        (one.stack !== stack.plan.stack || (one.via !== route.via && place < index)),
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

/** Two that answer to one short name on one network would be reached in turn. */
function aliasClashes(plan: Plan): Issue[] {
  const issues: Issue[] = [];
  const answers = new Map<string, PlannedService>();
  for (const service of plan.services) {
    for (const network of service.networks) {
      const names = new Set([...(service.aliases[network] ?? []), ...containerNames(service)]);
      for (const name of names) {
        const key = `${network} ${name}`;
        const other = answers.get(key);
        if (other === undefined) answers.set(key, service);
        else if (other.container !== service.container) {
          issues.push({
            path: `systems/${serviceId(service)}.aliases`,
            message: `'${name}' on network ${network} is ${serviceId(other)}'s`,
            remedy: "give one of them another alias or another home network",
          });
        }
      }
    }
  }
  return issues;
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
