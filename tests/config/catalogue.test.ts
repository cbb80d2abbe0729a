import { join } from "node:path";
import { loadCatalogue } from "../../config/catalogue";
import { environments, toBytes, type Environment } from "../../config/schema/common";
import type { ServiceSpec } from "../../config/schema/service";
import { loadStacks } from "../../config/stack-files";
import { planStack } from "../../planning/plan";
import type { PlannedService } from "../../planning/types";

const catalogue = loadCatalogue();
const { stacks, issues: stackIssues } = loadStacks(join(__dirname, "../.."));

function plan(stack: string, ports: "blocks" | "documented" = "blocks", systems?: string[]) {
  const settings = stacks.map((each) =>
    each.stack === stack ? { ...each, ports, systems: systems ?? each.systems } : each,
  );
  return planStack({ catalogue, stacks: settings, stack });
}

/** What the documents say, written down from them and not from the catalogue. */
interface Fact {
  service: string;
  container?: string;
  /** Container port. */
  port?: number;
  /** Host port that the document gives. */
  documented?: number;
  /** Host port in the scheme `blocks`. */
  blocks?: number;
  networks?: string[];
  variables?: Record<string, string>;
  /** Public address, by Traefik or by the tunnel. */
  traefik?: string;
  tunnel?: string;
  /** Needs an access rule there. */
  guarded?: boolean;
}

const facts: Record<Environment, Fact[]> = {
  dev: [
    {
      service: "luv/vedanta-systems",
      container: "vedanta-systems-dev",
      port: 3000,
      documented: 4000,
      blocks: 4000,
      networks: ["luv-dev", "vedanta-systems-dev"],
      variables: {
        DAGSTER_URL: "http://dagster-webserver-dev:3070",
        MINIO_URL: "http://minio-dev:9000",
      },
    },
    {
      service: "luv/dagster-webserver",
      container: "dagster-webserver-dev",
      port: 3070,
      documented: 4100,
      blocks: 4100,
      networks: ["dagster-dev", "luv-dev"],
    },
    {
      service: "luv/minio",
      container: "minio-dev",
      port: 9001,
      documented: 4200,
      blocks: 4200,
      networks: ["luv-dev", "minio-dev"],
    },
    {
      service: "luv/temporal-ui",
      container: "temporal-ui-dev",
      port: 8080,
      documented: 4300,
      blocks: 4300,
      networks: ["temporal-dev"],
    },
    {
      service: "inpactai/frontend",
      port: 5173,
      documented: 5173,
      blocks: 4400,
      networks: ["inpactai-network-dev"],
      variables: { VITE_API_PROXY_TARGET: "http://backend:8000" },
    },
    {
      service: "inpactai/backend",
      port: 8000,
      documented: 8000,
      blocks: 4401,
      networks: ["inpactai-network-dev"],
      variables: { REDIS_HOST: "redis" },
    },
    {
      service: "inpactai/redis",
      port: 6379,
      documented: 6379,
      blocks: 4402,
      networks: ["inpactai-network-dev"],
    },
    { service: "korczewski/auth-service", port: 5500, documented: 5500, blocks: 4500 },
    {
      service: "korczewski/l2p-frontend",
      container: "l2p-frontend-dev",
      port: 3000,
      documented: 3000,
      blocks: 4520,
    },
    {
      service: "korczewski/l2p-backend",
      container: "l2p-backend-dev",
      port: 3001,
      documented: 3001,
      blocks: 4521,
    },
    { service: "korczewski/payment", port: 3004, documented: 3004, blocks: 4540 },
    {
      service: "korczewski/videovault",
      container: "videovault-dev",
      port: 5100,
      documented: 5100,
      blocks: 4560,
    },
    { service: "korczewski/shared-postgres", container: "shared-postgres-dev", port: 5432 },
    { service: "korczewski/qdrant", container: "qdrant-dev" },
    { service: "korczewski/infinity", container: "infinity-dev" },
    { service: "korczewski/rag-postgres", container: "postgres-dev", port: 5432 },
    { service: "korczewski/vllm", port: 4100, documented: 4100, blocks: 4600 },
    { service: "korczewski/open-webui", port: 3005, documented: 3005, blocks: 4601 },
    { service: "korczewski/dashboard", port: 4242, documented: 4242, blocks: 4602 },
    { service: "openmates/api", port: 8000, documented: 8000, blocks: 4700 },
    { service: "openmates/cms", port: 8055, documented: 8055, blocks: 4701 },
    { service: "openmates/grafana", port: 3000, documented: 3001, blocks: 4702 },
    ...[
      "cms-database",
      "cache",
      "vault",
      "task-worker",
      "task-scheduler",
      "prometheus",
      "loki",
      "promtail",
      "cadvisor",
      "vault-setup",
      "cms-setup",
    ].map((name) => ({ service: `openmates/${name}` })),
    {
      service: "galerly/localstack",
      container: "galerly-localstack",
      port: 4566,
      documented: 4566,
      blocks: 4802,
      networks: ["galerly-local"],
      variables: { AWS_ENDPOINT_URL: "http://localstack:4566", AWS_REGION: "us-east-1" },
    },
    {
      service: "galerly/backend",
      container: "galerly-backend-local",
      port: 5001,
      documented: 5001,
      blocks: 4801,
      networks: ["galerly-local"],
      variables: {
        AWS_ENDPOINT_URL: "http://localstack:4566",
        AWS_REGION: "us-east-1",
        DYNAMODB_TABLE_USERS: "galerly-users-local",
        S3_PHOTOS_BUCKET: "galerly-photos-local",
        PORT: "5001",
        FLASK_HOST: "0.0.0.0",
      },
    },
    {
      service: "galerly/frontend",
      container: "galerly-frontend-local",
      port: 5173,
      documented: 5173,
      blocks: 4800,
      networks: ["galerly-local"],
      variables: {
        VITE_BACKEND_HOST: "localhost",
        VITE_BACKEND_PORT: "4801",
        VITE_BACKEND_PROTOCOL: "http",
        VITE_LOCALSTACK_HOST: "localhost",
        VITE_LOCALSTACK_PORT: "4802",
      },
    },
  ],
  prod: [
    {
      service: "luv/vedanta-systems",
      container: "vedanta-systems-prod",
      port: 3000,
      documented: 3000,
      blocks: 3000,
      tunnel: "https://vedanta.systems",
      networks: ["luv-prod", "vedanta-systems-prod"],
      variables: {
        DAGSTER_URL: "http://dagster-webserver-prod:3070",
        MINIO_URL: "http://minio-prod:9000",
      },
    },
    {
      service: "luv/dagster-webserver",
      container: "dagster-webserver-prod",
      port: 3070,
      documented: 3100,
      blocks: 3100,
      networks: ["dagster-prod", "luv-prod"],
    },
    {
      service: "luv/minio",
      container: "minio-prod",
      port: 9001,
      documented: 3200,
      blocks: 3200,
      networks: ["luv-prod", "minio-prod"],
    },
    { service: "luv/temporal-ui", port: 8080, documented: 3300, blocks: 3300 },
    {
      service: "inpactai/frontend",
      traefik: "https://app.inpactai.example",
      networks: ["inpactai-network-prod"],
    },
    { service: "inpactai/backend", port: 8000, variables: { REDIS_HOST: "redis" } },
    { service: "inpactai/redis", port: 6379 },
    {
      service: "korczewski/auth-service",
      container: "auth-service",
      traefik: "https://auth.korczewski.de",
    },
    {
      service: "korczewski/l2p-frontend",
      container: "l2p-app",
      traefik: "https://l2p.korczewski.de",
    },
    {
      service: "korczewski/l2p-backend",
      container: "l2p-api",
      traefik: "https://l2p.korczewski.de/api",
    },
    { service: "korczewski/payment", container: "web", traefik: "https://payment.korczewski.de" },
    {
      service: "korczewski/videovault",
      container: "videovault",
      traefik: "https://videovault.korczew.de",
    },
    { service: "korczewski/shared-postgres", container: "shared-postgres" },
    { service: "korczewski/vllm", container: "vllm-rag" },
    {
      service: "korczewski/open-webui",
      container: "open-webui-rag",
      traefik: "https://vllm.korczewski.de",
    },
    { service: "korczewski/qdrant", container: "qdrant-rag" },
    { service: "korczewski/infinity", container: "infinity-embeddings" },
    { service: "korczewski/rag-postgres", container: "postgres-rag" },
    { service: "korczewski/rag-ingest-engine", container: "rag-ingest-engine" },
    {
      service: "korczewski/dashboard",
      container: "vllm-dashboard",
      traefik: "https://dashboard.korczewski.de",
      guarded: true,
    },
    { service: "openmates/api", traefik: "https://api.openmates.example" },
    { service: "openmates/cms" },
    { service: "openmates/grafana" },
  ],
};

function find(services: readonly PlannedService[], id: string): PlannedService {
  const found = services.find((service) => `${service.system}/${service.service}` === id);
  if (found === undefined) throw new Error(`no service ${id}`);
  return found;
}

test("the catalogue and the stack files have no issues", () => {
  expect(catalogue.issues).toEqual([]);
  expect(stackIssues).toEqual([]);
});

test.each(["dev", "prod", "openmates"])("stack %s plans without issues", (stack) => {
  expect(plan(stack).issues).toEqual([]);
});

describe.each(environments)("documented facts in %s", (environment) => {
  const { services, routes } = plan(environment);
  test.each(facts[environment])("$service", (fact) => {
    const service = find(services, fact.service);
    if (fact.container !== undefined) expect(service.container).toBe(fact.container);
    if (fact.port !== undefined) {
      expect(service.endpoints.map((endpoint) => endpoint.port)).toContain(fact.port);
    }
    if (fact.networks !== undefined) expect([...service.networks].sort()).toEqual(fact.networks);
    expect(service.variables).toMatchObject(fact.variables ?? {});
    expect(service.ports).toEqual(
      fact.blocks === undefined
        ? []
        : [
            {
              ip: "127.0.0.1",
              host: fact.blocks,
              container: fact.port ?? service.ports[0]?.container,
            },
          ],
    );
    const own = routes.filter((route) => `${route.system}/${route.service}` === fact.service);
    expect(own.map(({ url, via, access }) => ({ url, via, access }))).toEqual(
      [
        ...(fact.traefik === undefined ? [] : [{ url: fact.traefik, via: "traefik" }]),
        ...(fact.tunnel === undefined ? [] : [{ url: fact.tunnel, via: "cloudflareTunnel" }]),
      ].map((route) => ({ ...route, access: fact.guarded ?? false })),
    );
  });

  test("nothing but what the documents give one has a public address", () => {
    const documented = facts[environment].filter(({ traefik, tunnel }) => traefik ?? tunnel);
    expect(routes).toHaveLength(documented.length);
  });

  test.each(facts[environment].filter((fact) => fact.documented !== undefined))(
    "$service is on its documented host port in the documented scheme",
    (fact) => {
      const system = fact.service.split("/")[0] ?? "";
      const { services: alone } = plan(environment, "documented", [system]);
      expect(find(alone, fact.service).ports.map((port) => port.host)).toEqual([fact.documented]);
    },
  );
});

test("the documented port schemes collide where the documents do", () => {
  const found = plan("dev", "documented").issues.map((issue) => `${issue.path} ${issue.message}`);
  for (const [port, one, other] of [
    [4100, "korczewski/vllm", "luv/dagster-webserver"],
    [5173, "galerly/frontend", "inpactai/frontend"],
    [3001, "korczewski/l2p-backend", "openmates/grafana"],
  ] as const) {
    const about = found.filter((line) => line.includes(`port ${port} `));
    expect(about).toHaveLength(1);
    expect(about[0]).toContain(one);
    expect(about[0]).toContain(other);
  }
});

test("each korczewski application has its own database", () => {
  for (const environment of environments) {
    const { services } = plan(environment);
    for (const [service, database] of [
      ["auth-service", "auth_db"],
      ["l2p-backend", "l2p_db"],
      ["payment", "payment_db"],
      ["videovault", "videovault_db"],
    ] as const) {
      const planned = find(services, `korczewski/${service}`);
      expect(planned.needs).toContain(`korczewski/shared-postgres#${database}`);
      expect(planned.secrets.DATABASE_URL?.template).toBe(
        `postgresql://${database}:{secret}@shared-postgres:5432/${database}`,
      );
    }
  }
});

test("start order follows the documents", () => {
  const { services } = plan("dev");
  const order = (id: string) => services.indexOf(find(services, id));
  for (const [first, then] of [
    ["inpactai/redis", "inpactai/backend"],
    ["inpactai/backend", "inpactai/frontend"],
    ["galerly/localstack", "galerly/resource-setup"],
    ["galerly/resource-setup", "galerly/backend"],
    ["galerly/backend", "galerly/frontend"],
    ["openmates/vault", "openmates/vault-setup"],
    ["openmates/vault-setup", "openmates/api"],
    ["openmates/cms", "openmates/cms-setup"],
    ["openmates/cms-setup", "openmates/api"],
  ] as const) {
    expect(order(first)).toBeLessThan(order(then));
  }
});

test("galerly is absent from prod, and the plan says why", () => {
  const { services, notes } = plan("prod");
  expect(services.filter((service) => service.system === "galerly")).toEqual([]);
  expect(notes.map((note) => note.path)).toContain("systems/galerly");
});

test("only a vault, its job and nothing else mount Vault's key", () => {
  const { services } = plan("prod");
  const holders = services.filter((service) =>
    service.mounts.some((mount) => mount.source === "openmates-vault-keys-prod"),
  );
  expect(holders.map((service) => service.service).sort()).toEqual(["vault", "vault-setup"]);
});

test("the Docker socket is mounted by the proxy alone", () => {
  for (const stack of ["dev", "prod"]) {
    const holders = plan(stack).services.filter((service) =>
      service.mounts.some((mount) => mount.source.includes("docker.sock")),
    );
    expect(holders.map((service) => service.service)).toEqual(["docker-proxy"]);
  }
});

test("data services of prod are on internal networks alone, and on no host port", () => {
  const { services, networks } = plan("prod");
  const internal = new Set(networks.filter((each) => each.internal).map((each) => each.name));
  for (const id of [
    "inpactai/redis",
    "korczewski/shared-postgres",
    "korczewski/rag-postgres",
    "korczewski/qdrant",
    "luv/temporal-database",
    "openmates/cms-database",
    "openmates/cache",
  ]) {
    const service = find(services, id);
    expect(service.ports).toEqual([]);
    expect(service.networks.filter((network) => !internal.has(network))).toEqual([]);
  }
});

test("in prod every container has a user, and root only with a reason", () => {
  for (const service of plan("prod").services) {
    const { user } = service.security;
    expect({ service: service.service, user }).toEqual({
      service: service.service,
      user: expect.stringMatching(/^\d+:\d+$/) as unknown,
    });
    if (user?.startsWith("0:")) {
      expect(service.exceptions.map(({ allow }) => allow)).toContain("root-user");
    }
  }
});

test("openmates fits its 8 GiB host with room to spare", () => {
  const total = plan("openmates").services.reduce((sum, each) => sum + each.memoryBytes, 0);
  expect(total / toBytes("8 GiB")).toBeLessThan(0.85);
});

test("dev and prod fit the host that they share", () => {
  const total = [...plan("dev").services, ...plan("prod").services].reduce(
    (sum, service) => sum + service.memoryBytes,
    0,
  );
  expect(total / toBytes("64 GiB")).toBeLessThan(0.95);
});

test("third-party images of both environments are the same version", () => {
  const registries = (environment: Environment) =>
    catalogue.systems[environment].flatMap((system) =>
      Object.values(system.services).flatMap(({ image }: ServiceSpec) =>
        "registry" in image ? [image.registry] : [],
      ),
    );
  const versions = new Map<string, Set<string>>();
  for (const image of environments.flatMap(registries)) {
    const repository = image.slice(0, image.lastIndexOf(":"));
    versions.set(repository, (versions.get(repository) ?? new Set()).add(image));
  }
  expect([...versions.values()].filter((tags) => tags.size > 1)).toEqual([]);
});
