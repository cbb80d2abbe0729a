import { checkShape } from "../provider-server/check";
import { type Provider, ProviderError } from "../provider-server/resource-type";
import { asSecret, type Props, UNKNOWN } from "../provider-server/wire";
import { type Api, connect, tokenProblem } from "./client";
import { KINDS, tokenPath } from "./kinds";
import { restType } from "./resource";

/** The version of the official plugin whose behaviour this one follows. */
const VERSION = "6.22.1";

const CONFIG_KEYS = ["apiToken", "baseUrl", "version"];

/** The cloudflare provider on Cloudflare's REST API, or one that speaks like it. */
export function cloudflareProvider(): Provider {
  let connection: Api | undefined;
  const api = (): Api => {
    if (!connection) throw new ProviderError("the cloudflare provider is not configured yet");
    return connection;
  };

  return {
    version: VERSION,
    types: Object.fromEntries(
      Object.entries(KINDS).map(([token, kind]) => [token, restType(kind, api)]),
    ),
    functions: {
      "cloudflare:index/getZeroTrustTunnelCloudflaredToken:getZeroTrustTunnelCloudflaredToken":
        async ({ accountId, tunnelId }) => {
          const token = await api().request("get", tokenPath(accountId, tunnelId));
          // The engine wants an id of every result.
          return { id: tunnelId, accountId, tunnelId, token: asSecret(token) };
        },
    },
    secretConfig: ["apiToken"],
    checkConfig(config: Props) {
      const failures = checkShape(
        config,
        { object: Object.fromEntries(CONFIG_KEYS.map((key) => [key, "string" as const])) },
        "",
        (value) => value === UNKNOWN,
      );
      const token = config["apiToken"];
      const problem =
        typeof token === "string" && token !== UNKNOWN ? tokenProblem(token) : undefined;
      return problem ? [...failures, { property: "apiToken", reason: problem }] : failures;
    },
    configure(config: Props) {
      connection = Object.values(config).includes(UNKNOWN) ? undefined : connect(config);
      return Promise.resolve();
    },
  };
}
