import { edgeName } from "../exposure/edge";
import { containerNames } from "../naming";
import { serviceId, type Plan, type PlannedRoute, type PlannedService } from "../types";
import { none, replacementDowntime, togetherDowntime } from "./downtime";
import { compareServices } from "./fields";
import { replacedNetworks } from "./networks";
import type { Change, ContainerConsequence, Downtime } from "./types";

/** A container of a plan, under the name by which the engine knows it from update to update. */
export interface PlannedContainer {
  key: string;
  container: string;
  service: PlannedService;
}

/** All containers of a plan; a service that becomes a job is another one to the engine. */
export function containersOf(plan: Plan): PlannedContainer[] {
  return plan.services.flatMap((service) =>
    containerNames(service).map((container, index) => ({
      key: `${serviceId(service)} ${service.kind} ${index}`,
      container,
      service,
    })),
  );
}

/** What becomes of every container, in the new plan's start order; those that go away come last. */
export function containerConsequences(base: Plan, head: Plan): ContainerConsequence[] {
  const old = new Map(containersOf(base).map((each) => [each.key, each]));
  const now = containersOf(head);
  const kept = new Set(now.map(({ key }) => key));
  const gone = [...old.values()].filter(({ key }) => !kept.has(key));
  const networks = new Map(
    replacedNetworks(base, head).map(({ name, because }) => [name, because]),
  );
  const together = downTogether(base, head, networks);
  /** Services of which a container is another from now on. */
  const renewed = new Set(gone.map(({ service }) => serviceId(service)));

  const found = now.map(({ key, container, service }): ContainerConsequence => {
    const id = serviceId(service);
    const before = old.get(key)?.service;
    const result = (effect: ContainerConsequence["effect"], changes: Change[], down: Downtime) => {
      if (effect === "created" || effect === "replaced") renewed.add(id);
      return consequence(container, service, effect, changes, down);
    };
    if (before === undefined) return result("created", [], none("it is new"));
    const own = compareServices(before, service);
    const others = [
      ...networkChanges(before, service, networks),
      ...tunnelChanges(base, head, service),
      ...targetChanges(service, renewed),
    ];
    const changes = [...own.changes, ...others];
    if (own.effect === "replace" || others.length > 0) {
      const down = together.has(id)
        ? togetherDowntime(service, together)
        : replacementDowntime(service);
      return result("replaced", changes, down);
    }
    return own.effect === "update"
      ? result("updated", changes, none("it is changed while it runs"))
      : result("untouched", changes, none("nothing of it changes"));
  });
  return [
    ...found.map((each) => ({ ...each, interrupts: interrupts(each, head) })),
    ...gone.map(({ container, service }) =>
      consequence(container, service, "removed", [], none("it is taken away for good")),
    ),
  ];
}

/**
 * What goes down first and then comes up in order: all on a network that is made anew, and all that
 * has a secret which a job makes valid, with that job.
 */
function downTogether(
  base: Plan,
  head: Plan,
  networks: ReadonlyMap<string, string>,
): Map<string, PlannedService> {
  const before = new Map(base.services.map((service) => [serviceId(service), service]));
  const versions = (plan: Plan) =>
    new Map(
      plan.services.flatMap(({ secrets }) =>
        Object.values(secrets).map(({ label, version }) => [label, version] as const),
      ),
    );
  const [old, now] = [versions(base), versions(head)];
  const rotated = new Set(
    head.services
      .flatMap(({ appliesSecrets }) => appliesSecrets)
      .filter((label) => old.has(label) && old.get(label) !== now.get(label)),
  );
  return new Map(
    head.services
      .filter((service) => {
        const was = before.get(serviceId(service));
        if (was === undefined) return false;
        const shares = Object.values(service.secrets).some(({ label }) => rotated.has(label));
        return shares || networkChanges(was, service, networks).length > 0;
      })
      .map((service) => [serviceId(service), service]),
  );
}

function networkChanges(
  before: PlannedService,
  after: PlannedService,
  networks: ReadonlyMap<string, string>,
): Change[] {
  return after.networks
    .filter((name) => networks.has(name) && before.networks.includes(name))
    .map((name) =>
      cause(`networks.${name}`, `network ${name} is made anew: ${networks.get(name)}`),
    );
}

/** A tunnel of another account is another tunnel, with another token. */
function tunnelChanges(base: Plan, head: Plan, service: PlannedService): Change[] {
  if (base.tunnel === null || head.tunnel === null) return [];
  if (base.tunnel.account === head.tunnel.account) return [];
  if (!Object.values(service.secrets).some(({ origin }) => origin === "tunnel")) return [];
  return [cause("tunnel", "tunnel: made anew in another account")];
}

/** A job runs again when a container of a service that it sets up is another. */
function targetChanges({ targets }: PlannedService, renewed: ReadonlySet<string>): Change[] {
  return targets
    .filter((id) => renewed.has(id))
    .map((id) => cause("targets", `${id} has other containers`));
}

const cause = (field: string, text: string): Change => ({ field, before: null, after: null, text });

function consequence(
  container: string,
  service: PlannedService,
  effect: ContainerConsequence["effect"],
  changes: Change[],
  downtime: Downtime,
): ContainerConsequence {
  const { kind } = service;
  const nobody = { services: [], urls: [] };
  return {
    container,
    service: serviceId(service),
    kind,
    effect,
    changes,
    downtime,
    interrupts: nobody,
  };
}

const connectorOf = (via: PlannedRoute["via"]): string =>
  `${edgeName}/${via === "traefik" ? "traefik" : "cloudflared"}`;

/** Who needs a container that is down, and the addresses that lead to it. */
function interrupts(
  { service, downtime }: ContainerConsequence,
  head: Plan,
): ContainerConsequence["interrupts"] {
  if (downtime.mostSeconds === 0) return { services: [], urls: [] };
  const needy = head.services.filter(
    (other) =>
      other.kind === "service" && other.needs.some((need) => need.split("#")[0] === service),
  );
  // All that the public reaches goes through Traefik or cloudflared.
  const routes = head.routes.filter(
    (route) => serviceId(route) === service || connectorOf(route.via) === service,
  );
  return { services: needy.map(serviceId).sort(), urls: routes.map(({ url }) => url) };
}
