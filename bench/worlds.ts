import { parseCatalogue, type Catalogue } from "../config/catalogue";
import type { ServiceEntry } from "../config/schema/service";
import type { Settings } from "../config/schema/settings";
import type { SystemInput } from "../config/schema/system";
import { parseSettings } from "../config/settings";

/** Services of a system: 50 systems of them fill the port scheme, which has 50 slices. */
export const perSystem = 20;

export interface World {
  catalogue: Catalogue;
  stacks: Settings[];
}

/**
 * A sound catalogue of so many services, built as the committed ones are: a Postgres server and a job
 * in each system, services that need those before them and one of another system, secrets, volumes,
 * host ports, and public addresses by Traefik; with a dev and a prod stack on one host.
 */
export function world(services: number): World {
  const count = Math.ceil(services / perSystem);
  const inputs = Array.from({ length: count }, (_, index) =>
    systemOf(index, Math.min(perSystem, services - index * perSystem)),
  );
  return { catalogue: parseCatalogue(inputs), stacks: [stack("prod"), stack("dev")] };
}

function systemOf(index: number, services: number): SystemInput {
  const name = `system-${index}`;
  return {
    name,
    title: name,
    about: "A system of the benchmark.",
    networks: {
      main: { name: `${name}-{environment}` },
      data: { name: `${name}-data-{environment}`, internal: true },
    },
    volumes: Object.fromEntries(
      Array.from({ length: services }, (_, at) => [
        `data-${at}`,
        { name: `${name}_data_${at}_{environment}` },
      ]),
    ),
    projects: { [name]: { ports: { block: Math.floor(index / 5), slice: index % 5 } } },
    services: Object.fromEntries(
      Array.from({ length: services }, (_, at) => [`s${index}-${at}`, entry(index, at)]),
    ),
  };
}

function entry(index: number, at: number): ServiceEntry {
  const common = {
    image: { registry: "redis:7.4.2-alpine" },
    user: "999:1000",
    memory: "64 MiB",
    mounts: [{ volume: `data-${at}`, target: "/data" }],
  };
  const health = { kind: "command" as const, command: ["true"] };
  if (at === 0) {
    return {
      ...common,
      health,
      networks: ["data"],
      endpoints: { sql: { port: 5432, protocol: "tcp", role: "internal" } },
      postgres: { endpoint: "sql" },
      variables: { PGDATA: "/data" },
    };
  }
  if (at === 1) return { ...common, kind: "job", networks: ["main"] };
  const host = `s${at}.x${index}`;
  return {
    ...common,
    health,
    networks: ["main", "data"],
    endpoints: {
      http: {
        ...{ port: 8080, role: "public", slot: at },
        published: { dev: 20000 + index * perSystem + at },
        routes: { prod: [{ host: `${host}.example.org` }] },
      },
    },
    needs: {
      ...{ setup: { job: `s${index}-1` }, key: { secret: "key", variables: { KEY: "{value}" } } },
      database: { database: `s${index}-0#db_${at}`, variables: { DATABASE_URL: "{url}" } },
      ...(at > 2 && {
        before: { endpoint: `s${index}-${at - 1}`, variables: { BEFORE: "{url}" } },
      }),
      ...(at === 5 &&
        index > 0 && {
          other: { endpoint: `system-${index - 1}/s${index - 1}-2`, variables: { OTHER: "{url}" } },
        }),
    },
    variables: { MODE: "{environment}" },
  };
}

function stack(environment: "dev" | "prod"): Settings {
  const { settings } = parseSettings(environment, {
    environment,
    host: {
      ...{ id: "large", platform: "linux/amd64", memory: "1000 GiB", cpus: 256 },
      addressPools: [{ base: "10.0.0.0/8", size: 22 }],
    },
    ...(environment === "prod" && {
      exposure: { public: "traefik" },
      zones: ["example.org"],
    }),
  });
  if (settings === undefined) throw new Error("the benchmark's settings are wrong");
  return settings;
}
