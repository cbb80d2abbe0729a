import { formatIssue } from "../../config/issues";
import { matchingLabels, plannedSecrets } from "../../planning/inventory";
import { configSecretIssues } from "../../preflight/config-secrets";
import { issuesOf, planOf, service, serviceOf, settings, system } from "../support/catalogue";

const secrets = {
  API_KEY: { about: "key of the API" },
  DSN: { about: "where errors go", optional: true },
};
const needs = {
  key: { configSecret: "API_KEY", variables: { KEY: "{value}", HEADER: "Bearer {value}" } },
  dsn: { configSecret: "DSN", variables: { DSN: "{value}" } },
  session: { secret: "session", variables: { SESSION: "{value}" } },
};
const built = { image: { build: {} }, project: "shop" };
const shop = system(
  "shop",
  {
    web: service({ ...built, needs }),
    worker: service({ needs: { key: needs.key } }),
  },
  { secrets },
);
const given = { origin: "config", label: "shop:API_KEY", version: 1, length: 0 };

test("a secret of the config is its key, and the plan has no value", () => {
  const { variables, secrets, needs: met } = serviceOf(planOf([shop]), "shop/web");
  expect(variables).toMatchObject({
    KEY: "secret:shop:API_KEY",
    HEADER: "secret:shop:API_KEY",
    DSN: "secret:shop:DSN",
  });
  expect(secrets).toMatchObject({
    KEY: { ...given, about: "key of the API", template: "{secret}" },
    HEADER: { ...given, about: "key of the API", template: "Bearer {secret}" },
    DSN: { ...given, label: "shop:DSN", about: "where errors go", optional: true },
  });
  expect(secrets.KEY).not.toHaveProperty("optional");
  expect(met).toEqual([]);
});

test("one that the system does not declare is an issue, and one of another system's is not its own", () => {
  const wrong = (name: string) => service({ needs: { key: { configSecret: name } } });
  const other = system("other", { web: wrong("API_KEY"), api: wrong("KEY_OF_API") });
  const web = system("web", { web: wrong("API_KYE") }, { secrets });
  expect(issuesOf([shop, other, web])).toEqual([
    "systems/other/api.needs.key.configSecret: other declares no secret 'KEY_OF_API'; there is none",
    "systems/other/web.needs.key.configSecret: other declares no secret 'API_KEY'; there is none",
    "systems/web/web.needs.key.configSecret: web declares no secret 'API_KYE'; did you mean 'API_KEY'?",
  ]);
});

test("a stand-in gets none, and keeps what is derived", () => {
  const machine = { missingSources: ["dev/shop"], localImages: "unused" as const };
  const plan = planOf([shop], [settings()], machine);
  const web = serviceOf(plan, "shop/web");
  expect(web.substitutedBy).toBe("stand-in");
  expect(Object.keys(web.variables)).toEqual(["BERTH_STAND_IN", "SESSION"]);
  expect(Object.keys(web.secrets)).toEqual(["SESSION"]);
  expect(web.variables.BERTH_STAND_IN).not.toContain("API_KEY");
  expect(serviceOf(plan, "shop/worker").secrets).toHaveProperty("KEY");
});

describe("preflight", () => {
  const missing = (shell?: string, set: string[] = []) =>
    configSecretIssues(
      planOf([shop, system("blog", { web: service({ needs: { key: needs.key } }) }, { secrets })]),
      (key) => (set.includes(key) ? { value: undefined } : undefined),
      shell,
    ).map(formatIssue);

  test("names all that are missing at once, each with all that need it and its command", () => {
    expect(missing()).toEqual([
      "blog:API_KEY: is missing, which blog/web needs (key of the API); run: pulumi config set --secret blog:API_KEY --stack dev",
      "shop:API_KEY: is missing, which shop/web, shop/worker need (key of the API); run: pulumi config set --secret shop:API_KEY --stack dev",
    ]);
    expect(missing('eval "$(./berth env dev)" && ', ["shop:API_KEY"])).toEqual([
      'blog:API_KEY: is missing, which blog/web needs (key of the API); run: eval "$(./berth env dev)" && pulumi config set --secret blog:API_KEY --stack dev',
    ]);
    expect(missing("", ["shop:API_KEY", "blog:API_KEY"])).toEqual([]);
  });

  test("a stand-in needs none, so a newcomer is asked for nothing", () => {
    const machine = { missingSources: ["dev/shop"], localImages: () => undefined };
    const plan = planOf([shop], [settings()], machine);
    expect(configSecretIssues(plan, () => undefined)).toEqual([]);
  });
});

test("the inventory has every secret once, with all that have it", () => {
  const plan = planOf([shop], [settings("dev", { secretVersions: { "shop/session": 3 } })]);
  const common = { version: 1, optional: false };
  expect(plannedSecrets(plan)).toEqual([
    {
      ...{ label: "shop/session", origin: "derived", version: 3, optional: false },
      ...{ services: ["shop/web"], variables: ["SESSION"] },
    },
    {
      ...{ ...common, label: "shop:API_KEY", origin: "config" },
      ...{ services: ["shop/web", "shop/worker"], variables: ["HEADER", "KEY"] },
    },
    {
      ...{ ...common, label: "shop:DSN", origin: "config", optional: true },
      ...{ services: ["shop/web"], variables: ["DSN"] },
    },
  ]);
});

test("a name means a label, or those that have it as whole words", () => {
  const labels = ["mates/cms/admin", "mates/grafana/admin", "mates/cms/admin-key", "admin/x"];
  expect(matchingLabels("mates/cms/admin", labels)).toEqual(["mates/cms/admin"]);
  expect(matchingLabels("cms/admin", labels)).toEqual(["mates/cms/admin"]);
  // One that is inside of another means itself.
  expect(matchingLabels("a/b", ["a/b", "a/b/c"])).toEqual(["a/b"]);
  expect(matchingLabels("admin", labels)).toEqual([
    "mates/cms/admin",
    "mates/grafana/admin",
    "admin/x",
  ]);
  expect(matchingLabels("adm", labels)).toEqual([]);
});
