/** `up`, then rounds of a new release, `down` and `up` while a client writes: no row it was promised is lost. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plan } from "../../planning/types";
import { createCheckout, testAddress, type Checkout } from "./support/checkout";
import { docker, eventually, execute } from "./support/docker";
import { RowWriter } from "./support/row-writer";
import { bringUp, clearAway, planHere } from "./support/stack";

const cycles = process.env.BERTH_SOAK ? 100 : 5;
const server = "soak-postgres-dev";
const app = "soak-app-dev";

let checkout: Checkout;
let plan: Plan;

beforeAll(async () => {
  checkout = await createCheckout();
  checkout.configure("dev", { systems: ["soak"], parameters: {} });
  writeFileSync(
    join(checkout.folder, "config/systems/soak.ts"),
    `export default ${JSON.stringify(soak)};\n`,
  );
  release(0);
});

afterAll(() => clearAway(checkout, "dev", plan?.volumes));

const absent = { absent: "the soak has no production of its own" };
const built = (folder: string) => ({
  build: { folder, bases: { POSTGRES_IMAGE: "postgres:17.5-bookworm" } },
});
const common = { networks: ["main"], user: "999:999", prod: absent };

/** A server with data, and an application that needs a database of it; both are built from source. */
const soak = {
  ...{ name: "soak", title: "Soak", about: "A server with data and its application." },
  networks: { main: { name: "soak-{environment}" } },
  volumes: { data: { name: "soak-data-{environment}" } },
  projects: { soak: { ports: { block: 9, slice: 0 } } },
  services: {
    postgres: {
      ...common,
      image: built("server"),
      endpoints: {
        postgres: {
          ...{ port: 5432, protocol: "tcp", role: "internal" },
          ...{ slot: 0, published: { dev: 5432 } },
        },
      },
      postgres: { endpoint: "postgres" },
      mounts: [{ volume: "data", target: "/var/lib/postgresql/data" }],
      tmpfs: ["/tmp", "/var/run/postgresql"],
      health: {
        kind: "command",
        command: ["pg_isready", "-q", "-h", "127.0.0.1", "-U", "postgres"],
        interval: "1 s",
      },
      memory: "256 MiB",
    },
    app: {
      ...common,
      image: built("app"),
      entrypoint: ["sleep", "infinity"],
      memory: "64 MiB",
      health: { kind: "command", command: ["psql", "-qc", "SELECT"], interval: "1 s" },
      needs: {
        database: {
          database: "postgres#rows",
          variables: {
            ...{ PGHOST: "{host}", PGPORT: "{port}", PGUSER: "{user}" },
            ...{ PGPASSWORD: "{password}", PGDATABASE: "{database}" },
          },
        },
      },
    },
  },
};

/** Changes a line in the sources of both. */
function release(version: number): void {
  for (const folder of ["server", "app"]) {
    const source = join(checkout.sources, "dev/soak", folder);
    mkdirSync(source, { recursive: true });
    writeFileSync(
      join(source, "Dockerfile"),
      `ARG POSTGRES_IMAGE\nFROM \${POSTGRES_IMAGE}\nLABEL release=${version}\n`,
    );
  }
}

const down = async () => {
  const { exitCode, stderr } = await checkout.berth("down", "dev", "--yes");
  if (exitCode !== 0) throw new Error(stderr);
  const left = await docker.listContainers({ all: true, filters: { name: ["^/soak-"] } });
  expect(left).toEqual([]);
};
const identities = () =>
  Promise.all(
    [server, app].map(async (name) => {
      const { Id, State } = await docker.getContainer(name).inspect();
      return `${Id} ${State.StartedAt}`;
    }),
  );
const releaseOf = async (name: string) =>
  (await docker.getContainer(name).inspect()).Config.Labels.release;
/** What PostgreSQL calls the cluster that it made on an empty volume. */
const clusterOf = async () => {
  const question = "SELECT system_identifier FROM pg_control_system()";
  const { output } = await execute(server, "psql", "-U", "postgres", "-tAXc", question);
  return output.trim();
};

/** A round may take minutes on a busy machine. */
const patience = (cycles + 6) * 10 * 60_000;

const title = `${cycles} rounds keep every row that was acknowledged, on one and the same volume`;

test(title, keepsEveryRow, patience);

async function keepsEveryRow(): Promise<void> {
  const started = Date.now();
  await bringUp(checkout, "dev");
  plan = await planHere(checkout, "dev");
  const cluster = await clusterOf();
  expect(cluster).toMatch(/^\d+$/);
  const env = (await docker.getContainer(app).inspect()).Config.Env;
  const variable = (name: string) =>
    env.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
  const port = plan.services.find(({ container }) => container === server)?.ports[0]?.host;
  const writer = new RowWriter({
    ...{ host: testAddress, port: port ?? 0, user: variable("PGUSER") },
    ...{ password: variable("PGPASSWORD"), database: variable("PGDATABASE") },
  });
  const moreRows = async () => {
    const before = writer.acknowledged.length;
    await eventually(() =>
      writer.acknowledged.length > before
        ? Promise.resolve()
        : Promise.reject(new Error("the writer gets no row in")),
    );
  };
  try {
    const before = await identities();
    await bringUp(checkout, "dev");
    expect(await identities()).toEqual(before);
    await moreRows();
    for (let cycle = 1; cycle <= cycles; cycle++) {
      // What the last `up` of a round brought up is what the next begins with.
      release(cycle);
      await bringUp(checkout, "dev");
      for (const name of [server, app]) expect(await releaseOf(name)).toBe(String(cycle));
      await moreRows();
      await down();
      await bringUp(checkout, "dev");
      await moreRows();
      expect(await clusterOf()).toBe(cluster);
      if (cycle % 10 === 0 || cycle === cycles) report(cycle, writer, started);
    }
  } finally {
    await writer.stop();
  }
  const rows = await writer.rows();
  expect(writer.acknowledged.filter((n) => !rows.has(n))).toEqual([]);
  // Else nobody wrote while the server went away.
  expect(writer.lost).toBeGreaterThanOrEqual(2 * cycles);
}

function report(cycle: number, writer: RowWriter, started: number): void {
  const seconds = Math.round((Date.now() - started) / 1000);
  const { acknowledged, unsure, lost } = writer;
  process.stderr.write(
    `soak: ${cycle} rounds in ${seconds} s, ${acknowledged.length} rows acknowledged, ` +
      `${unsure} unsure, ${lost} connections lost\n`,
  );
}
