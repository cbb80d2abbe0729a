import { ensureLocalImages } from "../../offline/images/build";
import { recipeReference } from "../../offline/images/references";
import { createCheckout, type Checkout } from "./support/checkout";
import { docker, eventually, execute, snapshot } from "./support/docker";
import { container, psql, rows, writeLab } from "./support/postgres-lab";
import { bringUp, clearAway } from "./support/stack";

const volume = "oldshop_pgdata";
const compose = {
  "com.docker.compose.project": "oldshop",
  "com.docker.compose.volume": "pgdata",
};
const data = "/var/lib/postgresql/data";

/** What the project's first superuser, its shop's own role, made. */
const filled = `
CREATE TYPE state AS ENUM ('new', 'old');
CREATE TABLE rows (at timestamptz DEFAULT now(), was state DEFAULT 'new');
INSERT INTO rows SELECT now(), 'old' FROM generate_series(1, 100);
CREATE VIEW recent AS SELECT * FROM rows;
CREATE FUNCTION total() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM rows';
CREATE ROLE admin SUPERUSER LOGIN PASSWORD 'known';
CREATE DATABASE blog_db;
CREATE DATABASE attic;
`;

let checkout: Checkout;
const up = () => checkout.berth("up", "dev", "--install", "--yes");
const adopt = (name: string) =>
  checkout.configure("dev", { volumes: { "lab/data": { adopt: name, superuser: "shopkeeper" } } });

/** Runs a container of the Compose project on the volume; gives its name. */
async function startCompose(): Promise<string> {
  const name = "oldshop-db-1";
  const created = await docker.createContainer({
    name,
    Image: recipeReference("postgres"),
    Env: ["POSTGRES_USER=shopkeeper", "POSTGRES_PASSWORD=old", "POSTGRES_DB=shop_db"],
    Labels: compose,
    HostConfig: { Mounts: [{ Type: "volume", Source: volume, Target: data }] },
  });
  await created.start();
  return name;
}

async function sql(name: string, database: string, statements: string): Promise<void> {
  // By TCP: the socket answers while the data is still being made.
  const psql = ["env", "PGPASSWORD=old", "psql", "-h", "127.0.0.1", "-U", "shopkeeper"];
  const where = [...psql, "-d", database];
  await eventually(async () => {
    const { exitCode, output } = await execute(name, ...where, "-c", "SELECT 1");
    if (exitCode !== 0) throw new Error(output);
  });
  // CREATE DATABASE stands alone: one statement at a time.
  for (const statement of statements.split(";\n").filter((text) => text.trim() !== "")) {
    const { exitCode, output } = await execute(name, ...where, "-qc", statement);
    expect(`${exitCode} ${output}`).toBe("0 ");
  }
}

beforeAll(async () => {
  await ensureLocalImages({ docker, names: ["postgres"] });
  checkout = await createCheckout();
  checkout.configure("dev", { systems: ["lab"], parameters: {} });
  writeLab(checkout, ["shop", "blog"], { shop: "shopkeeper" });
  await docker.createVolume({ Name: volume, Labels: compose });
});

afterAll(() => clearAway(checkout, "dev", [{ name: volume }]));

test("a volume that is not there, and one that is in use, stop up before anything changes", async () => {
  const old = await startCompose();
  await sql(old, "shop_db", filled);
  await sql(
    old,
    "blog_db",
    "CREATE TABLE rows (at timestamptz DEFAULT now());\nINSERT INTO rows DEFAULT VALUES;\n",
  );
  const before = await snapshot();
  adopt("oldshop_pgdat");
  expect((await up()).stderr).toContain(
    "Pulumi.dev.yaml.volumes.lab/data.adopt: the Docker host has no volume 'oldshop_pgdat'; did you mean 'oldshop_pgdata'?",
  );
  adopt(volume);
  const { exitCode, stderr } = await up();
  expect(exitCode).toBe(1);
  expect(stderr).toContain(
    `Pulumi.dev.yaml.volumes.lab/data.adopt: volume ${volume} is in use by container '${old}' of Compose project 'oldshop'; stop it with 'docker compose -p oldshop down', which keeps its volumes`,
  );
  expect(await snapshot()).toBe(before);
  await docker.getContainer(old).stop();
  await docker.getContainer(old).remove();
});

/** Runs a shell line on the volume. */
async function onVolume(line: string): Promise<void> {
  const one = await docker.createContainer({
    ...{ Image: recipeReference("postgres"), Entrypoint: ["sh", "-c"], Cmd: [line] },
    HostConfig: { Mounts: [{ Type: "volume", Source: volume, Target: data }] },
  });
  await one.start();
  const { StatusCode } = (await one.wait()) as { StatusCode: number };
  await one.remove();
  expect(StatusCode).toBe(0);
}

test("data of another major version, and of another user, stops up before anything changes", async () => {
  const image = recipeReference("postgres");
  await onVolume(`echo 14 > ${data}/PG_VERSION && chown 70 ${data}/PG_VERSION`);
  const before = await snapshot();
  const { exitCode, stderr } = await up();
  expect(exitCode).toBe(1);
  expect(stderr).toContain(
    `lab/postgres: volume ${volume} has data of PostgreSQL 14, but ${image} is PostgreSQL 15; keep to an image of version 14, or bring the data over as docs/operate.md says in 'Another major version of PostgreSQL'`,
  );
  expect(stderr).toContain(
    `lab/postgres: volume ${volume} belongs to user 70, but the server runs as 999; hand it over: docker run --rm --user 0 --entrypoint chown -v ${volume}:/data ${image} -R 999:999 /data`,
  );
  // Nothing is left of the container that looked into the volume either.
  expect(await snapshot()).toBe(before);
  await onVolume(`echo 15 > ${data}/PG_VERSION && chown 999 ${data}/PG_VERSION`);
});

test("up takes the volume over: rows, roles with derived passwords, nothing dropped", async () => {
  const printed = await bringUp(checkout, "dev");
  expect(printed).toContain("no service needs database attic any more; it is kept");
  expect(printed).toContain(
    "note lab/postgres-databases: role admin is a superuser, too; once nobody needs it: ALTER ROLE admin NOLOGIN",
  );
  expect(await eventually(() => rows("shop"))).toBeGreaterThanOrEqual(100);
  expect(await eventually(() => rows("blog"))).toBeGreaterThanOrEqual(1);
  const { Config } = await docker.getContainer(container("shop")).inspect();
  expect(Config.Env).toContain("PGUSER=shopkeeper");
  expect(Config.Env).not.toContain("PGPASSWORD=old");
  const { Labels } = await docker.getVolume(volume).inspect();
  expect(Labels).toMatchObject(compose);
});

test("a consumer owns what is in its database, and is nobody in the others", async () => {
  const owned = [
    "ALTER TABLE rows ADD note text",
    "ALTER TYPE state ADD VALUE 'lost'",
    "DROP VIEW recent",
    "DROP FUNCTION total()",
    "CREATE TABLE more ()",
    "DELETE FROM rows WHERE was = 'old'",
  ];
  for (const statement of owned) {
    const { exitCode, output } = await psql("shop", "-qc", statement);
    expect(`${statement}: ${exitCode} ${output}`).toBe(`${statement}: 0 `);
  }
  expect((await psql("blog", "-qc", "ALTER TABLE rows ADD note text")).exitCode).toBe(0);
  for (const [name, other] of [
    ["shop", "blog_db"],
    ["shop", "attic"],
    ["shop", "postgres"],
    ["blog", "shop_db"],
  ] as const) {
    const { output } = await psql(name, "-d", other, "-c", "SELECT 1");
    expect(output).toContain("permission denied for database");
  }
  const { output } = await psql(
    "shop",
    "-c",
    "SELECT rolsuper FROM pg_roles WHERE rolname = current_user",
  );
  expect(output.trim()).toBe("f");
  expect(await bringUp(checkout, "dev")).toContain("Nothing to change.");
});
