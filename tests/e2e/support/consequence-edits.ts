import type { SystemInput } from "../../../config/schema/system";

type Service = Record<string, unknown> & {
  variables: Record<string, string>;
  endpoints: Record<string, Record<string, unknown>>;
  needs: Record<string, Record<string, unknown>>;
  mounts: Record<string, unknown>[];
  files: Record<string, string>;
  health: Record<string, unknown>;
  exceptions: Record<string, unknown>[];
};
type System = Omit<SystemInput, "services"> & { services: Record<string, Service> };

/** All that an edit may change: two systems, their configuration files, and the stack's settings. */
export interface World {
  lab: System;
  shop: System;
  files: Record<string, string>;
  settings: Record<string, unknown>;
}

export interface Edit {
  name: string;
  /** Among those that are tried on every run; all are in the soak. */
  always?: boolean;
  change: (world: World) => void;
}

const debian = { registry: "debian:12.9-slim" };
const forever = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done"];
const absent = { absent: "the tests have no production" };

/** A service that does nothing, is healthy after a second and stops at once. */
function idle(values: Record<string, unknown> = {}): Service {
  return {
    ...{ image: debian, command: forever, networks: ["main"], memory: "32 MiB", user: "999:999" },
    ...{ variables: {}, endpoints: {}, needs: {}, mounts: [], files: {}, exceptions: [] },
    health: { kind: "command", command: ["true"], interval: "1 s", startPeriod: "5 s" },
    prod: absent,
    ...values,
  };
}

function job(values: Record<string, unknown> = {}): Service {
  const { health: _, ...rest } = idle({ kind: "job", command: ["true"], ...values });
  return rest as Service;
}

const http = (slot: number) => ({
  ...{ port: 8000, role: "public", slot, published: { dev: 5000 + slot } },
});

const database = (name: string) => ({
  database: `postgres#${name}`,
  variables: { PGPASSWORD: "{password}" },
});

export function firstWorld(): World {
  const common = { about: "Of the tests.", volumes: {}, projects: {} };
  return {
    lab: {
      ...{ ...common, name: "lab", title: "Lab" },
      networks: {
        main: { name: "lab-{environment}" },
        back: { name: "lab-back-{environment}" },
      },
      volumes: {
        data: { name: "lab-data-{environment}" },
        rows: { name: "lab-rows-{environment}" },
      },
      projects: {
        lab: { ports: { block: 9, slice: 0 } },
        annex: { ports: { block: 9, slice: 1 } },
      },
      services: {
        postgres: idle({
          image: { registry: "postgres:17.5-bookworm" },
          command: undefined,
          endpoints: { postgres: { port: 5432, protocol: "tcp", role: "internal" } },
          postgres: { endpoint: "postgres" },
          mounts: [{ volume: "rows", target: "/var/lib/postgresql/data" }],
          tmpfs: ["/tmp", "/var/run/postgresql"],
          memory: "256 MiB",
          health: {
            kind: "command",
            command: ["pg_isready", "-q", "-h", "127.0.0.1", "-U", "postgres"],
            interval: "1 s",
          },
        }),
        store: idle({
          endpoints: { store: { port: 7000, protocol: "tcp", role: "internal" } },
          mounts: [{ volume: "data", target: "/data" }],
          networks: ["main", "back"],
        }),
        setup: job({ needs: { store: { endpoint: "store" } }, variables: { STEP: "1" } }),
        web: idle({
          endpoints: { http: http(0) },
          needs: { store: { endpoint: "store" }, setup: { job: "setup" }, db: database("web") },
          variables: { LEVEL: "info" },
        }),
      },
    },
    shop: {
      ...{ ...common, name: "shop", title: "Shop" },
      networks: { main: { name: "shop-{environment}" } },
      projects: { shop: { ports: { block: 9, slice: 2 } } },
      services: {
        front: idle({
          endpoints: { http: http(4) },
          needs: { key: { secret: "key", variables: { KEY: "{value}" } } },
          files: { "/etc/front.conf": "front.conf" },
        }),
        worker: idle({ replicas: 2 }),
      },
    },
    files: { "front.conf": "level = 1\n" },
    settings: {},
  };
}

const { lab, shop } = {
  lab: ({ lab: { services } }: World, name: string) => of(services, name),
  shop: ({ shop: { services } }: World, name: string) => of(services, name),
};

function of(services: Record<string, Service>, name: string): Service {
  const service = services[name];
  if (service === undefined) throw new Error(`there is no ${name}`);
  return service;
}

/** Each follows the one before; none of them needs one that the short run leaves out. */
export const edits: Edit[] = [
  { name: "a text that nobody's container sees", change: (w) => (w.lab.about = "Of the test.") },
  {
    name: "another image",
    always: true,
    change: (w) => (shop(w, "worker").image = { registry: "redis:7.4.2-alpine" }),
  },
  {
    name: "one of two services that share an image takes another",
    change: (w) => (lab(w, "store").image = { registry: "redis:7.4.2-alpine" }),
  },
  { name: "a variable more", change: (w) => (shop(w, "front").variables.COLOR = "red") },
  {
    name: "another value of a variable",
    always: true,
    change: (w) => (lab(w, "web").variables.LEVEL = "debug"),
  },
  { name: "a variable less", change: (w) => delete shop(w, "front").variables.COLOR },
  {
    name: "another host port",
    always: true,
    change: (w) => (lab(w, "web").endpoints.http = http(1)),
  },
  {
    name: "another port in the container",
    change: (w) => (lab(w, "web").endpoints.http = { ...http(1), port: 8001 }),
  },
  {
    name: "a port that is published no more",
    change: (w) => (shop(w, "front").endpoints.http = { port: 8000, role: "internal" }),
  },
  {
    name: "a port that is published again",
    change: (w) => (shop(w, "front").endpoints.http = http(4)),
  },
  {
    name: "a volume more",
    change: (w) => {
      w.shop.volumes = { uploads: { name: "shop-uploads-{environment}" } };
      shop(w, "front").mounts = [{ volume: "uploads", target: "/uploads" }];
    },
  },
  {
    name: "a mount that is read only",
    change: (w) =>
      (shop(w, "front").mounts = [{ volume: "uploads", target: "/uploads", readOnly: true }]),
  },
  {
    name: "a mount at another path",
    change: (w) => (shop(w, "front").mounts = [{ volume: "uploads", target: "/files" }]),
  },
  {
    name: "a mount and its volume less",
    change: (w) => {
      w.shop.volumes = {};
      shop(w, "front").mounts = [];
    },
  },
  {
    name: "a volume of another name",
    always: true,
    change: (w) =>
      (w.lab.volumes = { ...w.lab.volumes, data: { name: "lab-store-{environment}" } }),
  },
  {
    name: "a cache more",
    change: (w) => (lab(w, "web").mounts = [{ cache: "files", target: "/c" }]),
  },
  { name: "a cache less", change: (w) => (lab(w, "web").mounts = []) },
  { name: "a folder in memory", change: (w) => (shop(w, "front").tmpfs = ["/scratch"]) },
  { name: "more memory", always: true, change: (w) => (lab(w, "web").memory = "48 MiB") },
  { name: "less memory for replicas", change: (w) => (shop(w, "worker").memory = "24 MiB") },
  { name: "more memory for a job", change: (w) => (lab(w, "setup").memory = "40 MiB") },
  { name: "a processor limit", change: (w) => (shop(w, "front").cpus = 0.5) },
  { name: "a process limit", change: (w) => (shop(w, "front").processes = 4096) },
  {
    name: "another interval of a health check",
    change: (w) => (lab(w, "web").health.interval = "2 s"),
  },
  {
    name: "another health check",
    always: true,
    change: (w) => (shop(w, "front").health.command = ["test", "-e", "/etc/front.conf"]),
  },
  {
    name: "a need more, of another system",
    always: true,
    change: (w) =>
      (shop(w, "front").needs.web = { endpoint: "lab/web", variables: { WEB: "{url}" } }),
  },
  { name: "a need less", change: (w) => delete shop(w, "front").needs.web },
  { name: "a network more", change: (w) => (lab(w, "web").networks = ["main", "back"]) },
  {
    name: "a network that becomes internal",
    always: true,
    change: (w) =>
      (w.lab.networks = {
        ...w.lab.networks,
        back: { name: "lab-back-{environment}", internal: true },
      }),
  },
  {
    name: "a network of another name",
    change: (w) => (w.shop.networks = { main: { name: "shop-net-{environment}" } }),
  },
  { name: "a network less", change: (w) => (lab(w, "store").networks = ["main"]) },
  {
    name: "another input of a job",
    always: true,
    change: (w) => (lab(w, "setup").variables.STEP = "2"),
  },
  { name: "another time limit of a job", change: (w) => (lab(w, "setup").timeout = "2 min") },
  {
    name: "a job becomes a service",
    change: (w) => {
      delete lab(w, "web").needs.setup;
      w.lab.services.setup = idle();
    },
  },
  {
    name: "a service less",
    always: true,
    change: (w) => {
      delete lab(w, "web").needs.setup;
      delete w.lab.services.setup;
    },
  },
  { name: "a service more", change: (w) => (w.lab.services.extra = idle()) },
  { name: "a replica more", change: (w) => (shop(w, "worker").replicas = 3) },
  { name: "two replicas less", always: true, change: (w) => (shop(w, "worker").replicas = 1) },
  { name: "another alias", change: (w) => (lab(w, "store").aliases = ["store", "shelf"]) },
  {
    name: "another command",
    change: (w) => (shop(w, "front").command = [...forever.slice(0, 2), `:; ${forever[2]}`]),
  },
  {
    name: "an entry point",
    change: (w) => Object.assign(shop(w, "worker"), { entrypoint: forever, command: undefined }),
  },
  {
    name: "another working directory",
    change: (w) => (shop(w, "front").workingDirectory = "/tmp"),
  },
  { name: "another user", change: (w) => (shop(w, "front").user = "1000:1000") },
  {
    name: "a capability",
    change: (w) =>
      shop(w, "front").exceptions.push({
        ...{ allow: "capability", value: "IPC_LOCK", reason: "for the tests alone" },
      }),
  },
  {
    name: "leave to gain privileges",
    change: (w) =>
      lab(w, "web").exceptions.push({ allow: "new-privileges", reason: "for the tests alone" }),
  },
  { name: "another time to stop", change: (w) => (lab(w, "web").stopTimeout = "7 s") },
  {
    name: "another project",
    change: (w) => Object.assign(lab(w, "store"), { project: "annex", container: "lab-store-dev" }),
  },
  {
    name: "a rotated secret",
    always: true,
    change: (w) => (w.settings.secretVersions = { "shop/key": 2 }),
  },
  {
    name: "a database's consumer more",
    change: (w) => (lab(w, "store").needs.db = database("store")),
  },
  { name: "a database's consumer less", change: (w) => delete lab(w, "store").needs.db },
  {
    name: "another file's content",
    always: true,
    change: (w) => (w.files["front.conf"] = "level = 2\n"),
  },
  {
    name: "a file less",
    change: (w) => Object.assign(shop(w, "front"), { files: {}, health: idle().health }),
  },
  { name: "another container name", change: (w) => (shop(w, "front").container = "shop-window") },
  {
    name: "a service of another name that keeps its port",
    always: true,
    change: (w) => {
      w.shop.services.window = { ...shop(w, "front"), container: "shop-pane" };
      delete w.shop.services.front;
    },
  },
  {
    name: "a public host name",
    change: (w) => {
      Object.assign(w.settings, {
        exposure: { services: { "lab/web": { public: ["traefik", "hostPort"] } } },
        zones: ["lab.example"],
        access: { operators: { basicAuth: ["ann"] } },
        traefik: { bind: "127.0.43.1", acme: { directory: "https://127.0.43.1:4/dir" } },
      });
      lab(w, "web").endpoints.http = { ...http(2), routes: { dev: [{ host: "a.lab.example" }] } };
    },
  },
  {
    name: "a guard before it and another path",
    change: (w) =>
      (lab(w, "web").endpoints.http = {
        ...http(2),
        routes: { dev: [{ host: "a.lab.example", path: "/b", access: "operators" }] },
      }),
  },
  {
    name: "no public host name any more",
    change: (w) => {
      w.settings.exposure = {};
      lab(w, "web").endpoints.http = http(2);
    },
  },
];
