import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parseCatalogue } from "../../config/catalogue";
import { formatIssue } from "../../config/issues";
import { declaredSecrets, secretKeyIssues } from "../../config/secret-keys";
import { settingsFromPulumi } from "../../config/settings-pulumi";
import { loadOtherStacks, loadStacks } from "../../config/stack-files";
import { service, system } from "../support/catalogue";

const secrets = { API_KEY: { about: "key of the API" }, DSN: { about: "where errors go" } };
const catalogue = parseCatalogue([
  system("shop", { web: service() }, { secrets }),
  system("birth", { web: service() }, { secrets: { BIRTH_KEY: { about: "its key" } } }),
  system("plain", { web: service() }),
]);
const declared = declaredSecrets(catalogue);
const value = "CANARY-value";
const base = [
  "  berth:environment: dev",
  "  berth:host: {id: lab, platform: linux/amd64, memory: 8 GiB, cpus: 4}",
];

const folder = mkdtempSync(join(tmpdir(), "berth-keys-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What the file reader says of keys, each encrypted or in the clear. */
function fromFile(keys: Record<string, "secret" | "clear">): string[] {
  const lines = Object.entries(keys).map(
    ([key, how]) => `  ${key}: ${how === "secret" ? "{secure: v1:abc}" : value}`,
  );
  writeFileSync(join(folder, "Pulumi.lab.yaml"), `config:\n${[...base, ...lines].join("\n")}\n`);
  return loadStacks(folder, declared).issues.map(formatIssue);
}

/** The same as the engine hands it over. */
function fromPulumi(keys: Record<string, "secret" | "clear">): string[] {
  const host = JSON.stringify({ id: "lab", platform: "linux/amd64", memory: "8 GiB", cpus: 4 });
  const config = Object.fromEntries(Object.keys(keys).map((key) => [key, value]));
  pulumi.runtime.setAllConfig({ "berth:environment": "dev", "berth:host": host, ...config });
  process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify(
    Object.keys(keys).filter((key) => keys[key] === "secret"),
  );
  void pulumi.runtime.setMocks(
    { newResource: () => ({ id: "", state: {} }), call: () => ({}) },
    "berth",
    "lab",
  );
  const { issues } = settingsFromPulumi(declared);
  pulumi.runtime.setAllConfig({});
  delete process.env.PULUMI_CONFIG_SECRET_KEYS;
  return issues.map(formatIssue);
}

const path = "Pulumi.lab.yaml.config";
const clear = (key: string) =>
  `${path}.${key}: is a secret in the clear; take it out of the file and set another with: pulumi config set --secret ${key} --stack lab`;

describe.each([
  ["the stack file", fromFile],
  ["the engine", fromPulumi],
])("keys of %s", (_, read) => {
  test.each<[string, "secret" | "clear", string[]]>([
    ["shop:API_KEY", "secret", []],
    ["shop:API_KEY", "clear", [clear("shop:API_KEY")]],
    ["cloudflare:apiToken", "secret", []],
    ["cloudflare:apiToken", "clear", [clear("cloudflare:apiToken")]],
    // A system's own namespace, however like Berth's it is.
    ["birth:BIRTH_KEY", "secret", []],
    ["berht:x", "secret", [`${path}.berht:x: is in no known namespace; did you mean 'berth:x'?`]],
    [
      "shop:API_KYE",
      "secret",
      [`${path}.shop:API_KYE: shop declares no secret 'API_KYE'; did you mean 'API_KEY'?`],
    ],
    [
      "shop:ZZZZZZZZZZZZZZZZ",
      "clear",
      [
        `${path}.shop:ZZZZZZZZZZZZZZZZ: shop declares no secret 'ZZZZZZZZZZZZZZZZ'; there is API_KEY, DSN`,
      ],
    ],
    [
      "plain:API_KEY",
      "secret",
      [`${path}.plain:API_KEY: plain declares no secret 'API_KEY'; did you mean 'shop:API_KEY'?`],
    ],
    [
      "plain:SUPABASE_KEY",
      "secret",
      [
        `${path}.plain:SUPABASE_KEY: plain declares no secret 'SUPABASE_KEY'; declare it under 'secrets' of the system, or remove it`,
      ],
    ],
    [
      "shpo:API_KEY",
      "secret",
      [`${path}.shpo:API_KEY: is in no known namespace; did you mean 'shop:API_KEY'?`],
    ],
    // Other programs' and providers' own.
    ["aws:region", "clear", []],
    ["vault:API_KEY", "clear", []],
    ["shop:constructor", "secret", [expect.stringContaining("declares no secret") as string]],
    ["constructor:name", "secret", []],
  ])("%s, %s", (key, how, expected) => {
    const issues = read({ [key]: how });
    expect(issues).toEqual(expected);
    expect(issues.join()).not.toContain(value);
  });
});

test("a neighbour's secret in the clear counts, one's own is told by another reader", () => {
  fromFile({ "shop:API_KEY": "clear" });
  expect(loadOtherStacks(folder, "dev", declared).issues).toHaveLength(1);
  expect(loadOtherStacks(folder, "lab", declared).issues).toEqual([]);
});

test("a key that was set by a path is not the secret itself", () => {
  writeFileSync(
    join(folder, "Pulumi.lab.yaml"),
    `config:\n${base.join("\n")}\n  shop:API_KEY: {secure: v1:x, b: ${value}}\n`,
  );
  expect(loadStacks(folder, declared).issues.map(formatIssue)).toEqual([clear("shop:API_KEY")]);
});

test.each(["berth", "pulumi", "docker", "cloudflare"])(
  "a system called %s can't have secrets: their namespace is not its own",
  (name) => {
    const own = parseCatalogue([system(name, { web: service() }, { secrets })]);
    expect(own.issues.map(formatIssue)).toEqual([
      `systems/${name}.secrets: would be in the configuration's namespace '${name}', which is not the system's own; give the system another name`,
    ]);
    expect(
      secretKeyIssues("lab", [{ key: `${name}:x`, encrypted: true }], declaredSecrets(own)),
    ).toEqual([]);
    expect(parseCatalogue([system(name, { web: service() })]).issues).toEqual([]);
  },
);

test("a name is as in .env files", () => {
  const { issues } = parseCatalogue([
    system("shop", { web: service() }, { secrets: { apiKey: { about: "key" } } }),
  ]);
  expect(issues.map(formatIssue)).toEqual([
    "systems/shop.secrets.apiKey: 'apiKey' must be capitals, digits and underscores, such as API_KEY; correct it",
  ]);
});
