import { issuesOf, planOf, service, serviceOf, settings, system } from "../support/catalogue";

const server = service({
  image: { registry: "postgres:17.5-bookworm" },
  endpoints: { sql: { port: 5432, protocol: "tcp", role: "internal" } },
  postgres: { endpoint: "sql" },
  mounts: [{ volume: "data", target: "/var/lib/postgresql/data" }],
});
const bank = system(
  "bank",
  {
    sql: server,
    web: service({
      mounts: [{ volume: "files", target: "/files" }],
      needs: { sql: { database: "sql#web_db", variables: { DATABASE_URL: "{url}" } } },
    }),
  },
  {
    volumes: {
      data: { name: "bank-data-{environment}" },
      files: { name: "bank-files-{environment}" },
    },
  },
);
const adopting = (volumes: Record<string, unknown>, stack = "dev") => settings(stack, { volumes });

test("a volume that is taken over has its own name and is kept", () => {
  const taken = { "bank/data": { adopt: "old_pgdata", superuser: "shopkeeper" } };
  const plan = planOf([bank], [adopting(taken)]);
  expect(plan.issues).toEqual([]);
  const of = (name: string) => plan.volumes.find((volume) => volume.name === name);
  expect(of("old_pgdata")).toMatchObject({ service: "sql", retained: true, adopted: true });
  expect(of("bank-files-dev")).toMatchObject({ retained: true, adopted: false });
  expect(of("bank-data-dev")).toBeUndefined();
  expect(serviceOf(plan, "bank/sql").mounts).toContainEqual(
    expect.objectContaining({ type: "volume", source: "old_pgdata" }),
  );
  expect(serviceOf(plan, "bank/sql").postgres).toEqual({
    ...{ version: "17", volume: "old_pgdata", path: "" },
  });
  expect(serviceOf(plan, "bank/sql-databases").variables.BERTH_SUPERUSER).toBe("shopkeeper");
});

test.each<[string, Record<string, unknown>, string]>([
  [
    "a volume that no system declares",
    { "bank/date": { adopt: "old" } },
    "Pulumi.dev.yaml.volumes.bank/date: no system declares this volume; did you mean 'bank/data'?",
  ],
  [
    "one that two would take over",
    { "bank/files": { adopt: "old" }, "bank/data": { adopt: "old" } },
    "Pulumi.dev.yaml.volumes.bank/files.adopt: volume old is bank/data's; let each take over a volume of its own",
  ],
  [
    "one that another has by its name",
    { "bank/data": { adopt: "bank-files-dev" } },
    "Pulumi.dev.yaml.volumes.bank/data.adopt: volume bank-files-dev is bank/files's; let each take over a volume of its own",
  ],
  [
    "a superuser where there is no server",
    { "bank/files": { adopt: "old", superuser: "root" } },
    "Pulumi.dev.yaml.volumes.bank/files.superuser: no Postgres server has its data there; leave it out",
  ],
])("%s", (_, volumes, issue) => {
  expect(issuesOf([bank], [adopting(volumes)])).toEqual([issue]);
});

test("one that two stacks of a host would take over", () => {
  const both = { "bank/data": { adopt: "old" } };
  const [first, ...others] = issuesOf([bank], [adopting(both), adopting(both, "prod")]).filter(
    (line) => line.includes("volume old"),
  );
  expect(first).toBe(
    "systems/bank: volume old is bank's, stack prod; let each take over a volume of its own (berth:volumes)",
  );
  expect(others).toEqual([]);
});
