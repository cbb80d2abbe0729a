import { defineSystem } from "../schema/system";

const nodeImage = "node:18.20.8-alpine3.21";
const pythonImage = "python:3.10.17-slim-bookworm";

const rootForHotReload = {
  allow: "root-user",
  reason: "the document runs dev as root so that the reloaded source can be read and written",
} as const;

export default defineSystem({
  name: "inpactai",
  title: "InPactAI",
  about: "A React frontend, a FastAPI backend and a Redis cache; Supabase holds the data.",
  parameters: {
    SUPABASE_URL: { about: "address of InPactAI's Supabase project" },
    INPACTAI_HOST: { about: "host name at which the public finds InPactAI" },
  },
  networks: {
    main: { name: "inpactai-network-{environment}" },
    data: { name: "inpactai-data-prod", internal: true, environments: ["prod"] },
  },
  volumes: { "redis-data": { name: "redis_data-{environment}" } },
  projects: { inpactai: { ports: { block: 4 } } },
  externals: {
    supabase: {
      about: "Database and sign-in; the backend reaches it over the internet.",
      url: { parameter: "SUPABASE_URL" },
    },
  },
  choices: [
    "Dev builds Dockerfile.dev and prod builds Dockerfile in the folders Frontend and Backend; each takes its bases as the build arguments NODE_IMAGE, PYTHON_IMAGE and NGINX_IMAGE.",
    "The frontend gets a health check although the document has none, because `up` ends when everything answers.",
    "In prod nginx listens on 8080, which a process without privileges may open; a stack whose policy publishes it does so on 8080 too.",
    "Supabase's address and keys come from Backend/.env as the document says, so no variable overrides them; the setting SUPABASE_URL only makes the plan name the project.",
    "VITE_API_PROXY_TARGET repeats the documented proxy target http://backend:8000 for a Vite configuration that reads it.",
    "Redis has no password: only the backend shares its network in prod, and the document gives none.",
  ],
  services: {
    frontend: {
      image: {
        build: {
          folder: "Frontend",
          dockerfile: "Dockerfile.dev",
          bases: { NODE_IMAGE: nodeImage },
        },
      },
      endpoints: {
        web: { port: 5173, role: "public", slot: 0, published: { dev: 5173, prod: 8080 } },
      },
      networks: ["main"],
      needs: {
        backend: {
          endpoint: "backend",
          variables: { VITE_API_PROXY_TARGET: "http://{host}:{port}" },
        },
      },
      environmentFiles: ["Frontend/.env"],
      health: { kind: "http", endpoint: "web", path: "/", probe: "wget" },
      memory: "1 GiB",
      dev: {
        mounts: [
          { source: "Frontend", target: "/app" },
          { cache: "node-modules", target: "/app/node_modules" },
        ],
        exceptions: [
          rootForHotReload,
          {
            allow: "capability",
            value: "DAC_OVERRIDE",
            reason:
              "Vite writes beside its configuration, in a folder that belongs to the developer",
          },
        ],
      },
      prod: {
        image: {
          build: {
            folder: "Frontend",
            bases: {
              NODE_IMAGE: nodeImage,
              NGINX_IMAGE: "nginxinc/nginx-unprivileged:1.29.4-alpine",
            },
          },
        },
        endpoints: {
          web: {
            port: 8080,
            role: "public",
            slot: 0,
            published: { dev: 5173, prod: 8080 },
            routes: { prod: [{ host: { parameter: "INPACTAI_HOST" } }] },
          },
        },
        needs: { backend: { endpoint: "backend" } },
        user: "101:101",
        tmpfs: ["/tmp"],
        memory: "256 MiB",
      },
    },
    backend: {
      image: {
        build: {
          folder: "Backend",
          dockerfile: "Dockerfile.dev",
          bases: { PYTHON_IMAGE: pythonImage },
        },
      },
      endpoints: {
        api: { port: 8000, role: "internal", slot: 1, published: { dev: 8000 } },
      },
      networks: ["main"],
      needs: {
        redis: {
          endpoint: "redis",
          variables: { REDIS_HOST: "{host}", REDIS_PORT: "{port}" },
        },
        supabase: { external: "supabase" },
      },
      environmentFiles: ["Backend/.env"],
      health: { kind: "http", endpoint: "api", path: "/", probe: "python" },
      memory: "1 GiB",
      dev: {
        variables: { LOG_LEVEL: "debug" },
        mounts: [
          { source: "Backend", target: "/app" },
          { cache: "pycache", target: "/app/__pycache__" },
        ],
        exceptions: [rootForHotReload],
      },
      prod: {
        image: { build: { folder: "Backend", bases: { PYTHON_IMAGE: pythonImage } } },
        networks: ["main", "data"],
        variables: { LOG_LEVEL: "info" },
        user: "1000:1000",
        tmpfs: ["/tmp"],
      },
    },
    redis: {
      image: { registry: "redis:7.4.2-alpine" },
      endpoints: {
        redis: {
          port: 6379,
          protocol: "redis",
          role: "internal",
          slot: 2,
          published: { dev: 6379 },
        },
      },
      networks: ["main"],
      mounts: [{ volume: "redis-data", target: "/data" }],
      user: "999:1000",
      health: { kind: "command", command: ["redis-cli", "ping"] },
      memory: "256 MiB",
      prod: { networks: ["data"] },
    },
  },
});
