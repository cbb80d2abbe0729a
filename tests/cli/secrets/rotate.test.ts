import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findDerived, withVersion } from "../../../cli/secrets/rotate";
import { parse } from "yaml";
import { planOf, service, system } from "../../support/catalogue";

const root = join(__dirname, "../../..");
const plan = planOf([
  system(
    "mates",
    {
      cms: service({
        needs: {
          admin: { secret: "cms/admin", variables: { ADMIN_PASSWORD: "{value}" } },
          key: { configSecret: "API_KEY", variables: { API_KEY: "{value}" } },
          db: { database: "sql#cms_db", variables: { DATABASE_URL: "{url}" } },
        },
      }),
      grafana: service({
        needs: { admin: { secret: "grafana/admin", variables: { ADMIN: "{value}" } } },
      }),
      sql: service({
        endpoints: { sql: { port: 5432, protocol: "tcp", role: "internal" } },
        postgres: { endpoint: "sql" },
        tmpfs: ["/var/lib/postgresql"],
      }),
    },
    { secrets: { API_KEY: { about: "a key" } } },
  ),
]);

const said = (name: string): string => {
  try {
    return findDerived(name, plan).label;
  } catch (error) {
    return (error as Error).message;
  }
};

test("a label is found by itself or by whole words of it, with all that have it", () => {
  expect(plan.issues).toEqual([]);
  expect(said("mates/cms/admin")).toBe("mates/cms/admin");
  expect(said("grafana/admin")).toBe("mates/grafana/admin");
  expect(findDerived("cms_db", plan)).toMatchObject({
    ...{ label: "mates/sql/postgres/cms_db", version: 1 },
    services: ["mates/cms", "mates/sql-databases"],
  });
});

test.each([
  ["admin", "admin: is several secrets; name one of mates/cms/admin, mates/grafana/admin"],
  [
    "mates/cms/adnim",
    "mates/cms/adnim: no service of stack dev has a derived secret of this label; did you mean 'mates/cms/admin'?",
  ],
  [
    "mates:API_KEY",
    'mates:API_KEY: is not derived; set another with: eval "$(./berth env dev)" && pulumi config set --secret mates:API_KEY --stack dev',
  ],
])("%s is not rotated", (name, message) => {
  const before = process.env.PULUMI_BACKEND_URL;
  delete process.env.PULUMI_BACKEND_URL;
  expect(said(name)).toBe(message);
  if (before !== undefined) process.env.PULUMI_BACKEND_URL = before;
});

describe("a stack file", () => {
  const none = { secretVersions: {} };
  const versions = (text: string) =>
    (parse(text) as { config: Record<string, unknown> }).config["berth:secretVersions"];

  test.each(["dev", "prod", "openmates"])(
    "Pulumi.%s.yaml keeps every line, and gets two more",
    (stack) => {
      const text = readFileSync(join(root, `Pulumi.${stack}.yaml`), "utf8");
      const added = "  berth:secretVersions:\n    a/b: 2\n";
      expect(withVersion(text, none, "a/b", 2)).toBe(text + added);
    },
  );

  test("a version that is there changes alone; another one follows it", () => {
    const text = `# top
config:
  berth:zones: [a.example, b.example] # two of them

  # rotated in May
  berth:secretVersions:
    a/b: 2 # once
    c/d: 3
  berth:ports: "documented"
`;
    expect(withVersion(text, none, "a/b", 3)).toBe(text.replace("2 # once", "3 # once"));
    expect(withVersion(text, none, "e/f", 2)).toBe(text.replace("c/d: 3", "c/d: 3\n    e/f: 2"));
  });

  test.each([
    ["{}", {}],
    ["", {}],
    ["{c/d: 3}", { "c/d": 3 }],
    [`'{"c/d": 3}'`, { "c/d": 3 }],
  ])("versions written as %s", (written, secretVersions) => {
    const text = `config:\n  berth:secretVersions: ${written}\n`;
    expect(versions(withVersion(text, { secretVersions }, "a/b", 2))).toEqual({
      ...secretVersions,
      "a/b": 2,
    });
  });

  test("a long line stays one", () => {
    const text = `config:\n  berth:x: ${"word ".repeat(60)}end\n`;
    expect(withVersion(text, none, "a/b", 2)).toContain(text);
  });
});
