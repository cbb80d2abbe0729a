import { z } from "zod";

/** The two environments a system can run in. */
export const environments = ["dev", "prod"] as const;
export const environmentSchema = z.enum(environments);
export type Environment = z.infer<typeof environmentSchema>;

/** What an endpoint is, from most to least exposed; how it is reached is the stack's policy. */
export const roles = ["public", "dashboard", "internal"] as const;
export const roleSchema = z.enum(roles);
export type Role = z.infer<typeof roleSchema>;

/** A name in the catalogue: lower case, digits and dashes. */
export const nameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "must be lower case words joined by dashes");

/** A Docker object's name; `{environment}` is replaced by `dev` or `prod`. */
export const dockerNameSchema = z
  .string()
  .regex(
    /^([a-zA-Z0-9]|\{environment\})([a-zA-Z0-9_.-]|\{environment\})+$/,
    "must be a Docker name, two characters or more: letters, digits, '_', '.' and '-'; '{environment}' stands for dev or prod",
  );

/** A Docker object's name as Docker has it. */
export const plainDockerNameSchema = z
  .string()
  .regex(
    /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/,
    "must be a Docker name, two characters or more: letters, digits, '_', '.' and '-'",
  );

/** A secret's name as `.env` files write it. */
export const secretNameSchema = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/, "must be capitals, digits and underscores, such as API_KEY");

const sizeUnits = { MiB: 2 ** 20, GiB: 2 ** 30 } as const;

/** A size with its unit, such as "512 MiB" or "1.5 GiB". */
export const sizeSchema = z
  .string()
  .regex(/^\d+(\.\d+)? (MiB|GiB)$/, 'must be a size such as "512 MiB" or "2 GiB"');

/** A container's memory: Docker takes no less than 6 MiB, and 0 for no limit at all. */
export const memorySchema = sizeSchema.refine((size) => !(toBytes(size) < 6 * sizeUnits.MiB), {
  error: "must be 6 MiB or more",
});

/** Bytes of a size that `sizeSchema` accepts. */
export function toBytes(size: string): number {
  const [amount, unit] = size.split(" ") as [string, keyof typeof sizeUnits];
  return Math.round(Number(amount) * sizeUnits[unit]);
}

/** A duration with its unit, in seconds or minutes: "10 s", "2 min". */
export const durationSchema = z
  .string()
  .regex(/^0*[1-9]\d* (s|min)$/, 'must be a duration such as "10 s" or "2 min"');

/** A folder or file below another one: no way out of it. */
export const innerPathSchema = z
  .string()
  .regex(/^(?!\/)(?!(.*\/)?\.\.(\/|$)).+$/, "must be a path below the source folder, without '..'");

/** Seconds of a duration that `durationSchema` accepts. */
export function toSeconds(duration: string): number {
  const [amount, unit] = duration.split(" ") as [string, string];
  return Number(amount) * (unit === "min" ? 60 : 1);
}

export const portSchema = z.int().min(1).max(65535);

/** Why something is as it is, where a reader would ask. */
export const reasonSchema = z.string().min(10, "must be a reason that a reader can judge");

/** One value for both environments, or one for each. */
export const perEnvironment = <T extends z.ZodType>(value: T) =>
  z.strictObject({ dev: value.optional(), prod: value.optional() });
