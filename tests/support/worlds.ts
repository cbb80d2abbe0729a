import fc from "fast-check";
import { parseCatalogue } from "../../config/catalogue";
import type { ImagesLock } from "../../config/schema/images-lock";
import { environments, roles, type Environment } from "../../config/schema/common";
import type { RolePolicy, Way } from "../../config/schema/exposure";
import type { ServiceEntry } from "../../config/schema/service";
import type { Settings } from "../../config/schema/settings";
import type { SystemInput } from "../../config/schema/system";
import type { MachineFacts } from "../../planning/types";
import { job, otherHost, service, settings, system } from "./catalogue";

/** A generated catalogue with the stacks that pick from it and what a machine says. */
export interface World {
  systems: SystemInput[];
  /** The one to plan first. */
  stacks: Settings[];
  machine: MachineFacts | undefined;
  lock?: ImagesLock;
  /** What was done to it that may be wrong; empty for a world that must plan without issues. */
  flaws: string[];
}

type Endpoint = NonNullable<NonNullable<ServiceEntry["endpoints"]>[string]>;
type Place = "both" | "dev" | "prod" | "nowhere";
const needKinds = ["endpoint", "browser", "database", "secret", "external", "job"] as const;

/** What a route may ask for beside its address. */
const extras = ["nothing", "nothing", "strip", "rate", "body"] as const;
/** Access rules of every stack: one of both ways, and one that asks a service. */
const rules = ["operators", "staff"] as const;

/** Numbers that `build` takes modulo what there is to choose from: they shrink well. */
interface ServiceShape {
  kind: "service" | "job" | "postgres";
  built: boolean;
  project: number;
  home: "main" | "data";
  endpoints: {
    place: Place;
    role: number;
    http: boolean;
    gap: number;
    /** Whether its address is a path of a host that others have paths of. */
    shared: boolean;
    extra: (typeof extras)[number];
    rule: (typeof rules)[number];
  }[];
  needs: { kind: (typeof needKinds)[number]; target: number; own: boolean }[];
  volume: boolean;
  cache: boolean;
  prodOnly: boolean;
  health: "http" | "tcp" | "command";
  replicas: number;
}

interface Shape {
  policy: Record<Environment, RolePolicy>;
  /** Overrides for the first system. */
  alpha: Record<Environment, RolePolicy>;
  /** Whether published ports are open to other machines. */
  open: boolean;
  systems: { slices: boolean; services: ServiceShape[] }[];
  prod: boolean;
  neighbour: "none" | "same" | "other";
  scheme: "blocks" | "documented";
  missing: boolean;
  localImages: boolean;
  observed: boolean;
  versions: boolean;
}

const index = fc.nat({ max: 50 });
const serviceShape: fc.Arbitrary<ServiceShape> = fc.record({
  kind: fc.constantFrom(
    "service" as const,
    "service" as const,
    "job" as const,
    "postgres" as const,
  ),
  built: fc.boolean(),
  project: index,
  home: fc.constantFrom("main" as const, "data" as const),
  endpoints: fc.array(
    fc.record({
      place: fc.constantFrom<Place>("both", "dev", "prod", "nowhere"),
      role: index,
      http: fc.boolean(),
      gap: fc.nat({ max: 2 }),
      shared: fc.boolean(),
      extra: fc.constantFrom(...extras),
      rule: fc.constantFrom(...rules),
    }),
    { maxLength: 3 },
  ),
  needs: fc.array(
    fc.record({ kind: fc.constantFrom(...needKinds), target: index, own: fc.boolean() }),
    { maxLength: 4 },
  ),
  volume: fc.boolean(),
  cache: fc.boolean(),
  prodOnly: fc.boolean(),
  health: fc.constantFrom("http" as const, "tcp" as const, "command" as const),
  replicas: fc.constantFrom(1, 1, 1, 2),
});

const routed: (Way | Way[])[] = [
  ...(["traefik", "cloudflareTunnel"] as const),
  ["traefik", "hostPort"],
  ["hostPort", "cloudflareTunnel"],
];

/** A policy under which everything can have its way; a role that is left out has the default's. */
const policy: fc.Arbitrary<RolePolicy> = fc
  .record({
    public: fc.constantFrom(undefined, "hostPort" as const, ...routed),
    dashboard: fc.constantFrom(undefined, "hostPort" as const, "none" as const, ...routed),
    internal: fc.constantFrom(undefined, "hostPort" as const, "none" as const),
  })
  .map((ways) => Object.fromEntries(Object.entries(ways).filter(([, way]) => way !== undefined)));

const shape: fc.Arbitrary<Shape> = fc.record({
  policy: fc.record({ dev: policy, prod: policy }),
  alpha: fc.record({ dev: policy, prod: policy }),
  open: fc.boolean(),
  systems: fc.array(
    fc.record({
      slices: fc.boolean(),
      services: fc.array(serviceShape, { minLength: 1, maxLength: 5 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  prod: fc.boolean(),
  neighbour: fc.constantFrom("none" as const, "same" as const, "other" as const),
  scheme: fc.constantFrom("blocks" as const, "blocks" as const, "documented" as const),
  missing: fc.boolean(),
  localImages: fc.boolean(),
  observed: fc.boolean(),
  versions: fc.boolean(),
});

/** A service that later ones may need. */
interface Target {
  system: string;
  name: string;
  entry: ServiceEntry;
  /** Absent from dev. */
  prodOnly: boolean;
}

/** Overrides per service that a sound world needs, by environment. */
type Overrides = Record<Environment, Record<string, RolePolicy>>;

/** The ways of a role under a shape's policy, before overrides per service. */
function waysOf(shape: Shape, system: string, environment: Environment, role: string): Way[] {
  const key = role as keyof RolePolicy;
  const chosen =
    (system === "alpha" ? shape.alpha[environment][key] : undefined) ??
    shape.policy[environment][key] ??
    (environment === "prod" && role === "internal" ? "none" : "hostPort");
  return [chosen].flat();
}

const systemNames = ["alpha", "beta", "gamma"];
const stems = ["api", "web", "cache", "mail", "work"];

/** Turns a shape into a world without flaws: names and ports are unique, needs point backwards. */
function build(shape: Shape): World {
  const systems: SystemInput[] = [];
  const targets: Target[] = [];
  const overrides: Overrides = { dev: {}, prod: {} };
  let documented = 10000;
  shape.systems.forEach(({ slices, services: shapes }, systemIndex) => {
    const name = systemNames[systemIndex] ?? "omega";
    const projects = [name, `${name}-extra`];
    const slots = [0, 0];
    const services: Record<string, ServiceEntry> = {};
    shapes.forEach((one, position) => {
      // A short name of its own: who is on the networks of two systems calls neither's by mistake.
      const own = `${stems[position] ?? "more"}-${systemIndex}${position}`;
      // What others may need stays in both environments: a missing target would be a flaw.
      const prodOnly = one.prodOnly && position === shapes.length - 1;
      const project = one.project % projects.length;
      const endpoints = Object.fromEntries(
        one.endpoints.map((endpoint, endpointIndex) => {
          // Five services of three endpoints fit a slice of 20 only without gaps.
          const slot = (slots[project] = (slots[project] ?? 0) + (slices ? 0 : endpoint.gap));
          const place = one.kind !== "service" || one.replicas > 1 ? "nowhere" : endpoint.place;
          if (place !== "nowhere") slots[project] = slot + 1;
          documented += 2;
          const role =
            (one.kind === "service" ? roles[endpoint.role % 3] : undefined) ?? "internal";
          const routes: Record<string, RouteText[]> = {};
          for (const environment of environments) {
            if (role === "internal" || (prodOnly && environment === "dev")) continue;
            const published = place === "both" || place === environment;
            const ways = waysOf(shape, name, environment, role);
            const closed = role === "public" && !published && ways.join() === "hostPort";
            const unfit = one.replicas > 1 || endpoint.extra !== "nothing";
            const forced = closed || (unfit && ways.includes("cloudflareTunnel"));
            // One of a service's endpoints decides for those of its role; all of them have routes.
            const id = `${name}/${own}`;
            if (forced)
              overrides[environment][id] = { ...overrides[environment][id], [role]: "traefik" };
            routes[environment] = [
              routeOf(
                endpoint,
                `${name}-${own}-${endpointIndex}`,
                `${name}-${own}-${role}`,
                environment,
              ),
            ];
          }
          return [
            `port-${endpointIndex}`,
            {
              port: 3000 + endpointIndex,
              protocol: endpoint.http || role !== "internal" ? ("http" as const) : ("tcp" as const),
              role,
              ...(place === "nowhere" ? {} : { slot }),
              published: {
                ...(place === "both" || place === "dev" ? { dev: documented } : {}),
                ...(place === "both" || place === "prod" ? { prod: documented + 1 } : {}),
              },
              routes,
            },
          ];
        }),
      );
      const first = Object.keys(endpoints)[0];
      const exposed = Object.values(endpoints).some(
        ({ published }) => published.dev !== undefined || published.prod !== undefined,
      );
      const common = {
        project: projects[project] ?? name,
        image: one.built
          ? { build: { bases: { NODE: "node:20.19.5" } } }
          : { registry: "redis:7.4.2-alpine" },
        networks: one.kind === "postgres" ? ["data"] : exposed ? ["main", "data"] : [one.home],
        endpoints: {
          ...endpoints,
          ...(one.kind === "postgres"
            ? { sql: { port: 5432, protocol: "tcp" as const, role: "internal" as const } }
            : {}),
        },
        // A need may bring a network that is not internal, on which data must not be.
        needs: one.kind === "postgres" ? {} : needsOf(one, name, targets, shape),
        variables: { MODE: "{environment}", HOST: "{parameter:HOST}" },
        mounts: [
          ...(one.volume ? [{ volume: `data-${position}`, target: "/data" }] : []),
          ...(one.cache ? [{ cache: "modules", target: "/app/node_modules" }] : []),
        ],
        replicas: one.kind === "service" ? one.replicas : 1,
      };
      const health =
        one.health === "command" || first === undefined
          ? { kind: "command" as const, command: ["true"] }
          : one.health === "http"
            ? { kind: "http" as const, endpoint: first, path: "/", probe: "wget" as const }
            : { kind: "tcp" as const, endpoint: first, probe: "nc" as const };
      const entry =
        one.kind === "job"
          ? job(common)
          : service({
              ...common,
              health,
              ...(one.kind === "postgres"
                ? { postgres: { endpoint: "sql" }, tmpfs: ["/var/lib/postgresql"] }
                : {}),
            });
      if (prodOnly) entry.dev = { absent: "only what is sold needs it" };
      services[own] = entry;
      if (!prodOnly) targets.push({ system: name, name: own, entry, prodOnly });
    });
    systems.push(
      system(name, services, {
        networks: {
          main: { name: `${name}-{environment}` },
          data: { name: `${name}-data-{environment}`, internal: true },
        },
        volumes: Object.fromEntries(
          shapes.map((_, position) => [
            `data-${position}`,
            { name: `${name}_data_${position}_{environment}` },
          ]),
        ),
        projects: Object.fromEntries(
          projects.map((project, projectIndex) => [
            project,
            {
              ports: slices
                ? { block: systemIndex, slice: projectIndex }
                : { block: systemIndex + 4 * projectIndex },
            },
          ]),
        ),
        parameters: { HOST: { about: "a host", default: "localhost" } },
        externals: { shop: { about: "elsewhere", url: "https://shop.example" } },
      }),
    );
  });
  return {
    systems,
    stacks: stacksOf(shape, systems, overrides, targets),
    machine: machineOf(shape),
    flaws: [],
  };
}

type RouteText = NonNullable<NonNullable<Endpoint["routes"]>["dev"]>[number];

/**
 * An address of an environment's own. Endpoints of one role of a service have one way, so they may
 * have one host.
 */
function routeOf(
  { shared, extra, rule, role }: ServiceShape["endpoints"][number],
  own: string,
  group: string,
  environment: Environment,
): RouteText {
  return {
    host: `${shared ? group : own}.${environment}.example.org`,
    path: shared ? `/${own}` : "/",
    ...(roles[role % 3] === "dashboard" ? { access: rule } : {}),
    ...(extra === "strip" ? { stripPath: true } : {}),
    ...(extra === "rate" ? { rateLimit: { average: 5, burst: 10 } } : {}),
    ...(extra === "body" ? { maxBody: "10 MiB" } : {}),
  };
}

/** What every stack has for its routes; dev's Traefik leaves the usual ports to prod's. */
function edgeOf(targets: readonly Target[], environment: Environment): Record<string, unknown> {
  const guard = targets.find(
    ({ entry }) =>
      entry.kind !== "job" &&
      Object.values(entry.endpoints ?? {}).some(({ protocol = "http" }) => protocol === "http"),
  );
  const emails = { emails: ["ann@example.org"] };
  const asked = guard && { forwardAuth: { endpoint: `${guard.system}/${guard.name}` } };
  return {
    zones: ["example.org", `${environment}.example.org`],
    access: {
      operators: { basicAuth: ["ann", "bob"], ...emails },
      staff: { ...(asked ?? { basicAuth: ["ann"] }), ...emails },
    },
    traefik: environment === "dev" ? { httpPort: 8080, httpsPort: 8443 } : {},
  };
}

function stacksOf(
  shape: Shape,
  systems: readonly SystemInput[],
  overrides: Overrides,
  targets: readonly Target[],
): Settings[] {
  const values = {
    ports: shape.scheme,
    bindAddress: shape.open ? "0.0.0.0" : "127.0.0.1",
    ...(shape.versions && hasSession(systems) ? { secretVersions: { "alpha/session": 3 } } : {}),
  };
  const [own, neighbour] = shape.prod ? (["prod", "dev"] as const) : (["dev", "prod"] as const);
  const exposed = (environment: Environment) => ({
    ...values,
    ...edgeOf(targets, environment),
    exposure: {
      ...shape.policy[environment],
      systems: { alpha: shape.alpha[environment] },
      services: overrides[environment],
    },
  });
  return [
    settings(own, exposed(own)),
    ...(shape.neighbour === "none"
      ? []
      : [
          settings(neighbour, {
            ...exposed(neighbour),
            ...(shape.neighbour === "other" ? { host: otherHost } : {}),
          }),
        ]),
  ];
}

/** Whether alpha has the secret `session` in both environments: a version of no secret is an issue. */
function hasSession(systems: readonly SystemInput[]): boolean {
  const catalogue = parseCatalogue(systems);
  return environments.every((environment) =>
    catalogue.systems[environment]
      .filter((system) => system.name === "alpha")
      .flatMap((system) => Object.values(system.services))
      .some((found) => Object.values(found.needs).some((need) => "secret" in need)),
  );
}

function machineOf(shape: Shape): MachineFacts | undefined {
  if (!shape.observed) return undefined;
  return {
    missingSources: shape.missing ? ["dev/alpha", "prod/beta"] : [],
    localImages: shape.localImages
      ? (image) => (image.startsWith("node") ? { reference: "berth.local/node:1" } : undefined)
      : "unused",
  };
}

function needsOf(
  one: ServiceShape,
  systemName: string,
  targets: readonly Target[],
  shape: Shape,
): NonNullable<ServiceEntry["needs"]> {
  const needs: NonNullable<ServiceEntry["needs"]> = {};
  one.needs.forEach(({ kind, target, own }, position) => {
    const name = `need-${position}`;
    const variable = `NEED_${position}`;
    const pick = (fits: (candidate: Target) => boolean): Target | undefined => {
      const candidates = targets.filter(
        (candidate) => fits(candidate) && (!own || candidate.system === systemName),
      );
      return candidates[target % Math.max(1, candidates.length)];
    };
    const reference = (found: Target) =>
      found.system === systemName ? found.name : `${found.system}/${found.name}`;
    switch (kind) {
      case "endpoint": {
        const found = pick(
          ({ entry }) =>
            entry.kind !== "job" &&
            Object.values(entry.endpoints ?? {}).some(
              ({ protocol = "http" }) => protocol === "http",
            ),
        );
        if (found) needs[name] = { endpoint: reference(found), variables: { [variable]: "{url}" } };
        return;
      }
      case "browser": {
        const isOpen = (system: string, { role, published }: Endpoint) =>
          environments.every(
            (environment) =>
              role === "public" ||
              (published?.[environment] !== undefined &&
                waysOf(shape, system, environment, role).join() === "hostPort"),
          );
        const found = pick(({ system, entry }) =>
          Object.values(entry.endpoints ?? {}).some(
            (endpoint) => endpoint && isOpen(system, endpoint),
          ),
        );
        const open = Object.entries(found?.entry.endpoints ?? {}).find(
          ([, endpoint]) => found && endpoint && isOpen(found.system, endpoint),
        );
        if (found && open) {
          needs[name] = {
            endpoint: `${reference(found)}#${open[0]}`,
            reach: "browser",
            variables: { [variable]: "{protocol}://{host}:{port}" },
          };
        }
        return;
      }
      case "database": {
        const found = pick(({ entry }) => "postgres" in entry && entry.postgres !== undefined);
        if (found) {
          needs[name] = {
            database: `${reference(found)}#db_${targets.length}_${position}`,
            variables: { [variable]: "{url}", [`${variable}_PASSWORD`]: "{password}" },
          };
        }
        return;
      }
      case "secret":
        needs[name] = { secret: "session", variables: { [variable]: "{value}" } };
        return;
      case "external":
        needs[name] = { external: "shop", variables: { [variable]: "{url}" } };
        return;
      case "job": {
        const found = pick(({ entry }) => entry.kind === "job");
        if (found) needs[name] = { job: reference(found) };
        return;
      }
    }
  });
  return needs;
}

export type Flaw = (world: World, at: number, more: number) => void;

/** The service that a number means. */
export function someService(world: World, at: number): [SystemInput, string, ServiceEntry] {
  const all = world.systems.flatMap((one) =>
    Object.entries(one.services).map(([name, entry]): [SystemInput, string, ServiceEntry] => [
      one,
      name,
      entry,
    ]),
  );
  const found = all[at % all.length];
  if (found === undefined) throw new Error("a world has a service");
  return found;
}

function endpointOf(world: World, at: number) {
  const [, , entry] = someService(world, at);
  const endpoints = Object.values(entry.endpoints ?? {});
  return endpoints[at % Math.max(1, endpoints.length)] ?? undefined;
}

/** Has every stack reach what it can by Traefik, but for these services. */
export function routeAll(world: World, services: Record<string, RolePolicy>): void {
  const exposure = { public: "traefik" as const, dashboard: "traefik" as const };
  world.stacks = world.stacks.map((stack) => ({
    ...stack,
    exposure: { ...exposure, systems: {}, services },
  }));
}

/** Mistakes about what is reached from outside. */
const exposureFlaws: Record<string, Flaw> = {
  "same address": (world, at, more) => {
    const [one, other] = [endpointOf(world, at), endpointOf(world, more)];
    if (one && other?.routes) one.routes = { ...other.routes };
    routeAll(world, {});
  },
  "one address in both environments": (world, at) => {
    const endpoint = endpointOf(world, at);
    const route = { host: "www.example.org" };
    if (endpoint) endpoint.routes = { dev: [route], prod: [route] };
  },
  "host in no zone": (world, at) => {
    const endpoint = endpointOf(world, at);
    if (endpoint) endpoint.routes = { dev: [{ host: "example.com" }] };
  },
  "rule of another name": (world, at) => {
    const endpoint = endpointOf(world, at);
    const route = { host: "x.example.org", access: "constructor" };
    if (endpoint) endpoint.routes = { dev: [route], prod: [{ ...route, host: "y.example.org" }] };
  },
  "host of a parameter": (world, at, more) => {
    const [one] = someService(world, at);
    const endpoint = endpointOf(world, at);
    const parameter = ["HOST", "SITE", "toString"][more % 3] ?? "HOST";
    one.parameters = { ...one.parameters, SITE: { about: "a site", default: "s.example.org" } };
    if (endpoint)
      endpoint.routes = { dev: [{ host: { parameter } }], prod: [{ host: { parameter } }] };
  },
  "another role": (world, at, more) => {
    const endpoint = endpointOf(world, at);
    if (endpoint) endpoint.role = roles[more % 3] ?? "public";
  },
  "another policy": (world, at, more) => {
    const ways = ["hostPort", "traefik", "cloudflareTunnel", "none"] as const;
    const policy = { [roles[at % 3] ?? "public"]: ways[more % 4] };
    world.stacks = world.stacks.map((stack) => ({
      ...stack,
      exposure: { ...stack.exposure, ...policy },
    }));
  },
  "policy of nothing": (world, at) => {
    const name = ["constructor", "alpah"][at % 2] ?? "alpah";
    world.stacks = world.stacks.map((stack) => ({
      ...stack,
      exposure: { ...stack.exposure, systems: { [name]: { public: "none" } } },
    }));
  },
  "no zones and no rules": (world) => {
    world.stacks = world.stacks.map((stack) => ({ ...stack, zones: [], access: {} }));
  },
  "one pair of ports for every Traefik": (world) => {
    world.stacks = world.stacks.map((stack) => ({
      ...stack,
      traefik: { ...stack.traefik, httpPort: 80, httpsPort: 443 },
    }));
  },
  "system of Berth's own name": (world) => {
    const [one] = world.systems;
    if (one) one.name = "edge";
  },
  "another path of the same host": (world, at, more) => {
    const [one, other] = [endpointOf(world, at), endpointOf(world, more)];
    if (!one || !other?.routes || one === other) return;
    const moved = (routes: RouteText[] | undefined) =>
      routes?.map((route) => ({ ...route, path: `/moved${route.path === "/" ? "" : route.path}` }));
    one.routes = Object.fromEntries(
      Object.entries(other.routes).map(([environment, routes]) => [environment, moved(routes)]),
    );
    const [owner, name] = someService(world, at);
    routeAll(world, { [`${owner.name}/${name}`]: { public: "cloudflareTunnel" } });
  },
  "route to what is internal": (world, at) => {
    const endpoint = endpointOf(world, at);
    if (endpoint) endpoint.role = "internal";
    world.stacks = world.stacks.map((stack) => ({
      ...stack,
      exposure: { ...stack.exposure, internal: "traefik" },
    }));
  },
};

/** Small mistakes as people make them. Not each of them is an issue in every world. */
export const flaws: Record<string, Flaw> = {
  ...exposureFlaws,
  "slot taken twice": (world, at, more) => {
    const [one, other] = [endpointOf(world, at), endpointOf(world, more)];
    if (one && other?.slot !== undefined) one.slot = other.slot;
  },
  "slot left out": (world, at) => {
    const endpoint = endpointOf(world, at);
    if (endpoint) delete endpoint.slot;
  },
  "slot beyond a slice": (world, at) => {
    const endpoint = endpointOf(world, at);
    if (endpoint) endpoint.slot = 99;
  },
  "same documented port": (world, at, more) => {
    const [one, other] = [endpointOf(world, at), endpointOf(world, more)];
    if (one && other) one.published = { ...other.published };
  },
  "need of nothing": (world, at) => {
    const [, , entry] = someService(world, at);
    entry.needs = { ...entry.needs, extra: { endpoint: "nobody" } };
  },
  "need forwards": (world, at, more) => {
    const [, , entry] = someService(world, at);
    const [target, name, wanted] = someService(world, more);
    const reference = `${target.name}/${name}`;
    const extra = wanted.kind === "job" ? { job: reference } : { endpoint: reference };
    entry.needs = { ...entry.needs, extra };
  },
  "unknown part": (world, at) => {
    const [, , entry] = someService(world, at);
    const extra = { secret: "extra", variables: { EXTRA: "{constructor}{url}" } };
    entry.needs = { ...entry.needs, extra };
  },
  "unknown project": (world, at) => {
    someService(world, at)[2].project = "constructor";
  },
  "unknown network": (world, at, more) => {
    someService(world, at)[2].networks = [["lan", "toString", "constructor"][more % 3] ?? "lan"];
  },
  "unknown volume": (world, at, more) => {
    const volume = ["disk", "toString"][more % 2] ?? "disk";
    someService(world, at)[2].mounts = [{ volume, target: "/data" }];
  },
  "unknown parameter": (world, at) => {
    someService(world, at)[2].variables = { EXTRA: "{parameter:NOTHING}" };
  },
  "unknown external": (world, at) => {
    const [, , entry] = someService(world, at);
    entry.needs = { ...entry.needs, extra: { external: "constructor" } };
  },
  "host mount without a reason": (world, at) => {
    someService(world, at)[2].mounts = [{ host: "/proc", target: "/host/proc" }];
  },
  "no user": (world, at) => {
    delete someService(world, at)[2].user;
  },
  "root without a reason": (world, at) => {
    someService(world, at)[2].user = "0:0";
  },
  "source mounted in both environments": (world, at) => {
    someService(world, at)[2].mounts = [{ source: "src", target: "/app" }];
  },
  "capability without a name": (world, at) => {
    const reason = "it listens on a low port";
    someService(world, at)[2].exceptions = [{ allow: "capability", reason }];
  },
  "same container name": (world, at, more) => {
    someService(world, at)[2].container = "twin";
    someService(world, more)[2].container = "twin";
  },
  "same alias": (world, at, more) => {
    someService(world, at)[2].aliases = ["twin"];
    someService(world, more)[2].aliases = ["twin"];
  },
  "internal network alone": (world, at) => {
    someService(world, at)[2].networks = ["data"];
  },
  "network without environment": (world, at) => {
    const [one] = someService(world, at);
    one.networks.main = { name: "lan" };
  },
  "volume without environment": (world, at) => {
    const [one] = someService(world, at);
    one.volumes = { ...one.volumes, "data-0": { name: "disk" } };
  },
  "same block": (world, at) => {
    const [one] = someService(world, at);
    for (const project of Object.values(one.projects)) project.ports = { block: 0 };
  },
  "system of another name": (world) => {
    world.stacks = world.stacks.map((stack) => ({ ...stack, systems: ["alpha", "delta"] }));
  },
  "only one system": (world) => {
    world.stacks = world.stacks.map((stack) => ({ ...stack, systems: ["beta"] }));
  },
  "parameter of another name": (world) => {
    world.stacks = world.stacks.map((stack) => ({ ...stack, parameters: { HOTS: "1" } }));
  },
  "stack that is not there": (world) => {
    world.stacks = [];
  },
};

/** Worlds that must plan without an issue. */
export const soundWorlds: fc.Arbitrary<World> = shape.map(build);

/** Worlds with up to three of these mistakes. */
export const flawedWorlds = (of: Record<string, Flaw>): fc.Arbitrary<World> =>
  fc
    .tuple(
      shape,
      fc.array(fc.tuple(fc.constantFrom(...Object.keys(of)), index, index), { maxLength: 3 }),
    )
    .map(([shape, chosen]) => {
      const world = build(shape); // a new one each time: flaws change it in place
      for (const [name, at, more] of chosen) {
        of[name]?.(world, at, more);
        world.flaws.push(name);
      }
      return world;
    });

/** Worlds with up to three small mistakes. */
export const worlds = flawedWorlds(flaws);

/** Worlds with up to three mistakes about what is reached from outside. */
export const exposedWorlds = flawedWorlds(exposureFlaws);
