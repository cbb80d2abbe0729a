import type { StandInNeed } from "../../stand-in/contract";
import { resolveTarget, secretValues, withoutSecrets } from "../../stand-in/target";

const database: StandInNeed = {
  name: "database",
  to: "korczewski/shared-postgres#auth_db",
  kind: "postgres",
  reach: "container",
  host: "shared-postgres-dev",
  port: 5432,
  variables: { DATABASE_URL: "url" },
};

const parts: StandInNeed = {
  ...database,
  variables: {
    DB_HOST: "host",
    DB_PORT: "port",
    DB_USER: "user",
    DB_PASSWORD: "password",
    DB_NAME: "database",
  },
};

describe("resolveTarget", () => {
  it("takes an address apart as the real process would", () => {
    const url = "postgresql://auth:p%40ss@shared-postgres-dev:5432/auth_db";
    expect(resolveTarget(database, { DATABASE_URL: url })).toEqual({
      ok: true,
      target: {
        host: "shared-postgres-dev",
        port: 5432,
        path: "/auth_db",
        user: "auth",
        password: "p@ss",
        database: "auth_db",
      },
    });
  });

  it("puts a target together from single variables", () => {
    const env = {
      DB_HOST: "shared-postgres-dev",
      DB_PORT: "5432",
      DB_USER: "auth",
      DB_PASSWORD: "secret",
      DB_NAME: "auth_db",
    };
    expect(resolveTarget(parts, env)).toMatchObject({
      ok: true,
      target: { user: "auth", password: "secret", database: "auth_db" },
    });
  });

  it("falls back on the plan's host and port for what no variable carries", () => {
    const need: StandInNeed = { ...database, kind: "tcp", variables: {} };
    expect(resolveTarget(need, {})).toMatchObject({
      ok: true,
      target: { host: "shared-postgres-dev", port: 5432 },
    });
  });

  it.each([
    ["temporal-dev:7233", "temporal-dev", 7233],
    ["http://temporal-dev:7233/api", "temporal-dev", 7233],
    ["jdbc:postgresql://temporal-dev:7233/x", "temporal-dev", 7233],
  ])("understands %s", (value, host, port) => {
    const need: StandInNeed = { ...database, host, port, variables: { ADDRESS: "url" } };
    expect(resolveTarget(need, { ADDRESS: value })).toMatchObject({
      ok: true,
      target: { host, port },
    });
  });

  it("uses the scheme's port where the address has none", () => {
    const need: StandInNeed = { ...database, port: 443, variables: { URL: "url" } };
    expect(resolveTarget(need, { URL: "https://shared-postgres-dev" })).toMatchObject({ ok: true });
  });

  it("says which variable is missing", () => {
    expect(resolveTarget(database, {})).toEqual({ ok: false, detail: "DATABASE_URL is not set" });
  });

  it("says which variable leads elsewhere than the plan", () => {
    const env = { DATABASE_URL: "postgres://auth:canary@localhost:5433/auth_db" };
    expect(resolveTarget(database, env)).toEqual({
      ok: false,
      detail: "DATABASE_URL leads to localhost:5433, the plan says shared-postgres-dev:5432",
    });
  });

  it.each(["postgres://auth:12#canary@db:5432/x", "postgres://auth:can/ary@db/x", "canary"])(
    "shows nothing of an address that it cannot read (%s)",
    (value) => {
      expect(resolveTarget(database, { DATABASE_URL: value })).toEqual({
        ok: false,
        detail: "DATABASE_URL is not an address",
      });
    },
  );
});

describe("secretValues", () => {
  it("knows passwords in both forms and addresses that carry one", () => {
    const url = "postgres://auth:can%40ary@db:5432/x";
    expect(secretValues(database, { DATABASE_URL: url })).toEqual([url, "can%40ary", "can@ary"]);
    expect(secretValues(parts, { DB_PASSWORD: "canary", DB_USER: "auth" })).toEqual(["canary"]);
  });

  it("leaves an address without a login alone", () => {
    expect(secretValues(database, { DATABASE_URL: "http://db:80" })).toEqual([]);
  });

  it("is struck out of what is shown, the longest first", () => {
    expect(withoutSecrets("at canary-long and canary", ["canary", "canary-long"])).toBe(
      "at ••• and •••",
    );
  });
});
