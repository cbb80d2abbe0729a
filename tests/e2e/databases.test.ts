import pg from "pg";
import type { Plan } from "../../planning/types";
import { createCheckout, type Checkout } from "./support/checkout";
import { docker, eventually, execute, identity } from "./support/docker";
import { container, psql, rows, writeLab } from "./support/postgres-lab";
import { bringUp, clearAway, planHere } from "./support/stack";

let checkout: Checkout;
let plan: Plan;

beforeAll(async () => {
  checkout = await createCheckout();
  checkout.configure("dev", { systems: ["lab"], parameters: {} });
  writeLab(checkout, ["shop", "blog"]);
  await bringUp(checkout, "dev");
  plan = await planHere(checkout, "dev");
});

afterAll(() => clearAway(checkout, "dev", plan?.volumes));

const identityOf = (name: string) => identity(container(name));

/** The variables that a container has. */
async function variables(name: string): Promise<Record<string, string>> {
  const { Config } = await docker.getContainer(container(name)).inspect();
  const entries = Config.Env.map((entry) => entry.split(/=(.*)/s).slice(0, 2));
  return Object.fromEntries(entries) as Record<string, string>;
}

/** What a consumer's container logs in with; undefined while there is none. */
const credentials = (name: string) => variables(name).catch(() => undefined);

/** Logs in over the network of server and consumers. */
async function logIn(as: Record<string, string> | undefined): Promise<void> {
  const { NetworkSettings } = await docker.getContainer(container("postgres")).inspect();
  const client = new pg.Client({
    host: NetworkSettings.Networks["lab-dev"]?.IPAddress ?? "",
    port: 5432,
    user: as?.PGUSER ?? "",
    password: as?.PGPASSWORD ?? "",
    database: as?.PGDATABASE ?? "",
  });
  try {
    await client.connect();
  } finally {
    await client.end();
  }
}

/** Reconnects as fast as it can, with what its consumer's container has at that moment. */
class Client {
  logins = 0;
  readonly failures: string[] = [];
  private ended = false;
  private readonly running: Promise<void>;

  constructor(private readonly name: string) {
    this.running = this.run();
  }

  private async run(): Promise<void> {
    while (!this.ended) {
      const own = await credentials(this.name);
      if (own === undefined) continue;
      await logIn(own).then(
        () => this.logins++,
        (error: Error) => this.failures.push(error.message),
      );
    }
  }

  async someMore(): Promise<void> {
    const before = this.logins;
    await eventually(() => Promise.resolve(expect(this.logins).toBeGreaterThan(before + 20)));
  }

  async end(): Promise<this> {
    await this.someMore();
    this.ended = true;
    await this.running;
    return this;
  }
}

test("each consumer reaches its own database and no other", async () => {
  for (const name of ["shop", "blog"]) {
    expect(await eventually(() => rows(name))).toBeGreaterThan(0);
    for (const other of ["shop_db", "blog_db", "postgres", "template1"]) {
      if (other === `${name}_db`) continue;
      const { exitCode, output } = await psql(name, "-d", other, "-c", "SELECT 1");
      expect(`${name} ${other} ${exitCode}`).toBe(`${name} ${other} 2`);
      expect(output).toContain("permission denied for database");
    }
  }
});

test("a consumer more on a server with data restarts nobody else", async () => {
  const others = ["postgres", "shop", "blog"];
  const before = await Promise.all(others.map(identityOf));
  writeLab(checkout, ["shop", "blog", "wiki"]);
  await bringUp(checkout, "dev");
  expect(await eventually(() => rows("wiki"))).toBeGreaterThan(0);
  expect(await Promise.all(others.map(identityOf))).toEqual(before);
});

test("a rotation takes its consumer away while the password changes, and nobody else", async () => {
  const others = ["postgres", "blog", "wiki"];
  const before = await Promise.all(others.map(identityOf));
  const old = await credentials("shop");
  const clients = ["shop", "blog", "wiki"].map((name) => new Client(name));
  await Promise.all(clients.map((client) => client.someMore()));
  const { stderr } = await checkout.berth("secrets", "rotate", "shop_db", "--yes");
  expect(stderr).toContain("The next up of dev replaces lab/postgres-databases, lab/shop.");
  await bringUp(checkout, "dev");
  const [shop, ...rest] = await Promise.all(clients.map((client) => client.end()));
  expect(shop?.failures.length).toBeLessThanOrEqual(1);
  expect(rest.map(({ failures }) => failures)).toEqual([[], []]);
  expect(await Promise.all(others.map(identityOf))).toEqual(before);
  const fresh = await credentials("shop");
  expect(fresh?.PGPASSWORD).not.toBe(old?.PGPASSWORD);
  await logIn(fresh);
  await expect(logIn(old)).rejects.toThrow("password authentication failed");
});

test("the superuser's password rotates as well, and no consumer is touched", async () => {
  const consumers = ["shop", "blog", "wiki"];
  const before = await Promise.all(consumers.map(identityOf));
  const superuser = async () => ({
    ...(await credentials("shop")),
    ...{ PGUSER: "postgres", PGDATABASE: "postgres" },
    PGPASSWORD: (await variables("postgres")).POSTGRES_PASSWORD ?? "",
  });
  const old = await superuser();
  await logIn(old);
  await checkout.berth("secrets", "rotate", "lab/postgres/postgres/postgres", "--yes");
  await bringUp(checkout, "dev");
  await logIn(await superuser());
  await expect(logIn(old)).rejects.toThrow("password authentication failed");
  expect(await Promise.all(consumers.map(identityOf))).toEqual(before);
  expect(await bringUp(checkout, "dev")).toContain("Nothing to change.");
});

test("a consumer less keeps its data, and up says so", async () => {
  const count = await rows("blog");
  writeLab(checkout, ["shop", "wiki"]);
  const printed = await bringUp(checkout, "dev");
  expect(printed).toContain(
    "note lab/postgres-databases: no service needs database blog_db any more; it is kept",
  );
  writeLab(checkout, ["shop", "blog", "wiki"]);
  expect(await bringUp(checkout, "dev")).not.toContain("no service needs");
  expect(await eventually(() => rows("blog"))).toBeGreaterThanOrEqual(count);
});

test("a server whose passwords nobody knows any more gets those that follow from the root secret", async () => {
  const count = await rows("shop");
  const forget = "ALTER ROLE postgres PASSWORD 'x'; ALTER ROLE shop_db PASSWORD 'x'";
  await execute(container("postgres"), "psql", "-U", "postgres", "-c", forget);
  expect((await psql("shop", "-c", "SELECT 1")).exitCode).toBe(2);
  await checkout.berth("down", "dev", "--yes");
  await bringUp(checkout, "dev");
  expect(await eventually(() => rows("shop"))).toBeGreaterThanOrEqual(count);
});
