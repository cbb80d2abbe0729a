import { formatIssue } from "../../config/issues";
import { dataIssues, type PostgresData } from "../../preflight/postgres-data";
import { plannedService } from "../support/plan-fixture";

const security = {
  ...{ user: "999:999", readOnlyRoot: false },
  ...{ addedCapabilities: [], noNewPrivileges: true },
};
const sql = plannedService({
  ...{ system: "shop", service: "sql", image: "postgres:17.5-bookworm", security },
});
const planned = { version: "17", volume: "shop-data-dev", path: "" };
const sound: PostgresData = { kind: "cluster", folder: "", version: "17", uid: 999 };

const findings = (
  data: Partial<PostgresData>,
  {
    adopted = false,
    path = "",
    service = sql,
    version = "17",
  }: { adopted?: boolean; path?: string; service?: typeof sql; version?: string | null } = {},
) =>
  dataIssues(service, { ...planned, path, version }, { ...sound, ...data }, adopted).map(
    formatIssue,
  );

test("data of the planned version, folder and user is fine, and so is none", () => {
  expect(findings({})).toEqual([]);
  expect(findings({ kind: "empty" }, { adopted: true })).toEqual([]);
});

test("another major version names both and the way", () => {
  expect(findings({ version: "16" })).toEqual([
    "shop/sql: volume shop-data-dev has data of PostgreSQL 16, but postgres:17.5-bookworm is PostgreSQL 17; keep to an image of version 16, or bring the data over as docs/operate.md says in 'Another major version of PostgreSQL'",
  ]);
  // Nothing is guessed of an image whose tag does not tell.
  expect(findings({ version: "16" }, { version: null })).toEqual([]);
});

test("a local image that takes the registry's place is named", () => {
  const service = { ...sql, substitutedBy: "berth.local/postgres:1" };
  expect(findings({}, { service, version: "15" })[0]).toContain(
    "has data of PostgreSQL 17, but berth.local/postgres:1 is PostgreSQL 15;",
  );
});

test("another folder and another user, all at once", () => {
  expect(findings({ folder: "pgdata", uid: 70 })).toEqual([
    "shop/sql: volume shop-data-dev has PostgreSQL's data in its folder 'pgdata', but the server looks in the volume itself; set PGDATA among the server's variables to where it is",
    "shop/sql: volume shop-data-dev belongs to user 70, but the server runs as 999; hand it over: docker run --rm --user 0 --entrypoint chown -v shop-data-dev:/data postgres:17.5-bookworm -R 999:999 /data",
  ]);
  const asRoot = { ...sql, security: { ...security, user: null } };
  expect(findings({ uid: 70 }, { service: asRoot })).toEqual([]);
});

test("another version's data in the folder of that version is the other version's alone", () => {
  const told = findings(
    { folder: "18/docker", version: "18" },
    { version: "19", path: "19/docker" },
  );
  expect(told).toEqual([expect.stringContaining("has data of PostgreSQL 18, but")]);
});

test("data that is not PostgreSQL's", () => {
  expect(findings({ kind: "other" }, { adopted: true })).toEqual([
    "shop/sql: volume shop-data-dev has data, and none of PostgreSQL's; take over another one in berth:volumes",
  ]);
  expect(findings({ kind: "other" }, { path: "pgdata" })).toEqual([]);
});
