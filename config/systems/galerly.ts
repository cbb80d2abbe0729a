import { defineSystem } from "../schema/system";

const rootForHotReload = {
  allow: "root-user",
  reason: "its Dockerfile names no user, and a reloaded source can be anybody's",
} as const;

/** LocalStack takes any credentials; the AWS libraries insist on some. */
const localCredentials = {
  AWS_REGION: "us-east-1",
  AWS_DEFAULT_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
};

const resources = {
  DYNAMODB_TABLE_USERS: "galerly-users-local",
  S3_PHOTOS_BUCKET: "galerly-photos-local",
};

export default defineSystem({
  name: "galerly",
  title: "Galerly",
  about: "A photo gallery on AWS, developed against LocalStack.",
  absent: {
    prod: "it is a local development setup alone; its production runs on AWS and is not described",
  },
  networks: { local: { name: "galerly-local", environments: ["dev"] } },
  volumes: { "localstack-data": { name: "localstack_data" } },
  projects: { galerly: { ports: { block: 8 } } },
  choices: [
    "Both applications build the Dockerfile in their folders backend and frontend; Python and Node come in as the build arguments PYTHON_IMAGE and NODE_IMAGE.",
    "The backend's .env.local is taken from its own folder, backend/.env.local, because the document lists it under the backend's container.",
    "One script makes buckets and tables; it runs as a job before the backend starts, and again in LocalStack itself whenever that starts, because the free LocalStack forgets them with its process.",
    "The users table has the string key `id`, for the document names the table and not its key.",
    "Lambda is among LocalStack's services as documented, but functions can't be run: that takes the Docker socket, which no application container gets.",
    "The browser reaches backend and LocalStack at the published ports of the stack, so VITE_BACKEND_PORT and VITE_LOCALSTACK_PORT follow the port scheme.",
    "Files in the frontend's and backend's folders are reloaded by their own watchers; node_modules stays apart on a volume of its own.",
  ],
  services: {
    localstack: {
      container: "galerly-localstack",
      image: { registry: "localstack/localstack:4.4.0" },
      endpoints: {
        aws: { port: 4566, role: "internal", slot: 2, published: { dev: 4566 } },
      },
      networks: ["local"],
      needs: {
        frontend: {
          endpoint: "frontend",
          reach: "browser",
          variables: { EXTRA_CORS_ALLOWED_ORIGINS: "{url}" },
        },
      },
      variables: {
        ...localCredentials,
        ...resources,
        AWS_ENDPOINT_URL: "http://localstack:4566",
        SERVICES: "s3,dynamodb,ses,lambda",
      },
      mounts: [{ volume: "localstack-data", target: "/var/lib/localstack" }],
      files: { "/etc/localstack/init/ready.d/10-resources.sh": "galerly/resources.sh" },
      health: { kind: "http", endpoint: "aws", path: "/_localstack/health", probe: "curl" },
      memory: "2 GiB",
      exceptions: [
        {
          allow: "root-user",
          reason: "LocalStack's image installs and starts its services as root",
        },
      ],
    },
    "resource-setup": {
      kind: "job",
      image: { registry: "amazon/aws-cli:2.27.9" },
      entrypoint: ["sh"],
      command: ["/berth/resources.sh"],
      networks: ["local"],
      needs: {
        localstack: {
          endpoint: "localstack",
          variables: { AWS_ENDPOINT_URL: "http://{host}:{port}" },
        },
      },
      variables: { ...localCredentials, ...resources },
      files: { "/berth/resources.sh": "galerly/resources.sh" },
      memory: "256 MiB",
    },
    backend: {
      container: "galerly-backend-local",
      image: {
        build: { folder: "backend", bases: { PYTHON_IMAGE: "python:3.11.12-slim-bookworm" } },
      },
      endpoints: {
        api: { port: 5001, role: "public", slot: 1, published: { dev: 5001 } },
      },
      networks: ["local"],
      needs: {
        localstack: {
          endpoint: "localstack",
          variables: { AWS_ENDPOINT_URL: "http://{host}:{port}" },
        },
        resources: { job: "resource-setup" },
        "jwt-secret": { secret: "jwt", length: 48, variables: { JWT_SECRET: "{value}" } },
      },
      variables: { ...localCredentials, ...resources, PORT: "5001", FLASK_HOST: "0.0.0.0" },
      environmentFiles: ["backend/.env.local"],
      mounts: [
        { source: "backend", target: "/app" },
        { cache: "pycache", target: "/app/__pycache__" },
      ],
      health: { kind: "http", endpoint: "api", path: "/health", probe: "python" },
      memory: "1 GiB",
      exceptions: [rootForHotReload],
    },
    frontend: {
      container: "galerly-frontend-local",
      image: { build: { folder: "frontend", bases: { NODE_IMAGE: "node:18.20.8-alpine3.21" } } },
      endpoints: {
        web: { port: 5173, role: "public", slot: 0, published: { dev: 5173 } },
      },
      networks: ["local"],
      needs: {
        backend: { endpoint: "backend" },
        "backend-in-browser": {
          endpoint: "backend",
          reach: "browser",
          variables: {
            VITE_BACKEND_HOST: "{host}",
            VITE_BACKEND_PORT: "{port}",
            VITE_BACKEND_PROTOCOL: "{protocol}",
          },
        },
        "localstack-in-browser": {
          endpoint: "localstack",
          reach: "browser",
          variables: { VITE_LOCALSTACK_HOST: "{host}", VITE_LOCALSTACK_PORT: "{port}" },
        },
      },
      mounts: [
        { source: "frontend", target: "/app" },
        { cache: "node-modules", target: "/app/node_modules" },
      ],
      health: { kind: "http", endpoint: "web", path: "/", probe: "wget" },
      memory: "1 GiB",
      exceptions: [
        rootForHotReload,
        {
          allow: "capability",
          value: "DAC_OVERRIDE",
          reason: "Vite writes beside its configuration, in a folder that belongs to the developer",
        },
      ],
    },
  },
});
