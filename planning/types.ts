import type { Environment, Role } from "../config/schema/common";
import type { Exception } from "../config/schema/service";
import type { Issue, Note } from "../config/issues";
import type { PlannedBudget } from "./budget";
import type { PlannedLogs } from "./logs";

/**
 * The plan of one stack. This is the contract of `berth plan --json`: plain JSON that others build
 * on. Add to it, take nothing away.
 */
export interface Plan {
  stack: string;
  environment: Environment;
  /** Id of the host. */
  host: string;
  networks: PlannedNetwork[];
  volumes: PlannedVolume[];
  /** In start order: a service comes after what it needs. */
  services: PlannedService[];
  routes: PlannedRoute[];
  /** The Cloudflare Tunnel, where the policy picks one. */
  tunnel: PlannedTunnel | null;
  /** Applications that run elsewhere. */
  externals: PlannedExternal[];
  /** What all of it may take of the host; null where nothing could be planned. */
  budget: PlannedBudget | null;
  issues: Issue[];
  notes: Note[];
}

export interface PlannedNetwork {
  name: string;
  system: string;
  internal: boolean;
}

export interface PlannedVolume {
  name: string;
  system: string;
  service: string;
  /** Where it is mounted in the container. */
  path: string;
  /** Kept when it is removed from the program or the stack is taken down. */
  retained: boolean;
  /** Taken over with its data (`berth:volumes`), and so there before the stack is. */
  adopted: boolean;
}

export interface PlannedService {
  system: string;
  project: string;
  service: string;
  container: string;
  kind: "service" | "job";
  /** The most exposed of its endpoints. */
  role: Role;
  /** Reference of a registry image; for a build its name without a tag, which the content decides. */
  image: string;
  /** What the lock has for a registry image: this content is run, wherever its tag leads by now. */
  digest: string | null;
  build: PlannedBuild | null;
  substitutedBy: null | "stand-in" | (string & {});
  networks: string[];
  /** Short names per network. */
  aliases: Record<string, string[]>;
  ports: PlannedPort[];
  endpoints: PlannedEndpoint[];
  /** "system/service" or "system/service#database". */
  needs: string[];
  /** Those of the needs (and jobs) that must be healthy or done before it starts: "system/service". */
  startsAfter: string[];
  /** Of a job: the services that it sets up. It runs again when a container of theirs is another. */
  targets: string[];
  /** Secrets as "secret:<label>". */
  variables: Record<string, string>;
  /** How each secret variable is made. */
  secrets: Record<string, SecretVariable>;
  /**
   * Labels of derived secrets that are valid once this job has run: who has one in another version
   * is taken away before the job runs, and made again after it.
   */
  appliesSecrets: string[];
  /** Files of the source folder whose variables the container gets too. */
  environmentFiles: string[];
  mounts: PlannedMount[];
  /** Configuration put into the container: path → content. */
  files: Record<string, string>;
  entrypoint: string[] | null;
  command: string[] | null;
  workingDirectory: string | null;
  security: PlannedSecurity;
  health: PlannedHealth | null;
  memoryBytes: number;
  /** Processors it may use at once; null where it may use them all. */
  cpus: number | null;
  /** Most processes and threads of its user, over all containers and the host; root has no limit. */
  processes: number | null;
  gpu: boolean;
  logs: PlannedLogs;
  stopSeconds: number;
  /** Time limit of a job, null for a service. */
  timeoutSeconds: number | null;
  replicas: number;
  /** Of a Postgres server: its data. */
  postgres: PlannedPostgres | null;
  url: string | null;
  /** Where it is less hardened than the default, and why. */
  exceptions: Exception[];
}

export interface PlannedPostgres {
  /** Major version, such as "17"; null where the image's tag does not tell. */
  version: string | null;
  /** The volume that has its data, null where none has. */
  volume: string | null;
  /** Folder of the data in that volume; "" for the volume itself. */
  path: string;
}

export interface PlannedBuild {
  /** Below the sources folder: "dev/inpactai/Backend". */
  context: string;
  dockerfile: string;
  target: string | null;
  args: Record<string, string>;
  /** Those of the arguments that carry a base image. */
  bases: string[];
}

export interface PlannedPort {
  ip: string;
  host: number;
  container: number;
}

export interface PlannedEndpoint {
  name: string;
  port: number;
  protocol: "http" | "tcp" | "redis";
  role: Role;
}

export interface SecretVariable {
  /** Derived from the stack's root secret, a key of Pulumi's secret config, or the tunnel's token. */
  origin: "derived" | "config" | "tunnel";
  /** Label of a derived secret, or the key of the config. */
  label: string;
  version: number;
  /** Characters of the derived value. */
  length: number;
  /** The variable's value: `{secret}` stands for the secret one, `{sha1}` for its SHA-1 in base64. */
  template: string;
  /** What a secret of a system's is, as its catalogue file says. */
  about?: string;
  /** The variable is left out where the config has no value. */
  optional?: boolean;
}

export interface PlannedMount {
  type: "volume" | "bind" | "tmpfs";
  /** Volume name; host path; path below the sources folder as "<sources>/dev/…"; "" for tmpfs. */
  source: string;
  target: string;
  readOnly: boolean;
}

export interface PlannedSecurity {
  user: string | null;
  readOnlyRoot: boolean;
  addedCapabilities: string[];
  noNewPrivileges: boolean;
}

export interface PlannedHealth {
  kind: "http" | "tcp" | "command";
  /** The endpoint's port, null for a command. */
  port: number | null;
  path: string | null;
  /** Docker's test: ["CMD", program, …]. */
  test: string[];
  intervalSeconds: number;
  timeoutSeconds: number;
  retries: number;
  startPeriodSeconds: number;
}

/** A public host name and path that lead to an endpoint. */
export interface PlannedRoute {
  host: string;
  /** The path and all below it. */
  path: string;
  via: "traefik" | "cloudflareTunnel";
  container: string;
  port: number;
  /** Whether an access rule stands before it. */
  access: boolean;
  system: string;
  service: string;
  endpoint: string;
  /** Name of the access rule. */
  rule: string | null;
  /** How that rule guards: "basicAuth", "forwardAuth by korczewski/auth-service", "emails, domains". */
  guard: string | null;
  url: string;
  /** Containers that share the requests. */
  containers: string[];
  stripPath: boolean;
  rateLimit: { average: number; burst: number } | null;
  maxBodyBytes: number | null;
}

/** A remotely managed Cloudflare Tunnel with all that leads to it. */
export interface PlannedTunnel {
  name: string;
  /** Account and zone ids as the settings have them; null where they are missing. */
  account: string | null;
  team: string | null;
  /** In order; the catch-all follows the last. */
  ingress: {
    host: string;
    /** Regular expression, null for every path. */
    path: string | null;
    /** URL inside of Docker's networks. */
    origin: string;
    /** Address of the application that guards it. */
    application: string | null;
  }[];
  records: { host: string; zone: string; zoneId: string | null }[];
  /** What Cloudflare Access guards: a host and path each, by a policy of the rule's name. */
  applications: { host: string; path: string; rule: string }[];
  policies: { rule: string; emails: string[]; domains: string[] }[];
}

export interface PlannedExternal {
  system: string;
  name: string;
  url: string;
  about: string;
}

/**
 * What a machine says about itself and the plan can't know: which sources are missing, and which
 * image takes another's place where no image registry is reachable.
 */
export interface MachineFacts {
  /** Project sources that are missing, as "<environment>/<project folder>". */
  missingSources: string[];
  /** Local substitute of a registry image, undefined where there is none. */
  localImages: "unused" | ((image: string) => LocalImage | undefined);
}

export interface LocalImage {
  reference: string;
  /** Major version of the PostgreSQL in it. */
  postgres?: string;
  command?: string[];
  entrypoint?: string[];
}

/** "system/service", the service's name in needs, issues and tables. */
export function serviceId(service: { system: string; service: string }): string {
  return `${service.system}/${service.service}`;
}
