import { loadCatalogue } from "../../config/catalogue";
import { loadStacks } from "../../config/stack-files";
import { planStack } from "../../planning/plan";
import { majorOf } from "../../planning/postgres-data";
import { serviceId } from "../../planning/types";
import { planOf, service, serviceOf, settings, system } from "../support/catalogue";
import { root } from "../support/program";

test.each([
  ["postgres:17.5-bookworm", "17"],
  ["postgres:16", "16"],
  ["postgres:9.6.24-alpine", "9.6"],
  ["registry.example/library/postgres:15.2@sha256:0123", "15"],
  ["localhost:5000/postgres:14.1", "14"],
  ["pgvector/pgvector:0.8.0-pg17", "17"],
  ["timescale/timescaledb:2.17.2-pg16-oss", "16"],
  ["postgres:latest", null],
  ["postgres", null],
  ["acme/sql:3.1", null],
])("%s is PostgreSQL %s", (image, version) => expect(majorOf(image)).toBe(version));

test("the data is where PGDATA says, in the volume that is mounted nearest to it", () => {
  const sql = service({
    image: { registry: "postgres:17.5" },
    endpoints: { sql: { port: 5432, protocol: "tcp", role: "internal" } },
    postgres: { endpoint: "sql" },
    variables: { PGDATA: "/var/lib/postgresql/data/pgdata" },
    mounts: [
      { volume: "all", target: "/var/lib/postgresql" },
      { volume: "data", target: "/var/lib/postgresql/data" },
    ],
  });
  const bank = system(
    "bank",
    { sql },
    { volumes: { all: { name: "all" }, data: { name: "data" } } },
  );
  const postgres = (localImages?: string) =>
    serviceOf(
      planOf([bank], [settings()], {
        missingSources: [],
        localImages:
          localImages === undefined
            ? "unused"
            : () => ({ reference: "berth.local/postgres:1", postgres: localImages }),
      }),
      "bank/sql",
    ).postgres;
  expect(postgres()).toEqual({ version: "17", volume: "data", path: "pgdata" });
  // What is there in the registry's place counts.
  expect(postgres("15")?.version).toBe("15");
});

test.each([
  // The image's own folder, by version since 18: a volume at the old one would stay empty.
  ["postgres:17.5", undefined, "/var/lib/postgresql/data", { volume: "data", path: "" }],
  ["postgres:17.5", undefined, "/var/lib/postgresql", { volume: "data", path: "data" }],
  ["postgres:18.1", undefined, "/var/lib/postgresql", { volume: "data", path: "18/docker" }],
  ["postgres:18.1", undefined, "/var/lib/postgresql/data", "/var/lib/postgresql/18/docker"],
  ["postgres:18.1", "/var/lib/postgresql/data", "/var/lib/postgresql/data", { volume: "data" }],
  ["postgres:17.5", "/data", "/var/lib/postgresql/data", "/data"],
])("%s with PGDATA %s and a volume at %s", (registry, folder, target, expected) => {
  const sql = service({
    image: { registry },
    endpoints: { sql: { port: 5432, protocol: "tcp", role: "internal" } },
    postgres: { endpoint: "sql" },
    variables: folder === undefined ? {} : { PGDATA: folder },
    mounts: [{ volume: "data", target }],
  });
  const plan = planOf([system("bank", { sql }, { volumes: { data: { name: "data" } } })]);
  if (typeof expected === "object") {
    expect(plan.issues).toEqual([]);
    expect(serviceOf(plan, "bank/sql").postgres).toMatchObject(expected);
  } else
    expect(plan.issues).toEqual([
      {
        path: "systems/bank/sql",
        message: `its data in ${expected} is on no volume, and would be gone with the container`,
        remedy: expect.stringContaining(`mount a volume at `) as string,
      },
    ]);
});

test.each(["dev", "prod", "openmates"])("every Postgres server of %s goes one way", (stack) => {
  const { services } = planStack({
    catalogue: loadCatalogue(),
    stacks: loadStacks(root).stacks,
    stack,
  });
  const servers = services.filter(({ image }) => /postgres|pgvector/.test(image));
  const names = servers.filter(({ kind }) => kind === "service").map(serviceId);
  expect(names.length).toBeGreaterThan(0);
  for (const id of names) {
    const server = services.find((one) => serviceId(one) === id);
    expect(server?.postgres).toMatchObject({ path: "" });
    expect(server?.postgres?.version).toMatch(/^\d+$/);
    expect(server?.postgres?.volume).toEqual(expect.any(String));
    const job = services.find((one) => serviceId(one) === `${id}-databases`);
    expect(job?.appliesSecrets.length).toBeGreaterThan(0);
    // Whoever reaches it has a database of its own there.
    for (const other of services.filter((one) => one !== job))
      expect(other.needs.filter((need) => need === id)).toEqual([]);
  }
});
