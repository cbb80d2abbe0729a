import { z } from "zod";
import { durationSchema, nameSchema, portSchema } from "./common";

/** How an endpoint can be reached from outside of its networks. */
export const ways = ["hostPort", "traefik", "cloudflareTunnel", "none"] as const;
export type Way = (typeof ways)[number];

const waySchema = z.enum(ways);

/** One way, or `hostPort` beside one of the two that lead in from the internet. */
const waysSchema = z.union([
  waySchema,
  z
    .array(waySchema)
    .min(1)
    .refine((chosen) => new Set(chosen).size === chosen.length, { error: "names a way twice" })
    .refine((chosen) => chosen.length === 1 || !chosen.includes("none"), {
      error: "'none' stands alone",
    })
    .refine((chosen) => !(chosen.includes("traefik") && chosen.includes("cloudflareTunnel")), {
      error: "an endpoint has one way in: 'traefik' or 'cloudflareTunnel'",
    }),
]);

/** Ways per role; one that is left out is decided by what is less specific. */
const rolePolicySchema = z.strictObject({
  public: waysSchema.optional(),
  dashboard: waysSchema.optional(),
  internal: waysSchema.optional(),
});
export type RolePolicy = z.output<typeof rolePolicySchema>;

/** "system/service". */
const serviceReferenceSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*$/, 'must be "system/service"');

/**
 * The stack's policy: how each role is reached, with overrides per system and, above those, per
 * service. `hostPort` publishes what the catalogue says is published; without a policy that is all
 * there is, in prod not even internal endpoints.
 */
export const exposureSchema = rolePolicySchema.extend({
  systems: z.record(nameSchema, rolePolicySchema).default({}),
  services: z.record(serviceReferenceSchema, rolePolicySchema).default({}),
});

/** A host name in lower case, without a wildcard. */
export const hostNameSchema = z
  .string()
  .max(253)
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/,
    'must be a host name such as "app.example.org"',
  );

/**
 * Who may pass. Traefik asks by `basicAuth` or `forwardAuth`, Cloudflare Access by `emails` and
 * `domains`; a rule may have both, for whichever way the policy picks.
 */
const accessRuleSchema = z
  .strictObject({
    /** Users that Traefik lets in; their passwords are derived, see the output `passwords`. */
    basicAuth: z.array(nameSchema).min(1).optional(),
    /** A service that Traefik asks about each request, and the headers that it may add. */
    forwardAuth: z
      .strictObject({
        /** "system/service" or "system/service#endpoint". */
        endpoint: z.string(),
        path: z.string().startsWith("/").default("/"),
        responseHeaders: z.array(z.string()).default([]),
      })
      .optional(),
    /** Addresses that Cloudflare Access lets in. */
    emails: z.array(z.email()).min(1).optional(),
    /** Mail domains that Cloudflare Access lets in. */
    domains: z.array(hostNameSchema).min(1).optional(),
  })
  .refine((rule) => Object.keys(rule).length > 0, { error: "lets nobody in" })
  .refine((rule) => !(rule.basicAuth && rule.forwardAuth), {
    error: "has both basicAuth and forwardAuth",
  });
export type AccessRule = z.output<typeof accessRuleSchema>;

export const accessSchema = z.record(
  nameSchema.refine((name) => name !== "edge", { error: "is Berth's own rule" }),
  accessRuleSchema,
);

const acmeSchema = z.strictObject({
  /** Where the authority writes to when a certificate is in danger. */
  email: z.email().optional(),
  /** How it sees that a host is ours: a request to port 80, or a DNS record made with Cloudflare's API. @default "http" */
  challenge: z.enum(["http", "cloudflareDns"]).default("http"),
  /** Let's Encrypt's staging directory: certificates that no browser trusts, and no rate limits. @default false */
  staging: z.boolean().default(false),
  /** Another authority's directory. @default Let's Encrypt's */
  directory: z.url({ protocol: /^https$/, error: "must be an https:// address" }).optional(),
  /** PEM certificate by which that directory is trusted. @default the system's */
  directoryCertificate: z.string().startsWith("-----BEGIN CERTIFICATE-----").optional(),
});

export const traefikSchema = z.strictObject({
  /** Address of the two ports that face the internet. @default "0.0.0.0" */
  bind: z.ipv4().default("0.0.0.0"),
  /** @default 80 */
  httpPort: portSchema.default(80),
  /** @default 443 */
  httpsPort: portSchema.default(443),
  acme: acmeSchema.prefault({}),
  /** Networks of proxies before Traefik whose word on the visitor's address counts, as CIDR. @default none */
  trustedProxies: z.array(z.cidrv4('must be a network such as "173.245.48.0/20"')).default([]),
  /** Longest time that a request may take to arrive, for slow uploads. @default "60 min" */
  readTimeout: durationSchema.default("60 min"),
});
export type TraefikSettings = z.output<typeof traefikSchema>;

/** Identifiers are checked by preflight, so that a committed placeholder is a plan without issues. */
export const cloudflareSchema = z.strictObject({
  /** Account id: 32 hexadecimal digits. */
  account: z.string().optional(),
  /** Zone id per zone: 32 hexadecimal digits each. */
  zones: z.record(hostNameSchema, z.string()).default({}),
  /** The Zero Trust team's name, by which cloudflared checks Access tokens: "team" of team.cloudflareaccess.com. */
  team: z
    .string()
    .regex(/^[a-z0-9-]+$/, "must be the team's name alone")
    .optional(),
});
