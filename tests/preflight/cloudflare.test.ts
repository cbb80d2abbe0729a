import { formatIssue } from "../../config/issues";
import type { Plan } from "../../planning/types";
import { cloudflareIssues } from "../../preflight/cloudflare";
import { configSecretIssues, type ConfigSecret } from "../../preflight/config-secrets";
import { byTunnel, planOf, routed, routedStack, service, system } from "../support/catalogue";

const id = "0123456789abcdef0123456789abcdef";
const sound = { account: id, zones: { "example.org": id, "example.net": id }, team: "berth" };
const token = { value: "t".repeat(40) };

const shop = (access?: string) =>
  system("shop", {
    web: service({
      endpoints: {
        http: routed(
          { host: "a.example.org", ...(access !== undefined && { access }) },
          { host: "a.example.org", path: "/x", ...(access !== undefined && { access }) },
          { host: "b.example.org" },
          { host: "example.net" },
        ),
      },
    }),
  });

const tunnel = (cloudflare: object, access?: string): Plan =>
  planOf(
    [shop(access)],
    [routedStack("prod", { ...byTunnel, zones: ["example.org", "example.net"], cloudflare })],
  );
const traefik = (values = {}) =>
  planOf([shop()], [routedStack("prod", { zones: ["example.org", "example.net"], ...values })]);

const lines = (plan: Plan, apiToken: ConfigSecret) => {
  expect(plan.issues).toEqual([]);
  const issues = [...cloudflareIssues(plan, apiToken), ...configSecretIssues(plan, () => apiToken)];
  return issues.map(formatIssue);
};
const file = "Pulumi.prod.yaml.cloudflare";
const remedies = {
  account: "give it the account id that the Cloudflare dashboard shows",
  zone: "give it the zone id that the zone's overview in the Cloudflare dashboard shows",
  token:
    "run: pulumi config set --secret cloudflare:apiToken --stack prod (or set CLOUDFLARE_API_TOKEN)",
};

test("a sound account has no issues", () => {
  expect(lines(tunnel(sound), token)).toEqual([]);
  expect(lines(tunnel(sound, "operators"), token)).toEqual([]);
});

test("what is missing comes at once, a zone once for all of its hosts", () => {
  expect(lines(tunnel({}, "operators"), undefined)).toEqual([
    `${file}.account: is missing, the account's id; ${remedies.account}`,
    `${file}.zones.example.org: is missing, the zone's id; ${remedies.zone}`,
    `${file}.zones.example.net: is missing, the zone's id; ${remedies.zone}`,
    `${file}.team: is missing, by which cloudflared checks who passed Access to a.example.org; give it the team name of Cloudflare's Zero Trust settings`,
    `cloudflare:apiToken: is missing, which edge/cloudflared needs; ${remedies.token}`,
  ]);
});

test("a team is needed only where a rule guards something", () => {
  expect(lines(tunnel({ ...sound, team: undefined }), token)).toEqual([]);
});

test.each(["account-id-of-32-hex-digits", id.toUpperCase(), id.slice(1), `${id}0`])(
  "an identifier that is none: %s",
  (wrong) => {
    const zones = { ...sound.zones, "example.org": wrong };
    expect(lines(tunnel({ ...sound, account: wrong, zones }), token)).toEqual([
      `${file}.account: '${wrong}' is not an account id of 32 hexadecimal digits; ${remedies.account}`,
      `${file}.zones.example.org: '${wrong}' is not a zone id of 32 hexadecimal digits; ${remedies.zone}`,
    ]);
  },
);

describe("the API token", () => {
  const missing = (owner: string) =>
    `cloudflare:apiToken: is missing, which ${owner} needs; ${remedies.token}`;

  test("is needed for a tunnel and for the DNS challenge, and not else", () => {
    const dns = { traefik: { acme: { challenge: "cloudflareDns" } } };
    expect(lines(tunnel(sound), undefined)).toEqual([missing("edge/cloudflared")]);
    expect(lines(traefik(dns), undefined)).toEqual([missing("edge/traefik")]);
    expect(lines(traefik(), undefined)).toEqual([]);
  });

  test.each(["", "short", "t".repeat(81), `${"t".repeat(40)} `, `Bearer ${"t".repeat(40)}`])(
    "has a form, and is not shown: %j",
    (value) => {
      expect(lines(tunnel(sound), { value })).toEqual([
        `cloudflare:apiToken: is not of a Cloudflare API token's form; ${remedies.token}`,
      ]);
    },
  );

  test("that can't be seen is taken for one", () => {
    expect(lines(tunnel(sound), { value: undefined })).toEqual([]);
    expect(lines(traefik(), { value: "short" })).toEqual([]);
  });
});
