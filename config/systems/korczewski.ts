import { postgresServer } from "../postgres-server";
import { defineSystem } from "../schema/system";

const nodeImage = "node:22.14.0-alpine3.20";

/** What the document runs as `npm run dev` on the host: Node with the project's source mounted. */
const npmServer = (port: number) => ({
  image: { registry: nodeImage },
  workingDirectory: "/app",
  command: [
    "sh",
    "-c",
    `npm install --no-save --no-audit --no-fund && exec npm run dev -- --host 0.0.0.0 --port ${port}`,
  ],
});

const npmVariables = (port: number) => ({
  HOST: "0.0.0.0",
  PORT: String(port),
  NODE_ENV: "development",
});

const npmExceptions = [
  {
    allow: "root-user",
    reason: "Node's image starts as root, and its node_modules volume belongs to root",
  },
  {
    allow: "capability",
    value: "DAC_OVERRIDE",
    reason: "development servers write their caches into a folder that belongs to the developer",
  },
] as const;

const modules = { cache: "node-modules", target: "/app/node_modules" };

const rootWithoutCapabilities = (folder: string) =>
  ({
    allow: "root-user",
    reason: `the image runs as root and ${folder} belongs to root; it keeps no capability`,
  }) as const;

const application = { user: "1000:1000", tmpfs: ["/tmp"] };

export default defineSystem({
  name: "korczewski",
  title: "korczewski.de",
  about: "Four applications on a shared Postgres, and a language model with retrieval.",
  parameters: {
    VLLM_MODEL: {
      about: "model that vLLM serves, by its Hugging Face name",
      default: "Qwen/Qwen2.5-1.5B-Instruct",
    },
    EMBEDDING_MODEL: {
      about: "model that Infinity serves, by its Hugging Face name",
      default: "BAAI/bge-small-en-v1.5",
    },
    VIDEOVAULT_HOST: {
      about: "host name of VideoVault, which the document spells unlike the others",
      default: "videovault.korczew.de",
    },
    OPEN_WEBUI_SIGNUP: {
      about:
        "whether visitors of Open WebUI may make an account; the first one is its administrator",
      default: "false",
    },
  },
  networks: {
    main: { name: "korczewski-{environment}" },
    data: { name: "korczewski-data-prod", internal: true, environments: ["prod"] },
    "rag-data": { name: "korczewski-rag-data-prod", internal: true, environments: ["prod"] },
  },
  volumes: {
    "shared-postgres": { name: "korczewski-shared-postgres-{environment}" },
    "rag-postgres": { name: "korczewski-rag-postgres-{environment}" },
    qdrant: { name: "korczewski-qdrant-{environment}" },
    models: { name: "korczewski-vllm-models-{environment}" },
    "embedding-models": { name: "korczewski-infinity-models-{environment}" },
    "open-webui": { name: "korczewski-open-webui-{environment}" },
  },
  projects: {
    auth: { ports: { block: 5, slice: 0 } },
    l2p: { ports: { block: 5, slice: 1 } },
    payment: { ports: { block: 5, slice: 2 } },
    videovault: { ports: { block: 5, slice: 3 } },
    infrastructure: { ports: { block: 5, slice: 4 } },
    rag: { source: "vllm-rag", ports: { block: 6 } },
  },
  choices: [
    "What the document runs with npm on the host runs as a Node container with the source mounted, on the documented port; the server is given the options --host and --port as Vite has them, and HOST and PORT for others.",
    "auth and payment are in the folders of their names, l2p has the folders frontend and backend, and vllm-rag has vllm, open-webui, dashboard and ingest.",
    "Dev has a Postgres of its own, shared-postgres-dev, with the four databases: production data is never touched from dev.",
    "In prod every container listens on the port that dev documents, so that the last digits mean the same; a stack whose policy publishes them does so on those as well.",
    "The document's vllm.korczewski.de is Open WebUI, which has a login; vLLM's own API stays inside in prod.",
    "videovault's host in the document ends in korczew.de, unlike the others' korczewski.de; the document's spelling stands until its owner says otherwise, in one parameter of the stack: VIDEOVAULT_HOST.",
    "auth.korczewski.de takes 20 requests a second from one address, and 60 at once: enough for a household, too slow for guessing passwords.",
    "l2p.korczewski.de/api reaches l2p-api with /api still in the path, as its frontend sees it.",
    "Open WebUI's first account is its administrator's, so in prod nobody can make one until the operator opens it for a moment: OPEN_WEBUI_SIGNUP.",
    "Traefik comes with the stack's exposure policy and is no service of this system; it keeps the document's container name, traefik.",
    "The dashboard is given no access to Docker: what it would control is Berth's now. It watches the services over HTTP.",
    "vLLM alone has the GPU; Infinity runs its build for processors, also in dev, where vLLM is an npm server.",
    "Infinity is not on an internal network, because it fetches its model from the internet on first use; the same goes for vLLM.",
    "rag-ingest-engine exists in prod alone; the document's development group does not have it.",
    "l2p-frontend finds l2p-backend in L2P_API_URL; its browser side uses /api, which leads to l2p-api.",
    "Which database of postgres-rag belongs to whom is not documented: Open WebUI has open_webui and the ingest engine rag.",
  ],
  services: {
    "auth-service": {
      project: "auth",
      image: { build: { bases: { NODE_IMAGE: nodeImage } } },
      endpoints: {
        web: {
          port: 5500,
          role: "public",
          slot: 0,
          published: { dev: 5500, prod: 5500 },
          routes: { prod: [{ host: "auth.korczewski.de", rateLimit: { average: 20, burst: 60 } }] },
        },
      },
      networks: ["main"],
      needs: {
        database: { database: "shared-postgres#auth_db", variables: { DATABASE_URL: "{url}" } },
      },
      health: { kind: "http", endpoint: "web", path: "/", probe: "wget", startPeriod: "3 min" },
      memory: "1 GiB",
      dev: {
        ...npmServer(5500),
        variables: npmVariables(5500),
        mounts: [{ source: ".", target: "/app" }, modules],
        exceptions: [...npmExceptions],
      },
      prod: {
        ...application,
        container: "auth-service",
        networks: ["main", "data"],
        variables: { PORT: "5500", NODE_ENV: "production" },
        memory: "512 MiB",
      },
    },
    "l2p-frontend": {
      project: "l2p",
      image: { build: { folder: "frontend", bases: { NODE_IMAGE: nodeImage } } },
      endpoints: {
        web: {
          port: 3000,
          role: "public",
          slot: 0,
          published: { dev: 3000, prod: 3000 },
          routes: { prod: [{ host: "l2p.korczewski.de" }] },
        },
      },
      networks: ["main"],
      needs: {
        backend: { endpoint: "l2p-backend", variables: { L2P_API_URL: "{url}" } },
      },
      variables: { PORT: "3000" },
      health: { kind: "http", endpoint: "web", path: "/", probe: "wget" },
      memory: "512 MiB",
      dev: { container: "l2p-frontend-dev" },
      prod: { ...application, container: "l2p-app" },
    },
    "l2p-backend": {
      project: "l2p",
      image: { build: { folder: "backend", bases: { NODE_IMAGE: nodeImage } } },
      endpoints: {
        api: {
          port: 3001,
          role: "public",
          slot: 1,
          published: { dev: 3001, prod: 3001 },
          routes: { prod: [{ host: "l2p.korczewski.de", path: "/api" }] },
        },
      },
      networks: ["main"],
      needs: {
        database: { database: "shared-postgres#l2p_db", variables: { DATABASE_URL: "{url}" } },
      },
      variables: { PORT: "3001" },
      health: { kind: "tcp", endpoint: "api", probe: "nc" },
      memory: "512 MiB",
      dev: { container: "l2p-backend-dev" },
      prod: { ...application, container: "l2p-api", networks: ["main", "data"] },
    },
    payment: {
      project: "payment",
      image: { build: { bases: { NODE_IMAGE: nodeImage } } },
      endpoints: {
        web: {
          port: 3004,
          role: "public",
          slot: 0,
          published: { dev: 3004, prod: 3004 },
          routes: { prod: [{ host: "payment.korczewski.de" }] },
        },
      },
      networks: ["main"],
      needs: {
        database: { database: "shared-postgres#payment_db", variables: { DATABASE_URL: "{url}" } },
      },
      health: { kind: "http", endpoint: "web", path: "/", probe: "wget", startPeriod: "3 min" },
      memory: "1 GiB",
      dev: {
        ...npmServer(3004),
        variables: npmVariables(3004),
        mounts: [{ source: ".", target: "/app" }, modules],
        exceptions: [...npmExceptions],
      },
      prod: {
        ...application,
        container: "web",
        networks: ["main", "data"],
        variables: { PORT: "3004", NODE_ENV: "production" },
        memory: "512 MiB",
      },
    },
    videovault: {
      project: "videovault",
      image: { build: { bases: { NODE_IMAGE: nodeImage } } },
      endpoints: {
        web: {
          port: 5100,
          role: "public",
          slot: 0,
          published: { dev: 5100, prod: 5100 },
          routes: { prod: [{ host: { parameter: "VIDEOVAULT_HOST" } }] },
        },
      },
      networks: ["main"],
      needs: {
        database: {
          database: "shared-postgres#videovault_db",
          variables: { DATABASE_URL: "{url}" },
        },
      },
      variables: { PORT: "5100" },
      health: { kind: "http", endpoint: "web", path: "/", probe: "wget" },
      memory: "1 GiB",
      dev: { container: "videovault-dev" },
      prod: { ...application, container: "videovault", networks: ["main", "data"] },
    },
    "shared-postgres": {
      project: "infrastructure",
      ...postgresServer,
      image: { registry: "postgres:17.5-bookworm" },
      networks: ["main"],
      mounts: [{ volume: "shared-postgres", target: "/var/lib/postgresql/data" }],
      memory: "1 GiB",
      dev: { container: "shared-postgres-dev" },
      prod: { container: "shared-postgres", networks: ["data"] },
    },
    vllm: {
      project: "rag",
      image: { registry: "vllm/vllm-openai:v0.9.2" },
      endpoints: {
        api: { port: 4100, role: "internal", slot: 0, published: { dev: 4100 } },
      },
      networks: ["main"],
      health: { kind: "http", endpoint: "api", path: "/", probe: "wget", startPeriod: "3 min" },
      memory: "1 GiB",
      dev: {
        ...npmServer(4100),
        container: "rag-vllm-dev",
        variables: npmVariables(4100),
        mounts: [{ source: "vllm", target: "/app" }, modules],
        exceptions: [...npmExceptions],
      },
      prod: {
        container: "vllm-rag",
        entrypoint: ["sh", "-c"],
        command: [
          'exec python3 -m vllm.entrypoints.openai.api_server --host 0.0.0.0 --port 4100 --model "$VLLM_MODEL"',
        ],
        variables: {
          VLLM_MODEL: "{parameter:VLLM_MODEL}",
          HF_HOME: "/models",
          // What it compiles is loaded from here; folders in memory can't be executed from.
          HOME: "/models",
          TORCHINDUCTOR_CACHE_DIR: "/models/inductor",
          VLLM_NO_USAGE_STATS: "1",
        },
        mounts: [{ volume: "models", target: "/models" }],
        tmpfs: ["/tmp", "/dev/shm"],
        health: {
          kind: "http",
          endpoint: "api",
          path: "/health",
          probe: "curl",
          interval: "30 s",
          startPeriod: "20 min",
        },
        user: "0:0",
        gpu: true,
        memory: "8 GiB",
        cpus: 8,
        stopTimeout: "30 s",
        exceptions: [rootWithoutCapabilities("its folder of models")],
      },
    },
    "open-webui": {
      project: "rag",
      image: { registry: "ghcr.io/open-webui/open-webui:v0.5.8" },
      endpoints: {
        web: {
          port: 3005,
          role: "public",
          slot: 1,
          published: { dev: 3005, prod: 3005 },
          routes: { prod: [{ host: "vllm.korczewski.de" }] },
        },
      },
      networks: ["main"],
      needs: {
        vllm: { endpoint: "vllm", variables: { OPENAI_API_BASE_URL: "{url}/v1" } },
        embeddings: {
          endpoint: "infinity",
          variables: { RAG_OPENAI_API_BASE_URL: "{url}/v1" },
        },
        vectors: { endpoint: "qdrant", variables: { QDRANT_URI: "{url}" } },
        database: { database: "rag-postgres#open_webui", variables: { DATABASE_URL: "{url}" } },
        "session-key": {
          secret: "open-webui/session",
          length: 48,
          variables: { WEBUI_SECRET_KEY: "{value}" },
        },
      },
      health: { kind: "http", endpoint: "web", path: "/", probe: "wget", startPeriod: "3 min" },
      memory: "1 GiB",
      dev: {
        ...npmServer(3005),
        container: "rag-open-webui-dev",
        variables: npmVariables(3005),
        mounts: [{ source: "open-webui", target: "/app" }, modules],
        exceptions: [...npmExceptions],
      },
      prod: {
        container: "open-webui-rag",
        networks: ["main", "rag-data"],
        variables: {
          PORT: "3005",
          ENABLE_SIGNUP: "{parameter:OPEN_WEBUI_SIGNUP}",
          OPENAI_API_KEY: "none",
          ENABLE_OLLAMA_API: "false",
          VECTOR_DB: "qdrant",
          RAG_EMBEDDING_ENGINE: "openai",
          RAG_EMBEDDING_MODEL: "{parameter:EMBEDDING_MODEL}",
          RAG_OPENAI_API_KEY: "none",
        },
        mounts: [{ volume: "open-webui", target: "/app/backend/data" }],
        health: { kind: "http", endpoint: "web", path: "/health", probe: "curl" },
        user: "0:0",
        memory: "2 GiB",
        exceptions: [
          rootWithoutCapabilities("its data folder"),
          {
            allow: "writable-root",
            reason: "it copies its static files into the application's folder when it starts",
          },
        ],
      },
    },
    dashboard: {
      project: "rag",
      image: { build: { folder: "dashboard", bases: { NODE_IMAGE: nodeImage } } },
      endpoints: {
        web: {
          port: 4242,
          role: "dashboard",
          slot: 2,
          published: { dev: 4242, prod: 4242 },
          routes: { prod: [{ host: "dashboard.korczewski.de", access: "operators" }] },
        },
      },
      networks: ["main"],
      needs: {
        vllm: { endpoint: "vllm", variables: { VLLM_URL: "{url}" } },
        "open-webui": { endpoint: "open-webui", variables: { OPEN_WEBUI_URL: "{url}" } },
      },
      health: { kind: "http", endpoint: "web", path: "/", probe: "wget", startPeriod: "3 min" },
      memory: "1 GiB",
      dev: {
        ...npmServer(4242),
        container: "rag-dashboard-dev",
        variables: npmVariables(4242),
        mounts: [{ source: "dashboard", target: "/app" }, modules],
        exceptions: [...npmExceptions],
      },
      prod: {
        ...application,
        container: "vllm-dashboard",
        variables: { PORT: "4242", NODE_ENV: "production" },
        memory: "512 MiB",
      },
    },
    "rag-ingest-engine": {
      project: "rag",
      container: "rag-ingest-engine",
      image: {
        build: { folder: "ingest", bases: { PYTHON_IMAGE: "python:3.11.12-slim-bookworm" } },
      },
      endpoints: { api: { port: 8000, role: "internal" } },
      networks: ["main", "rag-data"],
      needs: {
        embeddings: { endpoint: "infinity", variables: { INFINITY_URL: "{url}" } },
        vectors: { endpoint: "qdrant", variables: { QDRANT_URL: "{url}" } },
        database: { database: "rag-postgres#rag", variables: { DATABASE_URL: "{url}" } },
      },
      variables: { PORT: "8000" },
      health: { kind: "tcp", endpoint: "api", probe: "python" },
      memory: "1 GiB",
      ...application,
      dev: { absent: "the document's development group has no ingest engine" },
    },
    qdrant: {
      project: "rag",
      image: { registry: "qdrant/qdrant:v1.13.6-unprivileged" },
      endpoints: {
        http: { port: 6333, role: "internal" },
        grpc: { port: 6334, protocol: "tcp", role: "internal" },
      },
      networks: ["main"],
      variables: {
        QDRANT__STORAGE__SNAPSHOTS_PATH: "/qdrant/storage/snapshots",
        QDRANT__TELEMETRY_DISABLED: "true",
        QDRANT_INIT_FILE_PATH: "/tmp/qdrant-initialized",
      },
      mounts: [{ volume: "qdrant", target: "/qdrant/storage" }],
      user: "1000:1000",
      tmpfs: ["/tmp"],
      health: { kind: "tcp", endpoint: "http", probe: "bash" },
      memory: "1 GiB",
      stopTimeout: "30 s",
      dev: { container: "qdrant-dev" },
      prod: { container: "qdrant-rag", networks: ["rag-data"] },
    },
    infinity: {
      project: "rag",
      image: { registry: "michaelf34/infinity:0.0.77-cpu" },
      command: ["v2"],
      endpoints: { api: { port: 7997, role: "internal" } },
      networks: ["main"],
      variables: {
        INFINITY_MODEL_ID: "{parameter:EMBEDDING_MODEL}",
        INFINITY_PORT: "7997",
        INFINITY_URL_PREFIX: "/v1",
        INFINITY_COMPILE: "false",
        HF_HOME: "/models",
        HOME: "/tmp",
        DO_NOT_TRACK: "1",
      },
      mounts: [{ volume: "embedding-models", target: "/models" }],
      user: "0:0",
      tmpfs: ["/tmp"],
      health: {
        kind: "http",
        endpoint: "api",
        path: "/health",
        probe: "curl",
        startPeriod: "10 min",
      },
      memory: "2 GiB",
      exceptions: [rootWithoutCapabilities("its folder of models")],
      dev: { container: "infinity-dev" },
      prod: { container: "infinity-embeddings", cpus: 4 },
    },
    "rag-postgres": {
      project: "rag",
      ...postgresServer,
      image: { registry: "pgvector/pgvector:0.8.0-pg17" },
      networks: ["main"],
      mounts: [{ volume: "rag-postgres", target: "/var/lib/postgresql/data" }],
      memory: "512 MiB",
      dev: { container: "postgres-dev" },
      prod: { container: "postgres-rag", networks: ["rag-data"] },
    },
  },
});
