import { z } from "zod";
import { environmentSchema, nameSchema, plainDockerNameSchema, sizeSchema } from "./common";
import {
  accessSchema,
  cloudflareSchema,
  exposureSchema,
  hostNameSchema,
  traefikSchema,
} from "./exposure";

/** What `ssh` takes for a destination; never an option, and a port only where it can be told apart. */
const sshSchema = z
  .string()
  .regex(
    /^([\w.][\w.+-]*@)?[\w.][\w.-]*$|^ssh:\/\/([\w.][\w.+-]*@)?([\w.][\w.-]*|\[[0-9a-fA-F:]+\])(:\d{1,5})?$/,
    'must be "server", "user@server" or "ssh://user@server:port"',
  );

/** A range of addresses that Docker cuts into subnets, as its daemon.json writes it. */
const addressPoolSchema = z
  .strictObject({
    base: z.cidrv4('must be a range such as "10.200.0.0/16"'),
    /** Length of each network's prefix: 24 gives it 256 addresses. */
    size: z.int().min(1).max(29),
  })
  .refine(({ base, size }) => !(size < Number(base.split("/")[1])), {
    error: "must not be wider than its base",
    path: ["size"],
  });

const hostSchema = z.strictObject({
  /** Stacks with the same id share a host and are proved together. */
  id: nameSchema,
  platform: z.enum(["linux/amd64", "linux/arm64"]),
  memory: sizeSchema,
  cpus: z.number().positive(),
  /** Whether it has a GPU, or how many. @default false */
  gpu: z.union([z.boolean(), z.int().min(0)]).default(false),
  /** Disk that containers' logs may fill. @default not watched */
  logDisk: sizeSchema.optional(),
  /** How often the host's processors may be given away as limits, all together. @default any number of times */
  cpuOvercommit: z.number().min(1).optional(),
  /** What its daemon.json has as default-address-pools. @default Docker's own: 31 networks */
  addressPools: z.array(addressPoolSchema).min(1).optional(),
  /** Docker's address: unix://, tcp:// or ssh://. @default DOCKER_HOST or the default socket */
  docker: z
    .string()
    .regex(/^(unix|tcp|ssh):\/\/.+/, "must start with unix://, tcp:// or ssh://")
    .optional(),
  /** Folder with ca.pem, cert.pem and key.pem for tcp://. @default DOCKER_CERT_PATH */
  tls: z
    .string()
    .regex(/^(\/|~\/)/, "must be a folder that starts with / or ~/")
    .optional(),
  /** How the operator reaches the host by ssh. @default that of `docker: ssh://…`, else the id */
  ssh: sshSchema.optional(),
});

const volumeSettingSchema = z.strictObject({
  /** Docker's name of an existing volume that is taken over with its data, such as a Compose project's. */
  adopt: plainDockerNameSchema,
  /** The superuser of the Postgres server that made it: POSTGRES_USER of its project. @default "postgres" */
  superuser: z.string().min(1).optional(),
});

/** What a stack picks: the `berth:` values of Pulumi.<stack>.yaml. */
export const settingsSchema = z.strictObject({
  environment: environmentSchema,
  host: hostSchema,
  /** How host ports are chosen. @default "blocks" */
  ports: z.enum(["blocks", "documented"]).default("blocks"),
  /** Address to which published ports bind. @default "127.0.0.1" */
  bindAddress: z.ipv4().default("127.0.0.1"),
  /** How each role of endpoint is reached. @default on loopback, as the catalogue publishes it */
  exposure: exposureSchema.prefault({}),
  /** Domains in which this stack may have host names. */
  zones: z.array(hostNameSchema).default([]),
  /** Access rules by name, which routes of the catalogue refer to. */
  access: accessSchema.default({}),
  /** The reverse proxy; it runs where the policy picks `traefik` for something. */
  traefik: traefikSchema.prefault({}),
  /** The account behind `cloudflareTunnel`. */
  cloudflare: cloudflareSchema.prefault({}),
  /** Which systems run. @default all of them */
  systems: z.array(nameSchema).optional(),
  /** Folder that holds <environment>/<project>. @default "~/projects" */
  sources: z.string().default("~/projects"),
  /** Whether a stand-in takes the place of an application whose source is missing. @default true in dev */
  standIns: z.boolean().optional(),
  /** Values of the parameters that the catalogue declares. */
  parameters: z.record(z.string(), z.string()).default({}),
  /** Versions of derived secrets that were rotated, by label. @default 1 each */
  secretVersions: z.record(z.string(), z.int().min(1)).default({}),
  /** What is particular about this stack's volumes, by "system/volume" of the catalogue. */
  volumes: z.record(z.string(), volumeSettingSchema).default({}),
});

export type Settings = Omit<z.output<typeof settingsSchema>, "standIns" | "systems"> & {
  /** The stack's name. */
  stack: string;
  standIns: boolean;
  systems: string[] | undefined;
};
