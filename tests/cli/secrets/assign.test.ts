import { assignEntries } from "../../../cli/secrets/assign";
import { readEnvFile } from "../../../cli/secrets/env-file";
import { parseCatalogue } from "../../../config/catalogue";
import type { SystemInput } from "../../../config/schema/system";
import { planOf, service, system } from "../../support/catalogue";

const secret = (about = "a key") => ({ about });
const given = (configSecret: string, variable = configSecret) => ({
  needs: { key: { configSecret, variables: { [variable]: "{value}" } } },
});

/** Two projects with one variable of two secrets, a derived one, a database and a parameter. */
const mates = system(
  "mates",
  {
    "auth-service": service({ ...given("AUTH_JWT", "JWT_KEY"), project: "auth" }),
    l2p: service({ ...given("L2P_JWT", "JWT_KEY"), project: "l2p" }),
    payment: service({ ...given("STRIPE_KEY"), project: "auth", variables: { PORT: "80" } }),
    sql: service({
      endpoints: { sql: { port: 5432, protocol: "tcp", role: "internal" } },
      postgres: { endpoint: "sql" },
      tmpfs: ["/var/lib/postgresql"],
      project: "auth",
    }),
    api: service({
      needs: { db: { database: "sql#api", variables: { DATABASE_URL: "{url}" } } },
      project: "auth",
      variables: { SITE: "{parameter:SITE_URL}" },
    }),
  },
  {
    title: "Mates.de",
    projects: { auth: { ports: { block: 1, slice: 0 } }, l2p: { ports: { block: 1, slice: 1 } } },
    secrets: {
      AUTH_JWT: secret(),
      L2P_JWT: secret(),
      STRIPE_KEY: secret(),
      SMTP_PASSWORD: secret(),
      UNUSED: secret(),
    },
    parameters: { SITE_URL: { about: "its address", default: "https://mates.example" } },
  },
);
const shop = system(
  "shop",
  {
    web: service({
      needs: {
        mail: { configSecret: "SMTP_PASSWORD", variables: { MAIL: "smtp://{value}@mail" } },
        jwt: { secret: "jwt", variables: { SESSION_KEY: "{value}" } },
      },
    }),
  },
  { projects: { shop: { ports: { block: 2 } } }, secrets: { SMTP_PASSWORD: secret() } },
);

function assign(text: string, place = "x/.env", systems: SystemInput[] = [mates, shop]) {
  const plan = planOf(systems);
  expect(plan.issues).toEqual([]);
  return assignEntries(readEnvFile(text).entries, plan, parseCatalogue(systems).systems.dev, place);
}
const brief = (...args: Parameters<typeof assign>) =>
  assign(...args).map(({ name, outcome, key }) => `${name} ${key ?? outcome}`);

test("a declared name goes to its key, with the services that get it", () => {
  expect(assign("STRIPE_KEY=CANARY\nUNUSED=CANARY")).toEqual([
    {
      ...{ line: 1, name: "STRIPE_KEY", outcome: "import", key: "mates:STRIPE_KEY" },
      ...{ services: ["mates/payment"], message: null, remedy: null },
    },
    {
      ...{ line: 2, name: "UNUSED", outcome: "import", key: "mates:UNUSED" },
      ...{ services: [], message: null, remedy: null },
    },
  ]);
});

test("what Berth derives, sets or asks for as a setting is told and left alone", () => {
  const text =
    "POSTGRES_PASSWORD=a\nDATABASE_URL=a\nSESSION_KEY=a\nPORT=1\nSITE_URL=a\nSTRIPE_KEY=";
  expect(
    assign(text).map(({ name, key, message, remedy }) => [name, key, message, remedy]),
  ).toEqual([
    ["POSTGRES_PASSWORD", null, "derived by Berth, not imported", null],
    ["DATABASE_URL", null, "derived by Berth, not imported", null],
    ["SESSION_KEY", null, "derived by Berth, not imported", null],
    ["PORT", null, "set by Berth, not imported", null],
    ["SITE_URL", null, "is a plain setting, not imported", "give it under berth:parameters"],
    ["STRIPE_KEY", null, "has no value", null],
  ]);
});

test("what nobody declares is told with the nearest name; a name that may be a value is not", () => {
  const [typo, far, lower] = assign("STRIPE_KYE=a\nZZZZZZZZZZZZZZZZZZZZZZZZZZ=a\ncanary=a");
  expect(typo).toMatchObject({
    ...{ outcome: "unknown", key: null, remedy: "did you mean 'mates:STRIPE_KEY'?" },
    message: "no system of stack dev declares it for this",
  });
  expect(far?.remedy).toBe(
    "there is mates:AUTH_JWT, mates:L2P_JWT, mates:STRIPE_KEY, mates:SMTP_PASSWORD, mates:UNUSED, shop:SMTP_PASSWORD",
  );
  expect(lower).toMatchObject({ name: null, outcome: "unknown" });
  expect(JSON.stringify(lower)).not.toContain("canary");
  const none = system("none", { web: service() });
  expect(assign("KEY=a", "x/.env", [none])[0]?.remedy).toBe(
    "declare it under 'secrets' of its system",
  );
});

describe("a name of several", () => {
  test("is unclear where nothing says which", () => {
    const [smtp, jwt] = assign("SMTP_PASSWORD=a\nJWT_KEY=a");
    expect(smtp).toMatchObject({
      ...{ outcome: "unclear", key: null },
      message: "is a secret of several: mates:SMTP_PASSWORD, shop:SMTP_PASSWORD",
      remedy: "put it below a comment that names the system or project it is for",
    });
    expect(jwt?.message).toBe("is a secret of several: mates:AUTH_JWT, mates:L2P_JWT");
  });

  test.each([
    ["a heading that names the system", "# Shop\nSMTP_PASSWORD=a", "shop:SMTP_PASSWORD"],
    ["its title", "# for mates.de:\nSMTP_PASSWORD=a", "mates:SMTP_PASSWORD"],
    ["a project of it", "# L2P service variables\nJWT_KEY=a", "mates:L2P_JWT"],
    ["a service of it", "# Auth service variables\nJWT_KEY=a", "mates:AUTH_JWT"],
    ["a heading far above", "# L2P\nX=1\n\nY=2\n# a remark of no name\nJWT_KEY=a", "mates:L2P_JWT"],
    ["a heading with no empty line", "# Auth\nX=1\n# L2P\nJWT_KEY=a", "mates:L2P_JWT"],
  ])("goes by %s", (_, text, key) => {
    expect(assign(text).at(-1)).toMatchObject({ outcome: "import", key });
  });

  test("goes by the file's place, and a heading before that", () => {
    expect(brief("SMTP_PASSWORD=a", "dev/shop/.env")).toEqual(["SMTP_PASSWORD shop:SMTP_PASSWORD"]);
    expect(brief("JWT_KEY=a", "dev/l2p/.env")).toEqual(["JWT_KEY mates:L2P_JWT"]);
    expect(brief("# mates\nSMTP_PASSWORD=a", "dev/shop/.env")).toEqual([
      "SMTP_PASSWORD mates:SMTP_PASSWORD",
    ]);
  });

  test("a word inside of another names nothing", () => {
    expect(brief("# workshop\nSMTP_PASSWORD=a")).toEqual(["SMTP_PASSWORD unclear"]);
  });
});

test("another system's secret is not taken where the file speaks of one that has none", () => {
  expect(assign("STRIPE_KEY=a", "dev/shop/.env")[0]).toMatchObject({
    ...{ outcome: "unknown", key: null, remedy: "did you mean 'mates:STRIPE_KEY'?" },
  });
});

test("of a name that comes twice the last one counts, as the applications read it", () => {
  expect(assign("STRIPE_KEY=a\n\nSTRIPE_KEY=b").map(({ key, message }) => key ?? message)).toEqual([
    "is given again on line 3, which counts",
    "mates:STRIPE_KEY",
  ]);
  expect(brief("# auth\nJWT_KEY=a\n\n# l2p\nJWT_KEY=b")).toEqual([
    "JWT_KEY mates:AUTH_JWT",
    "JWT_KEY mates:L2P_JWT",
  ]);
});

test("names that every object has are names like others", () => {
  expect(brief("CONSTRUCTOR=a\n__PROTO__=a")).toEqual(["CONSTRUCTOR unknown", "__PROTO__ unknown"]);
});
