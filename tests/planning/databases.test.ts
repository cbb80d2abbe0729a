import { provisioningScript } from "../../planning/provisioning-script";
import { planOf, service, serviceOf, settings, system } from "../support/catalogue";

const server = service({
  image: { registry: "postgres:16.4" },
  container: "postgres-{environment}",
  aliases: ["db"],
  networks: ["data", "main"],
  endpoints: { sql: { port: 5433, protocol: "tcp", role: "internal" } },
  postgres: { endpoint: "sql" },
  mounts: [{ volume: "data", target: "/data" }],
  variables: { PGDATA: "/data" },
  memory: "1 GiB",
  user: "70:70",
});
const bank = system(
  "bank",
  {
    postgres: server,
    auth: service({
      networks: ["data"],
      needs: { sql: { database: "postgres#auth_db", variables: { DATABASE_URL: "{url}" } } },
    }),
    pay: service({
      needs: {
        sql: {
          database: "postgres#pay_db",
          role: "payer",
          variables: {
            PGHOST: "{host}",
            PGPORT: "{port}",
            PGUSER: "{user}",
            PGDATABASE: "{database}",
            PGPASSWORD: "{password}",
          },
        },
      },
    }),
  },
  {
    networks: {
      main: { name: "bank-{environment}" },
      data: { name: "bank-data-{environment}", internal: true },
    },
    volumes: { data: { name: "bank_data_{environment}" } },
  },
);
const shop = system("shop", {
  web: service({
    needs: { sql: { database: "bank/postgres#shop_db", variables: { DATABASE_URL: "{url}" } } },
  }),
});
const plan = planOf(
  [bank, shop],
  [settings("dev", { secretVersions: { "bank/postgres/postgres/payer": 4 } })],
);
const secret = (role: string, version = 1) => ({
  origin: "derived",
  label: `bank/postgres/postgres/${role}`,
  version,
  length: 32,
  template: "{secret}",
});

test("there are no issues", () => expect(plan.issues).toEqual([]));

test("a job gives each consumer its database and role", () => {
  const job = serviceOf(plan, "bank/postgres-databases");
  expect(job).toMatchObject({
    kind: "job",
    container: "postgres-dev-databases",
    image: "postgres:16.4",
    networks: ["bank-data-dev"],
    aliases: {},
    // In memory: an image that declares a volume there would leave a nameless one behind.
    mounts: [
      { type: "tmpfs", source: "", target: "/data", readOnly: false },
      // The server's own socket: no password is needed there.
      {
        type: "volume",
        source: "postgres-dev-socket",
        target: "/var/run/postgresql",
        readOnly: false,
      },
    ],
    ports: [],
    startsAfter: ["bank/postgres"],
    needs: ["bank/postgres"],
    entrypoint: ["sh", "-c"],
    command: [provisioningScript],
    files: {},
    memoryBytes: 64 * 2 ** 20,
    timeoutSeconds: 120,
    health: null,
    security: { user: "70:70", readOnlyRoot: false },
  });
  expect(job.variables).toEqual({
    BERTH_DATABASES: "auth_db:auth_db pay_db:payer shop_db:shop_db",
    BERTH_SUPERUSER: "postgres",
    PASSWORD_auth_db: "secret:bank/postgres/postgres/auth_db",
    PASSWORD_payer: "secret:bank/postgres/postgres/payer",
    PASSWORD_shop_db: "secret:bank/postgres/postgres/shop_db",
    PASSWORD_postgres: "secret:bank/postgres/postgres/postgres",
    PGPORT: "5433",
  });
  expect(job.secrets).toEqual({
    PASSWORD_auth_db: secret("auth_db"),
    PASSWORD_payer: secret("payer", 4),
    PASSWORD_shop_db: secret("shop_db"),
    PASSWORD_postgres: secret("postgres"),
  });
  // The superuser's is not among them: no consumer logs in with it.
  expect(job.appliesSecrets).toEqual(
    ["auth_db", "payer", "shop_db"].map((role) => `bank/postgres/postgres/${role}`),
  );
  expect(serviceOf(plan, "bank/postgres").mounts).toContainEqual(
    expect.objectContaining({ source: "postgres-dev-socket", target: "/var/run/postgresql" }),
  );
});

test("the server starts with its superuser's password", () => {
  const { variables, secrets } = serviceOf(plan, "bank/postgres");
  expect(variables).toEqual({
    PGDATA: "/data",
    POSTGRES_PASSWORD: "secret:bank/postgres/postgres/postgres",
  });
  expect(secrets).toEqual({ POSTGRES_PASSWORD: secret("postgres") });
});

test("a consumer waits for the server and the job, and gets the URL with its password inside", () => {
  const auth = serviceOf(plan, "bank/auth");
  expect(auth.startsAfter).toEqual(["bank/postgres", "bank/postgres-databases"]);
  expect(auth.needs).toEqual(["bank/postgres#auth_db"]);
  expect(auth.variables.DATABASE_URL).toBe("secret:bank/postgres/postgres/auth_db");
  expect(auth.secrets.DATABASE_URL).toEqual({
    ...secret("auth_db"),
    template: "postgresql://auth_db:{secret}@db:5433/auth_db",
  });
});

test("the parts of a database come one by one; only the password is a secret", () => {
  const pay = serviceOf(plan, "bank/pay");
  expect(pay.variables).toEqual({
    // Not on the server's home network: there it has no short name.
    PGHOST: "postgres-dev",
    PGPORT: "5433",
    PGUSER: "payer",
    PGDATABASE: "pay_db",
    PGPASSWORD: "secret:bank/postgres/postgres/payer",
  });
  expect(pay.secrets).toEqual({ PGPASSWORD: secret("payer", 4) });
});

test("a consumer of another system reaches it by container name, on a network that it is given", () => {
  const web = serviceOf(plan, "shop/web");
  expect(web.networks).toEqual(["shop-dev", "bank-data-dev"]);
  expect(web.secrets.DATABASE_URL?.template).toBe(
    "postgresql://shop_db:{secret}@postgres-dev:5433/shop_db",
  );
});

test("a server that nobody needs a database of has no job", () => {
  const alone = planOf([
    system("bank", { postgres: service({ ...server, networks: ["main"], mounts: [] }) }),
  ]);
  expect(alone.services.map(({ service: name }) => name)).toEqual(["postgres"]);
  expect(alone.services[0]?.variables.POSTGRES_PASSWORD).toBe(
    "secret:bank/postgres/postgres/postgres",
  );
});
