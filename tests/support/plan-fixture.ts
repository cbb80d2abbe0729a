import type { Plan, PlannedService } from "../../planning/types";

/** A planned service with the usual values; a test gives what it is about. */
export function plannedService(
  values: Partial<PlannedService> & Pick<PlannedService, "system" | "service">,
): PlannedService {
  return {
    project: values.system,
    container: `${values.system}-${values.service}-dev`,
    kind: "service",
    role: "internal",
    image: "redis:7.4.2-alpine",
    digest: null,
    build: null,
    substitutedBy: null,
    networks: [`${values.system}-dev`],
    aliases: { [`${values.system}-dev`]: [values.service] },
    ports: [],
    endpoints: [],
    needs: [],
    startsAfter: [],
    targets: [],
    variables: {},
    secrets: {},
    appliesSecrets: [],
    environmentFiles: [],
    mounts: [],
    files: {},
    entrypoint: null,
    command: null,
    workingDirectory: null,
    security: { user: null, readOnlyRoot: false, addedCapabilities: [], noNewPrivileges: true },
    health: null,
    memoryBytes: 256 * 2 ** 20,
    cpus: null,
    processes: null,
    gpu: false,
    logs: { fileBytes: 10_000_000, files: 3 },
    stopSeconds: 10,
    timeoutSeconds: null,
    replicas: 1,
    postgres: null,
    url: null,
    exceptions: [],
    ...values,
  };
}

const standInVariables = {
  BERTH_STAND_IN: JSON.stringify({ reason: "no source at ~/projects/dev/store" }),
};

/**
 * A small plan written by hand: two systems, one of them of two projects; a database, a job, a
 * browser's need, secrets, substitutions, an exception, a route, a note and an issue.
 */
export function smallPlan(): Plan {
  return {
    stack: "dev",
    environment: "dev",
    host: "lab",
    networks: [
      { name: "shop-dev", system: "shop", internal: false },
      { name: "shop-data-dev", system: "shop", internal: true },
      { name: "blog-dev", system: "blog", internal: false },
    ],
    volumes: [
      {
        name: "shop-data-dev",
        system: "shop",
        service: "postgres",
        path: "/var/lib/postgresql/data",
        retained: true,
        adopted: false,
      },
      {
        name: "blog-modules-dev",
        system: "blog",
        service: "web",
        path: "/app/node_modules",
        retained: false,
        adopted: false,
      },
    ],
    services: [
      plannedService({
        system: "shop",
        project: "store",
        service: "postgres",
        image: "postgres:16.4",
        substitutedBy: "berth.local/postgres:16",
        networks: ["shop-data-dev"],
        variables: { POSTGRES_USER: "shop", POSTGRES_PASSWORD: "secret:shop/postgres" },
        secrets: {
          POSTGRES_PASSWORD: {
            origin: "derived",
            label: "shop/postgres",
            version: 1,
            length: 32,
            template: "{secret}",
          },
        },
        mounts: [
          {
            type: "volume",
            source: "shop-data-dev",
            target: "/var/lib/postgresql/data",
            readOnly: false,
          },
        ],
        memoryBytes: 2 ** 30,
        exceptions: [
          { allow: "root-user", reason: "initdb changes the owner | of its volume first" },
        ],
      }),
      plannedService({
        system: "shop",
        project: "store",
        service: "migrate",
        kind: "job",
        image: "shop-migrate",
        substitutedBy: "stand-in",
        variables: standInVariables,
        networks: ["shop-data-dev"],
        needs: ["shop/postgres#shop"],
        startsAfter: ["shop/postgres"],
        targets: ["shop/postgres"],
        timeoutSeconds: 300,
      }),
      plannedService({
        system: "shop",
        project: "store",
        service: "api",
        role: "public",
        image: "shop-api",
        substitutedBy: "stand-in",
        variables: standInVariables,
        networks: ["shop-dev", "shop-data-dev"],
        ports: [{ ip: "127.0.0.1", host: 4100, container: 8000 }],
        endpoints: [{ name: "http", port: 8000, protocol: "http", role: "public" }],
        needs: ["shop/postgres#shop", "shop/migrate"],
        startsAfter: ["shop/postgres", "shop/migrate"],
        url: "http://127.0.0.1:4100",
      }),
      plannedService({
        system: "shop",
        project: "search",
        service: "index",
        role: "dashboard",
        image: "qdrant/qdrant:v1.12.1",
        networks: ["shop-dev"],
        ports: [
          { ip: "127.0.0.1", host: 4120, container: 6333 },
          { ip: "127.0.0.1", host: 4121, container: 6334 },
        ],
        url: "http://127.0.0.1:4120",
        replicas: 2,
      }),
      plannedService({
        system: "blog",
        service: "web",
        role: "public",
        image: "blog-web",
        build: {
          context: "dev/blog",
          dockerfile: "Dockerfile",
          target: "dev",
          args: {},
          bases: [],
        },
        environmentFiles: ["<sources>/dev/blog/.env"],
        ports: [{ ip: "127.0.0.1", host: 4000, container: 5173 }],
        needs: ["shop/api"],
        mounts: [
          {
            type: "bind",
            source: "<sources>/dev/blog",
            target: "/app",
            readOnly: false,
          },
          {
            type: "volume",
            source: "blog-modules-dev",
            target: "/app/node_modules",
            readOnly: false,
          },
        ],
        url: "http://127.0.0.1:4000",
      }),
    ],
    routes: [],
    tunnel: null,
    externals: [
      {
        system: "blog",
        name: "pictures",
        url: "https://pictures.example.org",
        about: "the pictures' host",
      },
    ],
    budget: null,
    issues: [
      {
        path: "systems/shop/index",
        message: "port 4120 is also blog/feed's",
        remedy: "give one of them another slot",
      },
    ],
    notes: [{ path: "systems/blog", message: "is absent from prod: it is a draft" }],
  };
}
