import type { CheckFailure } from "../provider-server/resource-type";
import { type Props, UNKNOWN } from "../provider-server/wire";
import type { RestKind } from "./resource";
import * as semantics from "./semantics";
import * as shapes from "./shapes";

const NOT_DESTROYED =
  "This resource cannot be destroyed: what was configured stays in the API until the tunnel is deleted.";

const tunnel: RestKind = {
  shape: shapes.TUNNEL_SHAPE,
  semantics: semantics.TUNNEL_SEMANTICS,
  outputs: [
    ...["accountTag", "connections", "connsActiveAt", "connsInactiveAt", "createdAt", "deletedAt"],
    ...["metadata", "remoteConfig", "status", "tunType"],
  ],
  secrets: ["tunnelSecret"],
  scope: ["accountId"],
  defaults: { configSrc: "local" },
  texts: ["metadata"],
  path: ({ accountId }, id) => join("accounts", accountId, "cfd_tunnel", id),
  create: "post",
  update: "patch",
  delete: true,
  check: oneOf("configSrc", ["local", "cloudflare"]),
};

const tunnelConfig: RestKind = {
  shape: shapes.TUNNEL_CONFIG_SHAPE,
  semantics: semantics.TUNNEL_CONFIG_SEMANTICS,
  outputs: ["createdAt", "version"],
  warnings: { create: NOT_DESTROYED, delete: NOT_DESTROYED },
  scope: ["accountId", "tunnelId"],
  path: ({ accountId, tunnelId }) =>
    join("accounts", accountId, "cfd_tunnel", tunnelId, "configurations"),
  create: "put",
  update: "put",
  // The API has no such request.
  delete: false,
  idOf: ({ tunnelId }) => String(tunnelId),
  check: oneOf("source", ["local", "cloudflare"]),
};

const dnsRecord: RestKind = {
  shape: shapes.DNS_RECORD_SHAPE,
  semantics: semantics.DNS_RECORD_SEMANTICS,
  outputs: [
    ...["commentModifiedOn", "createdOn", "meta", "modifiedOn", "proxiable", "tagsModifiedOn"],
  ],
  scope: ["zoneId"],
  texts: ["meta"],
  path: ({ zoneId }, id) => join("zones", zoneId, "dns_records", id),
  create: "post",
  update: "put",
  delete: true,
  check: oneOf("type", [
    ...["A", "AAAA", "CAA", "CERT", "CNAME", "DNSKEY", "DS", "HTTPS", "LOC", "MX", "NAPTR", "NS"],
    ...["OPENPGPKEY", "PTR", "SMIMEA", "SRV", "SSHFP", "SVCB", "TLSA", "TXT", "URI"],
  ]),
};

const accessPolicy: RestKind = {
  shape: shapes.ACCESS_POLICY_SHAPE,
  semantics: semantics.ACCESS_POLICY_SEMANTICS,
  outputs: ["appCount", "createdAt", "reusable", "updatedAt"],
  scope: ["accountId"],
  path: ({ accountId }, id) => join("accounts", accountId, "access", "policies", id),
  create: "post",
  update: "put",
  delete: true,
  check: oneOf("decision", ["allow", "deny", "non_identity", "bypass"]),
};

const accessApplication: RestKind = {
  shape: shapes.ACCESS_APPLICATION_SHAPE,
  semantics: semantics.ACCESS_APPLICATION_SEMANTICS,
  outputs: ["aud"],
  scope: ["accountId", "zoneId"],
  defaults: { appLauncherVisible: true, httpOnlyCookieAttribute: true },
  path: ({ accountId, zoneId }, id) =>
    accountId === undefined
      ? join("zones", zoneId, "access", "apps", id)
      : join("accounts", accountId, "access", "apps", id),
  create: "post",
  update: "put",
  delete: true,
  check: ({ accountId, zoneId }) =>
    (accountId === undefined) === (zoneId === undefined)
      ? [{ property: "accountId", reason: "give one of accountId and zoneId" }]
      : [],
};

/** The kinds of things that this plugin knows, by their token. */
export const KINDS = {
  "cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared": tunnel,
  "cloudflare:index/zeroTrustTunnelCloudflaredConfig:ZeroTrustTunnelCloudflaredConfig":
    tunnelConfig,
  "cloudflare:index/dnsRecord:DnsRecord": dnsRecord,
  "cloudflare:index/zeroTrustAccessPolicy:ZeroTrustAccessPolicy": accessPolicy,
  "cloudflare:index/zeroTrustAccessApplication:ZeroTrustAccessApplication": accessApplication,
} as const satisfies Readonly<Record<string, RestKind>>;

/** Where a tunnel's token is read. */
export function tokenPath(accountId: unknown, tunnelId: unknown): string {
  return join("accounts", accountId, "cfd_tunnel", tunnelId, "token");
}

function join(...parts: unknown[]): string {
  return parts
    .filter((part) => typeof part === "string")
    .map((part) => `/${encodeURIComponent(part)}`)
    .join("");
}

function oneOf(property: string, values: readonly string[]): (inputs: Props) => CheckFailure[] {
  return (inputs) => {
    const value = inputs[property];
    if (typeof value !== "string" || value === UNKNOWN || values.includes(value)) return [];
    return [{ property, reason: `${value} is not one of ${values.join(", ")}` }];
  };
}
