import type { Settings } from "../config/schema/settings";
import type { Issue } from "../config/issues";
import { compare } from "./compare";
import { catalogPath, type Draft } from "./drafts";
import type { Bindings } from "./bindings";
import { provisioningScript, socketFolder } from "./provisioning-script";
import type { SecretVariable } from "./types";
import { volumeSetting } from "./volumes";

/** A consumer's database on a Postgres server. */
export interface DatabaseUse {
  server: Draft;
  database: string;
  /** Owner of the database; logs in with its own password. */
  role: string;
  consumer: Draft;
}

/** Label of a role's derived password. */
export function databaseSecretLabel(server: Draft, role: string): string {
  return `${server.id}/postgres/${role}`;
}

const superuser = "postgres";

/** Names that PostgreSQL keeps for itself. */
const isReserved = (name: string) =>
  [superuser, "template0", "template1", "public", "none"].includes(name) || name.startsWith("pg_");

/** The volume that the server and its job have in common: the server's socket. */
const socket = { cache: "socket", target: socketFolder };

/** A Postgres server with its socket where the job finds it. */
export function sharesSocket(server: Draft): Draft["spec"] {
  const { mounts, tmpfs } = server.spec;
  return {
    ...server.spec,
    mounts: [...mounts, socket],
    tmpfs: tmpfs.filter((folder) => folder !== socketFolder),
  };
}

/** Variables with which a Postgres server starts: its superuser's password. */
export function serverVariables(
  server: Draft,
  settings: Settings,
): Pick<Bindings, "variables" | "secrets"> {
  return secretVariables({ POSTGRES_PASSWORD: superuser }, server, settings);
}

/**
 * The job that gives every consumer of a server its database and role. It has a draft of its own,
 * so names, order and proof are the same as for any job.
 */
export function provisioningJob(
  server: Draft,
  uses: readonly DatabaseUse[],
  settings: Settings,
): { draft: Draft; bindings: Bindings; issues: Issue[] } {
  const owners = new Map<string, string>();
  const issues: Issue[] = [];
  for (const { database, role, consumer } of uses) {
    if (isReserved(role) || isReserved(database)) {
      issues.push({
        path: `${catalogPath(consumer)}.needs`,
        message: `database ${database} with role ${role} of ${server.id} is the server's own`,
        remedy: "name a database and a role of the consumer's",
      });
    }
    const owner = owners.get(database);
    if (owner !== undefined && owner !== role) {
      issues.push({
        path: `${catalogPath(consumer)}.needs`,
        message: `database ${database} of ${server.id} would belong to role ${role}, but another need gives it to ${owner}`,
        remedy: "let both name the same role",
      });
    }
    owners.set(database, owner ?? role);
  }
  const databases = [...owners].sort(([a], [b]) => compare(a, b));
  const roles = [...new Set(databases.map(([, role]) => role))].sort(compare);
  const name = `${server.name}-databases`;
  const endpoint = server.spec.kind === "service" ? server.spec.postgres?.endpoint : undefined;
  const port = server.containerPorts[endpoint ?? ""] ?? 5432;
  const passwords = [superuser, ...roles].map((role) => [`PASSWORD_${role}`, role]);
  const { variables, secrets } = secretVariables(
    Object.fromEntries(passwords) as Record<string, string>,
    server,
    settings,
  );
  const draft: Draft = {
    ...server,
    id: `${server.system.name}/${name}`,
    name,
    spec: {
      ...server.spec,
      kind: "job",
      timeout: "2 min",
      endpoints: {},
      needs: {},
      variables: {},
      environmentFiles: [],
      mounts: [socket],
      // Where the image declares a volume, Docker would leave a nameless one behind.
      tmpfs: server.spec.mounts.flatMap((mount) => ("volume" in mount ? [mount.target] : [])),
      files: {},
      entrypoint: ["sh", "-c"],
      command: [provisioningScript],
      memory: "64 MiB",
      exceptions: server.spec.exceptions.filter(({ allow }) => allow === "root-user"),
      stopTimeout: "10 s",
      replicas: 1,
    },
    container: `${server.container}-databases`,
    containerPorts: {},
    documentedPorts: {},
    networks: server.networks.slice(0, 1),
    aliases: [],
    variables: {
      // The port is part of the socket's name.
      PGPORT: String(port),
      BERTH_SUPERUSER: firstSuperuser(server, settings),
      BERTH_DATABASES: databases.map(([database, role]) => `${database}:${role}`).join(" "),
    },
  };
  const need = {
    name: "server",
    kind: "endpoint",
    target: server.id,
    reach: "container",
    host: server.container,
    port,
    protocol: "postgres",
    url: `postgresql://${superuser}@${server.container}:${port}/postgres`,
    draft: server,
    templates: {},
  } as const;
  const bindings: Bindings = {
    needs: [need],
    variables,
    secrets,
    networks: [],
    appliesSecrets: roles.map((role) => databaseSecretLabel(server, role)),
  };
  return { draft, bindings, issues };
}

/** The superuser with which a server's data was made. */
function firstSuperuser(server: Draft, settings: Settings): string {
  const [found] = server.spec.mounts.flatMap((mount) =>
    "volume" in mount
      ? (volumeSetting(settings, server.system.name, mount.volume)?.superuser ?? [])
      : [],
  );
  return found ?? superuser;
}

/** Variables that hold the password of a role of a server. */
function secretVariables(
  roles: Record<string, string>,
  server: Draft,
  settings: Settings,
): { variables: Record<string, string>; secrets: Record<string, SecretVariable> } {
  const secrets: Record<string, SecretVariable> = {};
  const variables: Record<string, string> = {};
  for (const [variable, role] of Object.entries(roles)) {
    const label = databaseSecretLabel(server, role);
    secrets[variable] = {
      origin: "derived",
      label,
      version: settings.secretVersions[label] ?? 1,
      length: 32,
      template: "{secret}",
    };
    variables[variable] = `secret:${label}`;
  }
  return { variables, secrets };
}
