import type { Issue } from "../config/issues";
import { cloudflareTokenKey, setCommand } from "../config/secret-keys";
import type { Plan } from "../planning/types";
import type { ConfigSecret } from "./config-secrets";

const id = /^[0-9a-f]{32}$/;

/** What Cloudflare's own provider checks only when it is too late: form of an API token. */
const token = /^[0-9A-Za-z_-]{40,80}$/;

/** What is wrong with what a stack's plan needs of a Cloudflare account, all at once. */
export function cloudflareIssues(plan: Plan, apiToken: ConfigSecret): Issue[] {
  return [...tunnelIssues(plan), ...tokenIssues(plan, apiToken)];
}

function tunnelIssues({ tunnel, stack }: Plan): Issue[] {
  if (tunnel === null) return [];
  const file = `Pulumi.${stack}.yaml.cloudflare`;
  const zones = new Map(tunnel.records.map(({ zone, zoneId }) => [zone, zoneId]));
  return [
    ...identifier(
      `${file}.account`,
      tunnel.account,
      "account",
      "give it the account id that the Cloudflare dashboard shows",
    ),
    ...[...zones].flatMap(([zone, zoneId]) =>
      identifier(
        `${file}.zones.${zone}`,
        zoneId,
        "zone",
        "give it the zone id that the zone's overview in the Cloudflare dashboard shows",
      ),
    ),
    ...(tunnel.applications.length > 0 && tunnel.team === null
      ? [
          {
            path: `${file}.team`,
            message: `is missing, by which cloudflared checks who passed Access to ${[...new Set(tunnel.applications.map(({ host }) => host))].join(", ")}`,
            remedy: "give it the team name of Cloudflare's Zero Trust settings",
          },
        ]
      : []),
  ];
}

function identifier(path: string, value: string | null, what: string, remedy: string): Issue[] {
  if (value !== null && id.test(value)) return [];
  const message =
    value === null
      ? `is missing, the ${what}'s id`
      : `'${value}' is not ${what === "account" ? "an" : "a"} ${what} id of 32 hexadecimal digits`;
  return [{ path, message, remedy }];
}

function tokenIssues({ stack, services }: Plan, apiToken: ConfigSecret): Issue[] {
  if (apiToken?.value === undefined || token.test(apiToken.value)) return [];
  const isUsed = services.some(({ secrets }) =>
    Object.values(secrets).some(
      ({ origin, label }) => origin === "tunnel" || label === cloudflareTokenKey,
    ),
  );
  if (!isUsed) return [];
  const message = "is not of a Cloudflare API token's form";
  const remedy = `run: ${setCommand(cloudflareTokenKey, stack)} (or set CLOUDFLARE_API_TOKEN)`;
  return [{ path: cloudflareTokenKey, message, remedy }];
}
