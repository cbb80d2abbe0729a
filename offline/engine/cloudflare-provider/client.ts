import { APIError, type BaseCloudflare } from "cloudflare";
import { createClient } from "cloudflare/tree-shakable";
import { ProviderError } from "../provider-server/resource-type";
import { isRecord, type Props } from "../provider-server/wire";

/** The official plugin tries eleven times in all. */
const RETRIES = 10;
const TOKEN = /^[0-9A-Za-z\-_]{40,80}$/;

type Method = "get" | "post" | "put" | "patch" | "delete";

/** Cloudflare's REST API: gives the `result` of an answer. */
export interface Api {
  request(method: Method, path: string, body?: Props): Promise<unknown>;
}

/** A refusal that tells which request it was. */
export class ApiRefusal extends ProviderError {
  constructor(
    message: string,
    readonly status: number | undefined,
  ) {
    super(message);
  }
}

/** What is wrong with the token, if anything. */
export function tokenProblem(token: string): string | undefined {
  return TOKEN.test(token)
    ? undefined
    : "must be 40 to 80 characters: letters, digits, hyphens and underscores";
}

/** The API as the configuration or, where that is silent, the environment names it. */
export function connect(config: Props): Api {
  const token = config["apiToken"] ?? process.env["CLOUDFLARE_API_TOKEN"];
  if (typeof token !== "string" || token === "") {
    throw new ProviderError(
      "there is no API token; set cloudflare:apiToken or CLOUDFLARE_API_TOKEN",
    );
  }
  const problem = tokenProblem(token);
  if (problem) throw new ProviderError(`the API token ${problem}`);
  const baseUrl = config["baseUrl"] ?? process.env["CLOUDFLARE_BASE_URL"];
  // Without the hundreds of resource classes, whose methods only name paths.
  const client: BaseCloudflare = createClient({
    resources: [],
    apiToken: token,
    // Other credentials in the environment are not asked for and must not be sent.
    ...{ apiKey: null, apiEmail: null, userServiceKey: null },
    ...(typeof baseUrl === "string" && baseUrl !== "" ? { baseURL: baseUrl } : {}),
    maxRetries: RETRIES,
    // Standard output is the engine's.
    logLevel: "off",
  });

  return {
    async request(method, path, body) {
      try {
        const answer: unknown = await client.request({
          method,
          path,
          ...(body === undefined ? {} : { body }),
        });
        return isRecord(answer) ? answer["result"] : undefined;
      } catch (error) {
        const url = client.buildURL(path, undefined);
        throw refusal(`${method.toUpperCase()} "${url}"`, error);
      }
    },
  };
}

/** One line with the request, the status and what the API said. */
function refusal(request: string, error: unknown): ApiRefusal {
  const { message } = error instanceof Error ? error : { message: String(error) };
  if (!(error instanceof APIError) || error.status === undefined) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : undefined;
    const why = cause ? ` ${innermost(cause)}` : "";
    return new ApiRefusal(`${request}: ${message}${why}`, undefined);
  }
  const status = error.status as number;
  const body: unknown = error.error;
  // An answer that is no JSON stands in the message, after the status.
  const said = body === undefined ? message : `${status} ${JSON.stringify(body)}`;
  return new ApiRefusal(`${request}: ${said}`, status);
}

function innermost(error: Error): string {
  return error.cause instanceof Error ? innermost(error.cause) : error.message;
}

/** The result of the call, or undefined where the API doesn't know the thing. */
export async function unlessGone<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ApiRefusal && error.status === 404) return undefined;
    throw error;
  }
}
