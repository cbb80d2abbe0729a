import type { MachineFacts } from "../../planning/types";
import { job, planOf, service, serviceOf, settings, system } from "../support/catalogue";

const built = {
  image: { build: { folder: "app", args: { MODE: "x" }, bases: { NODE: "node:20.19.5" } } },
};
const shop = system(
  "shop",
  {
    web: service({
      ...built,
      endpoints: { http: { port: 8080, role: "internal" } },
      health: { kind: "http", endpoint: "http", path: "/ready", probe: "curl" },
      user: "101:101",
      command: ["serve"],
      entrypoint: ["/entry"],
      workingDirectory: "/app",
      environmentFiles: [".env"],
      files: { "/etc/web.conf": "web.conf" },
      tmpfs: ["/tmp"],
      gpu: true,
      mounts: [
        { volume: "data", target: "/data" },
        { source: ".", target: "/app" },
        { cache: "modules", target: "/app/node_modules" },
      ],
      exceptions: [{ allow: "capability", value: "IPC_LOCK", reason: "it locks its memory" }],
      needs: {
        cache: {
          endpoint: "cache",
          variables: {
            CACHE_HOST: "{host}",
            CACHE_URL: "tcp://{host}:{port}",
            PROTO: "{protocol}",
          },
        },
        key: { secret: "key", variables: { KEY: "{value}" } },
        store: { external: "store", variables: { STORE: "{url}" } },
        seed: { job: "seed" },
        page: { endpoint: "page", reach: "browser", variables: { PAGE: "{url}" } },
        sql: { database: "sql#shop", variables: { DATABASE_URL: "{url}" } },
      },
    }),
    cache: service({ endpoints: { redis: { port: 6379, protocol: "tcp", role: "internal" } } }),
    page: service({
      endpoints: { http: { port: 80, role: "public", slot: 7, published: { dev: 80, prod: 80 } } },
    }),
    mounted: service({
      image: { registry: "node:20.19.5" },
      mounts: [{ source: "src", target: "/app", readOnly: true }],
    }),
    seed: job(),
    sql: service({
      image: { registry: "postgres:16.4" },
      endpoints: { sql: { port: 5432, protocol: "tcp", role: "internal" } },
      postgres: { endpoint: "sql" },
      tmpfs: ["/var/lib/postgresql"],
    }),
  },
  {
    projects: { shop: { ports: { block: 1 }, source: "shop-app" } },
    volumes: { data: { name: "data_{environment}" } },
    externals: { store: { about: "the store", url: "https://store.example" } },
  },
);

const host = { id: "host", platform: "linux/amd64", memory: "64 GiB", cpus: 8, gpu: true };
const plan = (machine?: MachineFacts, values: Record<string, unknown> = {}) => {
  const planned = planOf([shop], [settings("dev", { host, ...values })], machine);
  expect(planned.issues).toEqual([]);
  return planned;
};
const missing = { missingSources: ["dev/shop-app"], localImages: "unused" as const };

test("committed data alone substitutes nothing", () => {
  expect(plan().services.map((one) => one.substitutedBy)).toEqual(plan().services.map(() => null));
  const web = serviceOf(plan(), "shop/web");
  expect(web.image).toBe("berth/shop-web-dev");
  expect(web.build).toEqual({
    context: "dev/shop-app/app",
    dockerfile: "Dockerfile",
    target: null,
    args: { MODE: "x", NODE: "node:20.19.5" },
    bases: ["NODE"],
  });
  expect(web.mounts).toEqual([
    { type: "bind", source: "<sources>/dev/shop-app", target: "/app", readOnly: false },
    {
      type: "volume",
      source: "shop-web-dev-modules",
      target: "/app/node_modules",
      readOnly: false,
    },
    { type: "volume", source: "data_dev", target: "/data", readOnly: false },
    { type: "tmpfs", source: "", target: "/tmp", readOnly: false },
  ]);
  expect(web.environmentFiles).toEqual(["<sources>/dev/shop-app/.env"]);
  expect(web.gpu).toBe(true);
});

test("a missing source puts the stand-in where it is built or mounted, and nowhere else", () => {
  const planned = plan(missing);
  expect(
    planned.services.flatMap((one) => (one.substitutedBy === "stand-in" ? [one.service] : [])),
  ).toEqual(["mounted", "web"]);
  expect(plan({ ...missing, missingSources: ["prod/shop-app", "dev/shop"] }).services).toEqual(
    plan().services,
  );
});

test("a stand-in keeps names, networks, ports and data, and nothing of the application's own", () => {
  const [own, standIn] = [serviceOf(plan(), "shop/web"), serviceOf(plan(missing), "shop/web")];
  const { BERTH_STAND_IN: _, ...variables } = standIn.variables;
  expect({ ...standIn, variables }).toEqual({
    ...own,
    substitutedBy: "stand-in",
    build: null,
    entrypoint: null,
    command: null,
    workingDirectory: null,
    environmentFiles: [],
    files: {},
    gpu: false,
    exceptions: [],
    mounts: [{ type: "volume", source: "data_dev", target: "/data", readOnly: false }],
    security: {
      user: "1000:1000",
      readOnlyRoot: true,
      addedCapabilities: [],
      noNewPrivileges: true,
    },
    health: {
      ...own.health,
      test: ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/ready"],
    },
  });
});

test("a stand-in knows what it listens on and what it has to reach", () => {
  const { variables } = serviceOf(plan(missing), "shop/web");
  expect(JSON.parse(variables.BERTH_STAND_IN ?? "")).toEqual({
    service: "shop/web",
    kind: "service",
    container: "shop-web-dev",
    reason: "no source at ~/projects/dev/shop-app",
    endpoints: [{ name: "http", port: 8080, protocol: "http", health: "/ready" }],
    needs: [
      {
        name: "cache",
        to: "shop/cache",
        kind: "tcp",
        reach: "container",
        host: "cache",
        port: 6379,
        variables: { CACHE_HOST: "host", CACHE_URL: "url" },
      },
      {
        name: "page",
        to: "shop/page",
        kind: "http",
        reach: "browser",
        host: "localhost",
        port: 4107,
        url: "http://localhost:4107",
        variables: { PAGE: "url" },
      },
      {
        name: "seed",
        to: "shop/seed",
        kind: "job",
        reach: "container",
        host: "",
        port: 0,
        url: "",
        variables: {},
      },
      {
        name: "sql",
        to: "shop/sql#shop",
        kind: "postgres",
        reach: "container",
        host: "sql",
        port: 5432,
        variables: { DATABASE_URL: "url" },
      },
      {
        name: "store",
        to: "store",
        kind: "http",
        reach: "external",
        host: "",
        port: 0,
        url: "https://store.example",
        variables: { STORE: "url" },
      },
    ],
  });
});

test("where stand-ins are not allowed a missing source stays the service's own", () => {
  expect(plan(missing, { standIns: false }).services).toEqual(plan().services);
  const prod = planOf([shop], [settings("prod")], {
    ...missing,
    missingSources: ["prod/shop-app"],
  });
  expect(prod.services.filter((one) => one.substitutedBy !== null)).toEqual([]);
});

describe("on a machine without an image registry", () => {
  const local: MachineFacts = {
    missingSources: [],
    localImages: (image) =>
      image.startsWith("redis")
        ? { reference: "berth.local/redis:1", command: ["local"], entrypoint: ["/local"] }
        : image.startsWith("node")
          ? { reference: "berth.local/node:1" }
          : undefined,
  };

  test("a local image takes a registry image's place, with its own command where it has one", () => {
    expect(serviceOf(plan(local), "shop/cache")).toEqual({
      ...serviceOf(plan(), "shop/cache"),
      substitutedBy: "berth.local/redis:1",
      command: ["local"],
      entrypoint: ["/local"],
    });
    expect(serviceOf(plan(local), "shop/mounted")).toEqual({
      ...serviceOf(plan(), "shop/mounted"),
      substitutedBy: "berth.local/node:1",
    });
  });

  test("the stand-in where there is none, and its reason", () => {
    const sql = serviceOf(plan(local), "shop/sql");
    expect(sql.substitutedBy).toBe("stand-in");
    expect(JSON.parse(sql.variables.BERTH_STAND_IN ?? "")).toMatchObject({
      reason: "no image registry here for postgres:16.4",
    });
    expect(serviceOf(plan(local, { standIns: false }), "shop/sql").substitutedBy).toBeNull();
  });

  test("bases of a build are replaced in its arguments, the build stays", () => {
    const web = serviceOf(plan(local), "shop/web");
    expect(web.substitutedBy).toBeNull();
    expect(web.build?.args).toEqual({ MODE: "x", NODE: "berth.local/node:1" });
  });
});
