import { postgresServer } from "../postgres-server";
import { defineSystem } from "../schema/system";

export default defineSystem({
  name: "luv",
  title: "luv",
  about: "The vedanta-systems site and the projects that work behind it.",
  networks: {
    "vedanta-systems": { name: "vedanta-systems-{environment}" },
    dagster: { name: "dagster-{environment}" },
    minio: { name: "minio-{environment}" },
    temporal: { name: "temporal-{environment}" },
    "temporal-data": { name: "temporal-data-prod", internal: true, environments: ["prod"] },
    shared: { name: "luv-{environment}" },
  },
  volumes: {
    "dagster-home": { name: "dagster-home-{environment}" },
    "minio-data": { name: "minio-data-{environment}" },
    "temporal-database": { name: "temporal-database-{environment}" },
  },
  projects: {
    "vedanta-systems": { ports: { block: 0 } },
    dagster: { ports: { block: 1 } },
    minio: { ports: { block: 2 } },
    temporal: { ports: { block: 3 } },
  },
  choices: [
    "vedanta-systems and dagster are built from the Dockerfile in their own folder, in both environments alike, because the document calls their two configurations nearly identical.",
    "The images of vedanta-systems and dagster run as 1000:1000 in prod; dagster's Dockerfile has to own /opt/dagster/dagster_home as that user.",
    "Dagster keeps its runs and schedules on a volume of its own at its home folder, for the document gives it no database.",
    "MinIO's console, not its API, is on the documented host port 4200 or 3200: the document speaks of dashboards and the API is only called from inside.",
    "Temporal is its server and its UI as two containers with a Postgres of their own; server and database of Temporal are reached on 7233 and 5432, which their images have as defaults.",
    "Temporal's server is on the shared network beside dagster and MinIO so that other projects can start workflows; its UI and its database are not.",
    "cloudflared runs as a container and reaches vedanta-systems on its own network; the loopback port 3000 that the document gives to the tunnel stays, for the operator.",
    "MinIO's port 9000 has no name in the document's networks; it answers there as minio-dev and minio-prod, which MINIO_URL already says.",
  ],
  services: {
    "vedanta-systems": {
      project: "vedanta-systems",
      container: "vedanta-systems-{environment}",
      aliases: ["frontend"],
      image: { build: { bases: { NODE_IMAGE: "node:22.14.0-alpine3.20" } } },
      endpoints: {
        web: {
          port: 3000,
          role: "public",
          slot: 0,
          published: { dev: 4000, prod: 3000 },
          routes: { prod: [{ host: "vedanta.systems" }] },
        },
      },
      networks: ["vedanta-systems", "shared"],
      needs: {
        dagster: { endpoint: "dagster-webserver", variables: { DAGSTER_URL: "{url}" } },
        minio: { endpoint: "minio#api", variables: { MINIO_URL: "{url}" } },
      },
      variables: { PORT: "3000" },
      health: { kind: "http", endpoint: "web", path: "/", probe: "wget" },
      memory: "512 MiB",
      prod: { user: "1000:1000", tmpfs: ["/tmp"] },
    },
    "dagster-webserver": {
      project: "dagster",
      container: "dagster-webserver-{environment}",
      image: { build: { bases: { PYTHON_IMAGE: "python:3.11.12-slim-bookworm" } } },
      endpoints: {
        web: { port: 3070, role: "dashboard", slot: 0, published: { dev: 4100, prod: 3100 } },
      },
      networks: ["dagster", "shared"],
      variables: { DAGSTER_HOME: "/opt/dagster/dagster_home" },
      mounts: [{ volume: "dagster-home", target: "/opt/dagster/dagster_home" }],
      health: { kind: "http", endpoint: "web", path: "/server_info", probe: "python" },
      memory: "1 GiB",
      stopTimeout: "30 s",
      prod: { user: "1000:1000", tmpfs: ["/tmp"] },
    },
    minio: {
      project: "minio",
      container: "minio-{environment}",
      image: { registry: "minio/minio:RELEASE.2025-04-22T22-12-26Z" },
      command: ["server", "/data", "--console-address", ":9001"],
      endpoints: {
        console: { port: 9001, role: "dashboard", slot: 0, published: { dev: 4200, prod: 3200 } },
        api: { port: 9000, role: "internal" },
      },
      networks: ["minio", "shared"],
      needs: {
        password: { secret: "minio/root", variables: { MINIO_ROOT_PASSWORD: "{value}" } },
      },
      variables: { MINIO_ROOT_USER: "luv", HOME: "/tmp" },
      mounts: [{ volume: "minio-data", target: "/data" }],
      tmpfs: ["/tmp"],
      health: { kind: "http", endpoint: "api", path: "/minio/health/live", probe: "curl" },
      memory: "512 MiB",
      stopTimeout: "30 s",
      prod: {
        user: "0:0",
        exceptions: [
          {
            allow: "root-user",
            reason:
              "the image's data folder belongs to root; without capabilities root may do no more in there than its owner",
          },
        ],
      },
    },
    "temporal-server": {
      project: "temporal",
      aliases: ["temporal"],
      image: { registry: "temporalio/auto-setup:1.27.2" },
      endpoints: { grpc: { port: 7233, protocol: "tcp", role: "internal" } },
      networks: ["temporal", "shared"],
      needs: {
        database: {
          database: "temporal-database#temporal",
          variables: {
            POSTGRES_SEEDS: "{host}",
            DB_PORT: "{port}",
            POSTGRES_USER: "{user}",
            POSTGRES_PWD: "{password}",
            DBNAME: "{database}",
          },
        },
        visibility: {
          database: "temporal-database#temporal_visibility",
          role: "temporal",
          variables: { VISIBILITY_DBNAME: "{database}" },
        },
      },
      variables: {
        DB: "postgres12",
        SKIP_DB_CREATE: "true",
        // Without these it listens on one of its networks' addresses alone.
        BIND_ON_IP: "0.0.0.0",
        TEMPORAL_BROADCAST_ADDRESS: "127.0.0.1",
        TEMPORAL_ADDRESS: "127.0.0.1:7233",
      },
      user: "1000:1000",
      health: { kind: "tcp", endpoint: "grpc", probe: "nc", startPeriod: "120 s" },
      memory: "1 GiB",
      stopTimeout: "30 s",
      exceptions: [
        {
          allow: "writable-root",
          reason: "its entry point renders the server's configuration beside the template in /etc",
        },
      ],
      prod: { networks: ["temporal", "temporal-data", "shared"] },
    },
    "temporal-ui": {
      project: "temporal",
      image: { registry: "temporalio/ui:2.34.0" },
      endpoints: {
        web: { port: 8080, role: "dashboard", slot: 0, published: { dev: 4300, prod: 3300 } },
      },
      networks: ["temporal"],
      needs: {
        temporal: {
          endpoint: "temporal-server",
          variables: { TEMPORAL_ADDRESS: "{host}:{port}" },
        },
      },
      user: "1000:1000",
      tmpfs: ["/tmp", "/home/ui-server/config"],
      health: { kind: "http", endpoint: "web", path: "/healthz", probe: "curl" },
      memory: "256 MiB",
    },
    "temporal-database": {
      project: "temporal",
      ...postgresServer,
      image: { registry: "postgres:17.5-bookworm" },
      networks: ["temporal"],
      mounts: [{ volume: "temporal-database", target: "/var/lib/postgresql/data" }],
      memory: "512 MiB",
      prod: { networks: ["temporal-data"] },
    },
  },
});
