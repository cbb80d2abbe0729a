import { z } from "zod";
import {
  dockerNameSchema,
  environmentSchema,
  innerPathSchema,
  nameSchema,
  perEnvironment,
  reasonSchema,
  secretNameSchema,
  type Environment,
} from "./common";
import { serviceSchema, type ServiceEntry, type ServiceSpec } from "./service";

const networkSchema = z.strictObject({
  name: dockerNameSchema.refine((name) => !["bridge", "host", "none", "default"].includes(name), {
    error: "is a network of Docker's own",
  }),
  /** Without a way out to the internet; ports of its containers can't be published. @default false */
  internal: z.boolean().default(false),
  /** @default both environments */
  environments: z.array(environmentSchema).default(["dev", "prod"]),
});

const volumeSchema = z.strictObject({
  name: dockerNameSchema,
});

/**
 * A place in the port scheme `blocks`: a block of 100 of the environment's thousand, or a slice of
 * 20 of one (slice 0 has slots 0 to 19).
 */
const blockSchema = z.strictObject({
  block: z.int().min(0).max(9),
  slice: z.int().min(0).max(4).optional(),
});

const projectSchema = z.strictObject({
  /** Folder below `<sources>/<environment>`. @default the project's name */
  source: innerPathSchema.optional(),
  ports: blockSchema,
});

const parameterSchema = z.strictObject({
  about: z.string(),
  /** Used where the stack settings give no value; without it the setting is required. */
  default: z.string().optional(),
});

const configSecretSchema = z.strictObject({
  about: z.string(),
  /** Whether a service starts without it too; its variable is then left out. @default false */
  optional: z.boolean().default(false),
});

const externalSchema = z.strictObject({
  about: z.string(),
  url: z.union([z.url(), z.strictObject({ parameter: z.string() })]),
  /** @default both environments */
  environments: z.array(environmentSchema).default(["dev", "prod"]),
});

/** A system without its services, which are merged per environment before they are parsed. */
export const systemSchema = z.strictObject({
  name: nameSchema,
  title: z.string(),
  about: z.string(),
  /** Why the system is absent from an environment. */
  absent: perEnvironment(reasonSchema).default({}),
  /** Values that the documents leave to the operator; given in the stack settings. */
  parameters: z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), parameterSchema).default({}),
  /** What others give out, such as an API's key: `<system>:<NAME>` of Pulumi's secret config. */
  secrets: z.record(secretNameSchema, configSecretSchema).default({}),
  networks: z.record(nameSchema, networkSchema),
  volumes: z.record(nameSchema, volumeSchema).default({}),
  projects: z.record(nameSchema, projectSchema),
  /** What runs elsewhere and is only pointed to. */
  externals: z.record(nameSchema, externalSchema).default({}),
  /** What was chosen where the document is silent, with the reason. */
  choices: z.array(z.string()).default([]),
  services: z.record(nameSchema, z.unknown()),
});

export type SystemInput = Omit<z.input<typeof systemSchema>, "services"> & {
  services: Record<string, ServiceEntry>;
};

/** A system in one environment: parsed, merged, without the services that are absent there. */
export type SystemSpec = Omit<z.output<typeof systemSchema>, "services"> & {
  services: Record<string, ServiceSpec>;
  absentServices: Record<string, string>;
};

/** What a catalogue file exports: checked by the compiler as it is written, by zod as it is read. */
export function defineSystem(system: SystemInput): SystemInput {
  return system;
}

export { serviceSchema };
export type { Environment };
