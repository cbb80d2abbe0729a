import { z } from "zod";
import { environmentSchema, nameSchema, sizeSchema } from "./common";

const hostSchema = z.strictObject({
  /** Stacks with the same id share a host and are proved together. */
  id: nameSchema,
  platform: z.enum(["linux/amd64", "linux/arm64"]),
  memory: sizeSchema,
  cpus: z.number().positive(),
  /** @default false */
  gpu: z.boolean().default(false),
  /** Docker's address: unix://, tcp:// or ssh://. @default DOCKER_HOST or the default socket */
  docker: z
    .string()
    .regex(/^(unix|tcp|ssh):\/\/.+/, "must start with unix://, tcp:// or ssh://")
    .optional(),
});

/** What a stack picks: the `berth:` values of Pulumi.<stack>.yaml. */
export const settingsSchema = z.strictObject({
  environment: environmentSchema,
  host: hostSchema,
  /** How host ports are chosen. @default "blocks" */
  ports: z.enum(["blocks", "documented"]).default("blocks"),
  /** Address to which published ports bind. @default "127.0.0.1" */
  bindAddress: z.ipv4().default("127.0.0.1"),
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
});

export type Settings = Omit<z.output<typeof settingsSchema>, "standIns" | "systems"> & {
  /** The stack's name. */
  stack: string;
  standIns: boolean;
  systems: string[] | undefined;
};
