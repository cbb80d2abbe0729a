import fc from "fast-check";
import { parseCatalogue } from "../../config/catalogue";
import { environments } from "../../config/schema/common";
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
  /** What was done to it that may be wrong; empty for a world that must plan without issues. */
  flaws: string[];
}

type Endpoint = NonNullable<NonNullable<ServiceEntry["endpoints"]>[string]>;
type Place = "both" | "dev" | "prod" | "nowhere";
const needKinds = ["endpoint", "browser", "database", "secret", "external", "job"] as const;

/** Numbers that `build` takes modulo what there is to choose from: they shrink well. */
interface ServiceShape {
  kind: "service" | "job" | "postgres";
  built: boolean;
  project: number;
  home: "main" | "data";
  endpoints: { place: Place; role: number; http: boolean; gap: number }[];
  needs: { kind: (typeof needKinds)[number]; target: number; own: boolean }[];
  volume: boolean;
  cache: boolean;
  prodOnly: boolean;
  health: "http" | "tcp" | "command";
  replicas: number;
}

interface Shape {
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

const shape: fc.Arbitrary<Shape> = fc.record({
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

const systemNames = ["alpha", "beta", "gamma"];
const stems = ["api", "web", "cache", "mail", "work"];

/** Turns a shape into a world without flaws: names and ports are unique, needs point backwards. */
function build(shape: Shape): World {
  const systems: SystemInput[] = [];
  const targets: Target[] = [];
  let documented = 10000;
  shape.systems.forEach(({ slices, services: shapes }, systemIndex) => {
    const name = systemNames[systemIndex] ?? "omega";
    const projects = [name, `${name}-extra`];
    const slots = [0, 0];
    const services: Record<string, ServiceEntry> = {};
    shapes.forEach((one, position) => {
      const project = one.project % projects.length;
      const endpoints = Object.fromEntries(
        one.endpoints.map((endpoint, endpointIndex) => {
          const slot = (slots[project] = (slots[project] ?? 0) + endpoint.gap);
          const place = one.kind !== "service" || one.replicas > 1 ? "nowhere" : endpoint.place;
          if (place !== "nowhere") slots[project] = slot + 1;
          documented += 2;
          return [
            `port-${endpointIndex}`,
            {
              port: 3000 + endpointIndex,
              protocol: endpoint.http ? ("http" as const) : ("tcp" as const),
              role: (["public", "dashboard", "internal"] as const)[endpoint.role % 3] ?? "internal",
              ...(place === "nowhere" ? {} : { slot }),
              published: {
                ...(place === "both" || place === "dev" ? { dev: documented } : {}),
                ...(place === "both" || place === "prod" ? { prod: documented + 1 } : {}),
              },
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
        needs: one.kind === "postgres" ? {} : needsOf(one, name, targets),
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
              ...(one.kind === "postgres" ? { postgres: { endpoint: "sql" } } : {}),
            });
      // What others may need stays in both environments: a missing target would be a flaw.
      const prodOnly = one.prodOnly && position === shapes.length - 1;
      if (prodOnly) entry.dev = { absent: "only what is sold needs it" };
      const own = `${stems[position] ?? "more"}-${position}`;
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
  return { systems, stacks: stacksOf(shape, systems), machine: machineOf(shape), flaws: [] };
}

function stacksOf(shape: Shape, systems: readonly SystemInput[]): Settings[] {
  const values = {
    ports: shape.scheme,
    ...(shape.versions && hasSession(systems) ? { secretVersions: { "alpha/session": 3 } } : {}),
  };
  const [own, neighbour] = shape.prod ? ["prod", "dev"] : ["dev", "prod"];
  return [
    settings(own, values),
    ...(shape.neighbour === "none"
      ? []
      : [
          settings(neighbour, {
            ...values,
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
          ({ entry }) => entry.kind !== "job" && Object.keys(entry.endpoints ?? {}).length > 0,
        );
        if (found) needs[name] = { endpoint: reference(found), variables: { [variable]: "{url}" } };
        return;
      }
      case "browser": {
        const isOpen = (endpoint: Endpoint) =>
          endpoint.published?.dev !== undefined && endpoint.published.prod !== undefined;
        const found = pick(({ entry }) => Object.values(entry.endpoints ?? {}).some(isOpen));
        const open = Object.entries(found?.entry.endpoints ?? {}).find(([, one]) => isOpen(one));
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

type Flaw = (world: World, at: number, more: number) => void;

/** The service that a number means. */
function someService(world: World, at: number): [SystemInput, string, ServiceEntry] {
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

/** Small mistakes as people make them. Not each of them is an issue in every world. */
const flaws: Record<string, Flaw> = {
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

/** Worlds with up to three small mistakes. */
export const worlds: fc.Arbitrary<World> = fc
  .tuple(
    shape,
    fc.array(fc.tuple(fc.constantFrom(...Object.keys(flaws)), index, index), { maxLength: 3 }),
  )
  .map(([shape, chosen]) => {
    const world = build(shape); // a new one each time: flaws change it in place
    for (const [name, at, more] of chosen) {
      flaws[name]?.(world, at, more);
      world.flaws.push(name);
    }
    return world;
  });
