import type { ServiceEntry } from "./schema/service";

/**
 * What services of the official Postgres image on Debian have in common: its port, its user, the folders
 * that it writes to beside its data, a health check by TCP (the server that initialises a volume answers
 * on the socket alone), and time to close its files.
 */
export const postgresServer = {
  endpoints: { postgres: { port: 5432, protocol: "tcp", role: "internal" } },
  postgres: { endpoint: "postgres" },
  user: "999:999",
  tmpfs: ["/tmp", "/var/run/postgresql"],
  health: { kind: "command", command: ["pg_isready", "-q", "-h", "127.0.0.1", "-U", "postgres"] },
  stopTimeout: "60 s",
} satisfies Partial<ServiceEntry>;
