import { z } from "zod";
import {
  dockerNameSchema,
  durationSchema,
  innerPathSchema,
  memorySchema,
  nameSchema,
  perEnvironment,
  portSchema,
  reasonSchema,
  roleSchema,
  secretNameSchema,
  sizeSchema,
  toBytes,
} from "./common";
import { hostNameSchema } from "./exposure";

/** A public host name and path that lead to an endpoint, where the stack's policy opens a way. */
export const routeSchema = z.strictObject({
  host: z.union([hostNameSchema, z.strictObject({ parameter: z.string() })]),
  /** The path and all below it. @default "/" */
  path: z
    .string()
    .regex(/^\/([A-Za-z0-9._~-]+(\/[A-Za-z0-9._~-]+)*)?$/, 'must be a path such as "/api"')
    .default("/"),
  /** Whether the path is taken away before the service sees the request. @default false */
  stripPath: z.boolean().default(false),
  /** Name of an access rule of the stack settings. A dashboard needs one. */
  access: nameSchema.optional(),
  /** Requests per second and visitor's address, and how many at once may exceed that. @default no limit */
  rateLimit: z.strictObject({ average: z.int().positive(), burst: z.int().positive() }).optional(),
  /** Largest request body. @default no limit, as one would break uploads */
  maxBody: sizeSchema
    // Traefik holds the whole body in memory to measure it.
    .refine((size) => toBytes(size) > 0 && toBytes(size) <= 64 * 2 ** 20, {
      error: "must be above 0 and no more than 64 MiB",
    })
    .optional(),
});
export type RouteSpec = z.output<typeof routeSchema>;

/** A port of a service: what it is, and where its document publishes it on the host. */
export const endpointSchema = z.strictObject({
  /** The port inside the container; a parameter of the stack settings where the document has one. */
  port: z.union([portSchema, z.strictObject({ parameter: z.string() })]),
  /** @default "http" */
  protocol: z.enum(["http", "tcp", "redis"]).default("http"),
  role: roleSchema,
  /** Place in the project's port block, 0 to 99; the main endpoint of a block has 0. Needed where it is published. */
  slot: z.int().min(0).max(99).optional(),
  /** The documented host port per environment; an environment left out does not publish it. */
  published: perEnvironment(
    z.union([portSchema, z.strictObject({ parameter: z.string() })]),
  ).default({}),
  /** Its public addresses per environment; the policy decides whether they are used. */
  routes: perEnvironment(z.array(routeSchema).min(1)).default({}),
});
export type Endpoint = z.output<typeof endpointSchema>;

/**
 * A third-party image with an exact version: "redis:7.4.2-alpine", not "redis:7-alpine3.21" or
 * "redis:latest". The tag's first number has to go on, or a digest has to follow.
 */
const referenceSchema = z
  .string()
  .regex(
    /^([a-z0-9][a-z0-9.-]*:\d+\/)?[a-z0-9][a-z0-9._/-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*|(?=@))(@sha256:[0-9a-f]{64})?$/,
    "must be an image with a tag",
  )
  .regex(/@|:[^:/\d]*\d+[.-]\d[^:/]*$/, "must have an exact version tag, such as 7.4.2");

const registryImageSchema = z.strictObject({ registry: referenceSchema });

/** An image built from the project's own source. */
const buildImageSchema = z.strictObject({
  build: z.strictObject({
    /** Folder inside the project's source. @default the project's source itself */
    folder: innerPathSchema.default("."),
    /** @default "Dockerfile" */
    dockerfile: innerPathSchema.default("Dockerfile"),
    /** Stage of a multi-stage Dockerfile. @default the last one */
    target: z.string().optional(),
    /** Build arguments. */
    args: z.record(z.string(), z.string()).default({}),
    /** Build arguments that carry a base image, so that a local one can take its place: `ARG NODE_IMAGE` … `FROM ${NODE_IMAGE}`. */
    bases: z.record(z.string(), referenceSchema).default({}),
  }),
});

export const imageSchema = z.union([registryImageSchema, buildImageSchema]);
export type ImageSpec = z.output<typeof imageSchema>;

/**
 * How Docker asks whether the service works. The check runs inside the container, so `probe` names
 * the program for it that the image contains.
 */
export const healthSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("http"),
    endpoint: z.string(),
    path: z.string().startsWith("/"),
    probe: z.enum(["wget", "curl", "node", "python"]),
    interval: durationSchema.default("10 s"),
    startPeriod: durationSchema.default("60 s"),
  }),
  z.strictObject({
    kind: z.literal("tcp"),
    endpoint: z.string(),
    probe: z.enum(["nc", "bash", "node", "python"]),
    interval: durationSchema.default("10 s"),
    startPeriod: durationSchema.default("60 s"),
  }),
  z.strictObject({
    kind: z.literal("command"),
    /** Program and arguments, run without a shell. */
    command: z.array(z.string()).min(1),
    interval: durationSchema.default("10 s"),
    startPeriod: durationSchema.default("60 s"),
  }),
]);
export type HealthSpec = z.output<typeof healthSchema>;

/** Variables that a need fills: name → template over the need's parts. */
const needVariables = z
  .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string())
  .default({});

/**
 * What a service requires and the variables that carry it. Templates may use, of an endpoint,
 * `{url} {host} {port} {protocol}`; of a database also `{user} {password} {database}`; of a secret,
 * derived or given, `{value}`; of something external `{url}`.
 */
export const needSchema = z.union([
  z.strictObject({
    /** "service", "system/service" or "system/service#endpoint"; the first endpoint where none is named. */
    endpoint: z.string(),
    /** Who reaches it: the container (network, start order) or the user's browser. @default "container" */
    reach: z.enum(["container", "browser"]).default("container"),
    variables: needVariables,
  }),
  z.strictObject({
    /** "service#database" or "system/service#database": a database on a Postgres server. */
    database: z.string().regex(/^[^#]+#[a-z][a-z0-9_]{0,62}$/, 'must be "service#database"'),
    /** The role that owns it and logs in. @default the database's name */
    role: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,62}$/)
      .optional(),
    variables: needVariables,
  }),
  z.strictObject({
    /** Label of a secret derived from the stack's root secret. Equal labels in a system are equal secrets. */
    secret: z.string().regex(/^[a-z0-9-]+(\/[a-z0-9-]+)*$/),
    /** Length of the value in characters. @default 32 */
    length: z.int().min(16).max(64).default(32),
    variables: needVariables,
  }),
  z.strictObject({
    /** One of the system's `secrets`, which the operator gives. */
    configSecret: secretNameSchema,
    variables: needVariables,
  }),
  z.strictObject({
    /** One of the system's `externals`. */
    external: nameSchema,
    variables: needVariables,
  }),
  z.strictObject({
    /** A job that must have ended well first. */
    job: z.string(),
  }),
]);
export type NeedSpec = z.output<typeof needSchema>;

/** What appears inside the container. Named volumes are declared by the system. */
export const mountSchema = z.union([
  z.strictObject({
    /** A volume declared in the system's `volumes`. */
    volume: z.string(),
    target: z.string().startsWith("/"),
    readOnly: z.boolean().default(false),
  }),
  z.strictObject({
    /** A folder of the project's source, mounted for hot reload. In prod it needs an exception `source-mount`. */
    source: innerPathSchema,
    target: z.string().startsWith("/"),
    readOnly: z.boolean().default(false),
  }),
  z.strictObject({
    /** A throw-away volume that keeps what the image has at this path apart from a mounted source. */
    cache: nameSchema,
    target: z.string().startsWith("/"),
  }),
  z.strictObject({
    /** A path of the host. Needs an exception `host-mount` with its reason. */
    host: z.string().startsWith("/"),
    target: z.string().startsWith("/"),
    readOnly: z.boolean().default(true),
  }),
]);
export type MountSpec = z.output<typeof mountSchema>;

/** Leave to be less hardened than the default, with the reason that the plan shows. */
export const exceptionSchema = z.strictObject({
  allow: z.enum([
    "root-user",
    "writable-root",
    "capability",
    "host-mount",
    "source-mount",
    "docker-socket",
    "no-memory-swap",
    "new-privileges",
  ]),
  /** The capability (`IPC_LOCK`), or the mounted path as its mount has it. */
  value: z.string().optional(),
  reason: reasonSchema,
});
export type Exception = z.output<typeof exceptionSchema>;

const shape = {
  project: nameSchema.optional(),
  container: dockerNameSchema.optional(),
  image: imageSchema,
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  workingDirectory: z.string().startsWith("/").optional(),
  /** "uid:gid" in the container. @default what the image says; root needs an exception in prod */
  user: z
    .string()
    .regex(/^\d+:\d+$/, 'must be "uid:gid"')
    .optional(),
  endpoints: z.record(nameSchema, endpointSchema).default({}),
  /** Keys of the system's `networks`; the first is home, where the service answers to its short name. */
  networks: z.array(z.string()).min(1),
  /** Short names on the home network. @default the service's own name */
  aliases: z.array(nameSchema).optional(),
  needs: z.record(nameSchema, needSchema).default({}),
  /** Plain values; `{parameter:NAME}` and `{environment}` are filled in. Secrets come from needs. */
  variables: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_.]*$/), z.string()).default({}),
  /** `.env` files of the project's source whose values the container gets, below `variables`. */
  environmentFiles: z.array(innerPathSchema).default([]),
  mounts: z.array(mountSchema).default([]),
  /** Configuration put into the container before it starts: path → file beside the system's catalogue file. */
  files: z.record(z.string().startsWith("/"), z.string()).default({}),
  /** Folders kept in memory. */
  tmpfs: z.array(z.string().startsWith("/")).default([]),
  memory: memorySchema,
  /** Processors, such as 0.5; never more than the host's. @default 2 in prod, no limit in dev */
  cpus: z.number().positive().optional(),
  /**
   * Most processes and threads of its user, counted over the whole host; root has none.
   * @default 8192 in prod, no limit in dev
   */
  processes: z.int().positive().optional(),
  gpu: z.boolean().default(false),
  exceptions: z.array(exceptionSchema).default([]),
  /** Time to stop before it is killed. @default "10 s" */
  stopTimeout: durationSchema.default("10 s"),
  replicas: z.int().min(1).max(9).default(1),
};

const longRunning = z.strictObject({
  kind: z.literal("service"),
  health: healthSchema,
  /** A Postgres server: its needs' databases and roles are provisioned by a job of Berth's. */
  postgres: z.strictObject({ endpoint: nameSchema }).optional(),
  ...shape,
});

const job = z.strictObject({
  kind: z.literal("job"),
  /** A job that runs longer has failed. @default "5 min" */
  timeout: durationSchema.default("5 min"),
  ...shape,
});

/** A service or job as it is in one environment, once the environment's own values are merged in. */
export const serviceSchema = z.discriminatedUnion("kind", [longRunning, job]);
export type ServiceSpec = z.output<typeof serviceSchema>;
/** A service as it is written, for both environments alike. */
export type ServiceText = z.input<typeof serviceSchema>;

type AtLeast<T> = T extends unknown ? Partial<T> : never;
type Removable<T> = { [K in keyof T]: T[K] | null };
type Collections = "endpoints" | "needs" | "variables" | "files";
type ServiceInput = z.input<typeof longRunning> | z.input<typeof job>;
type Overrides = AtLeast<{
  [K in keyof (z.input<typeof longRunning> & z.input<typeof job>)]: K extends Collections
    ? Removable<NonNullable<(z.input<typeof longRunning> & z.input<typeof job>)[K]>>
    : (z.input<typeof longRunning> & z.input<typeof job>)[K];
}>;

/**
 * A service as a catalogue file writes it: what both environments share, then what `dev` and `prod`
 * have of their own, or why the service is absent there. Entries of `endpoints`, `needs`,
 * `variables` and `files` replace those of the same name (null removes one); every other field
 * replaces the shared one whole. Nothing is appended.
 */
export type ServiceEntry = AtLeast<ServiceInput> & {
  dev?: Omit<Overrides, "kind"> | { absent: string };
  prod?: Omit<Overrides, "kind"> | { absent: string };
};

/** Fields whose entries merge by name. */
export const namedCollections = ["endpoints", "needs", "variables", "files"] as const;
