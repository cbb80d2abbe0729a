import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Checkout } from "./checkout";
import { execute } from "./docker";

/** A system of a Postgres server and consumers that write a row each second; one with a role of another name gives it. */
export function writeLab(
  checkout: Checkout,
  consumers: readonly string[],
  roles: Record<string, string> = {},
): void {
  const image = { registry: "postgres:17.5-bookworm" };
  const command = [
    'psql -qc "CREATE TABLE IF NOT EXISTS rows (at timestamptz DEFAULT now())"',
    'while :; do psql -qc "INSERT INTO rows DEFAULT VALUES" || echo failed; sleep 1; done',
  ].join("; ");
  const consumer = (name: string) => ({
    ...{ image, entrypoint: ["bash", "-c"], command: [command] },
    ...{ networks: ["main"], user: "999:999", memory: "64 MiB" },
    health: { kind: "command", command: ["psql", "-qc", "SELECT FROM rows LIMIT 1"] },
    needs: {
      database: {
        database: `postgres#${name}_db`,
        ...(roles[name] !== undefined && { role: roles[name] }),
        variables: {
          ...{ PGHOST: "{host}", PGPORT: "{port}", PGUSER: "{user}" },
          ...{ PGPASSWORD: "{password}", PGDATABASE: "{database}" },
        },
      },
    },
  });
  const lab = {
    ...{ name: "lab", title: "Lab", about: "A Postgres server and its consumers." },
    networks: { main: { name: "lab-{environment}" } },
    volumes: { data: { name: "lab-data-{environment}" } },
    projects: { lab: { ports: { block: 9, slice: 0 } } },
    services: {
      postgres: {
        image,
        endpoints: { postgres: { port: 5432, protocol: "tcp", role: "internal" } },
        postgres: { endpoint: "postgres" },
        networks: ["main"],
        mounts: [{ volume: "data", target: "/var/lib/postgresql/data" }],
        user: "999:999",
        tmpfs: ["/tmp", "/var/run/postgresql"],
        health: {
          kind: "command",
          command: ["pg_isready", "-q", "-h", "127.0.0.1", "-U", "postgres"],
        },
        memory: "256 MiB",
        prod: { absent: "the lab has no production of its own" },
      },
      ...Object.fromEntries(
        consumers.map((name) => [
          name,
          { ...consumer(name), prod: { absent: "the lab has no production of its own" } },
        ]),
      ),
    },
  };
  writeFileSync(
    join(checkout.folder, "config/systems/lab.ts"),
    `export default ${JSON.stringify(lab)};\n`,
  );
}

export const container = (name: string) => `lab-${name}-dev`;

/** psql in a consumer's container, as that consumer. */
export const psql = (name: string, ...args: string[]) =>
  execute(container(name), "psql", "-tAX", ...args);

export const rows = async (name: string) =>
  Number((await psql(name, "-c", "SELECT count(*) FROM rows")).output.trim());
