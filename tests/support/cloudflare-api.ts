import { randomBytes, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Edge, textOf, type Visit, type VisitOptions } from "./cloudflare-edge";

/**
 * The part of Cloudflare's REST API that Berth uses, on the loopback, with its answers and refusals;
 * and behind it an edge to which the stand-in for cloudflared connects.
 */

export type Json = Record<string, unknown>;

export interface ApiRequest {
  method: string;
  /** Without the base path: `/accounts/A/cfd_tunnel`. */
  path: string;
  body?: unknown;
}

export interface ApiAnswer {
  status: number;
  /** Of the first error. */
  code?: number;
  message?: string;
  /** An object, but for a list or a token. */
  result: Json;
}

/** Makes requests fail before they are looked at. */
export interface Failure {
  status: number;
  times: number;
  /** Seconds. */
  retryAfter?: number;
  when?: (request: ApiRequest) => boolean;
}

export interface CloudflareApiOptions {
  /** The one API token that is let in. */
  token: string;
  /** The one account's id. */
  account: string;
  zones: readonly { id: string; name: string }[];
  /** An address of this host that containers reach: there the edge listens too. */
  advertise?: string;
}

export interface IngressRule {
  hostname?: string;
  path?: string;
  service: string;
  originRequest?: Json;
}

export interface CloudflareApi {
  /** For `CLOUDFLARE_BASE_URL`. */
  url: string;
  requests: (ApiRequest & { status: number })[];
  fail(next: Failure): void;
  /** Without those that were deleted. */
  tunnels(): Json[];
  ingress(tunnelId: string): IngressRule[];
  records(): Json[];
  applications(): Json[];
  policies(): Json[];
  /** Pretends that one cloudflared more is connected to a tunnel, or one less. */
  connect(tunnelId: string): void;
  disconnect(tunnelId: string): void;
  connections(tunnelId: string): number;
  /** Asks the API as somebody else who has the token; among `requests` too. */
  call(method: string, path: string, body?: Json): Promise<ApiAnswer>;
  /** What a visitor of a public host name gets, through Access and the tunnel. */
  visit(host: string, path?: string, options?: VisitOptions): Promise<Visit>;
  close(): Promise<void>;
}

const BASE = "/client/v4";

/** A refusal as the API words it. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

interface Tunnel {
  answer: Json;
  secret: string;
  config: Json | null;
  version: number;
}

type Handler = (id: string, body: Json) => unknown;

export async function startCloudflareApi(options: CloudflareApiOptions): Promise<CloudflareApi> {
  const world = new World(options);
  const requests: CloudflareApi["requests"] = [];
  const failures: Failure[] = [];

  const answerRest = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(request.url ?? "/", "http://api").pathname.slice(BASE.length);
    const text = await textOf(request);
    const seen: ApiRequest = {
      method: request.method ?? "GET",
      path,
      ...(text === "" ? {} : { body: JSON.parse(text) as unknown }),
    };
    const send = (status: number, envelope: Json, retryAfter?: number): void => {
      requests.push({ ...seen, status });
      response.writeHead(status, {
        "content-type": "application/json",
        ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
      });
      const { success, errors = [], result } = envelope;
      response.end(JSON.stringify({ success, errors, messages: [], result }));
    };
    const refuse = (status: number, code: number, message: string, retryAfter?: number): void =>
      send(status, { success: false, errors: [{ code, message }], result: null }, retryAfter);

    const failure = failures.find(({ times, when }) => times > 0 && (when?.(seen) ?? true));
    if (failure) {
      failure.times--;
      const [code, message] = wordsOf(failure.status);
      return refuse(failure.status, code, message, failure.retryAfter);
    }
    try {
      authorize(request, options.token);
      const { status, result } = world.answer(seen);
      send(status, { success: true, result });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refuse(error.status, error.code, error.message);
    }
  };

  const serve = (rest: boolean): Server =>
    createServer((request, response) => {
      const { pathname } = new URL(request.url ?? "/", "http://api");
      if (pathname.startsWith("/edge/")) void world.edge.answer(request, response);
      else if (rest && pathname.startsWith(`${BASE}/`)) void answerRest(request, response);
      else response.writeHead(404).end();
    });
  const servers = [serve(true)];
  const url = `http://127.0.0.1:${await listen(servers[0] as Server, "127.0.0.1")}${BASE}`;
  if (options.advertise !== undefined) {
    // Containers reach the edge alone: nothing in them has a token of the API.
    const edge = serve(false);
    servers.push(edge);
    const port = await listen(edge, options.advertise);
    world.edgeUrl = `http://${options.advertise}:${port}`;
  }

  return {
    url,
    requests,
    fail: (next) => failures.push({ ...next }),
    tunnels: () => world.liveTunnels().map(({ answer }) => answer),
    ingress: (tunnelId) => world.ingress(tunnelId),
    records: () => [...world.records.values()],
    applications: () => world.allApplications(),
    policies: () => [...world.policies.values()],
    connect: (tunnelId) => world.edge.pretend(tunnelId, 1),
    disconnect: (tunnelId) => world.edge.pretend(tunnelId, -1),
    connections: (tunnelId) => world.edge.connections(tunnelId),
    call: (method, path, body) => call(url + path, method, options.token, body),
    visit: (host, path = "/", more = {}) => world.edge.visit(host, path, more),
    async close() {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise<void>((resolve) => server.close(() => resolve()));
      }
    },
  };
}

async function call(
  url: string,
  method: string,
  token: string,
  body: Json | undefined,
): Promise<ApiAnswer> {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const answer = (await response.json()) as { errors: Json[]; result: Json };
  return { status: response.status, ...answer.errors[0], result: answer.result };
}

function listen(server: Server, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function authorize(request: IncomingMessage, token: string): void {
  const given = request.headers.authorization;
  if (given === undefined) throw new Refusal(401, 10000, "Authentication error");
  if (given !== `Bearer ${token}`)
    throw new Refusal(403, 9109, "Unauthorized to access requested resource");
}

function wordsOf(status: number): [number, string] {
  if (status === 403) return [9109, "Unauthorized to access requested resource"];
  if (status === 429) return [971, "Please wait and consider throttling your request speed"];
  return [1000, status >= 500 ? "Internal Server Error" : "Bad request"];
}

/** The account with everything in it. */
class World {
  private readonly tunnels = new Map<string, Tunnel>();
  readonly records = new Map<string, Json>();
  readonly policies = new Map<string, Json>();
  readonly applications = new Map<string, Json>();
  readonly edge: Edge;
  edgeUrl: string | undefined;

  constructor(private readonly options: CloudflareApiOptions) {
    this.edge = new Edge({
      secretOf: (id) => this.liveTunnels().find(({ answer }) => answer["id"] === id)?.secret,
      ingress: (id) => this.ingress(id),
      records: () => [...this.records.values()],
      applications: () => this.allApplications(),
    });
  }

  liveTunnels(): Tunnel[] {
    return [...this.tunnels.values()].filter(({ answer }) => answer["deleted_at"] === null);
  }

  ingress(tunnelId: string): IngressRule[] {
    return (this.tunnels.get(tunnelId)?.config?.["ingress"] ?? []) as IngressRule[];
  }

  answer({ method, path, body }: ApiRequest): { status: number; result: unknown } {
    const [, scope, scopeId, ...rest] = path.split("/").map(decodeURIComponent);
    const known =
      scope === "accounts"
        ? scopeId === this.options.account
        : scope === "zones" && this.options.zones.some(({ id }) => id === scopeId);
    if (!known) throw noRoute(path);
    const asked = `${method} ${scope}/${rest.join("/")}`;
    for (const [route, handler] of Object.entries(this.routes(String(scopeId)))) {
      const match = new RegExp(`^${route.replace(":id", "([^/]+)")}$`).exec(asked);
      if (!match) continue;
      const result = handler(match[1] ?? "", (body ?? {}) as Json);
      return { status: asked.startsWith("DELETE accounts/access") ? 202 : 200, result };
    }
    throw noRoute(path);
  }

  private routes(scopeId: string): Record<string, Handler> {
    return {
      "GET accounts/cfd_tunnel": () => this.liveTunnels().map((one) => this.tunnelAnswer(one)),
      "POST accounts/cfd_tunnel": (_id, body) => this.createTunnel(body),
      "GET accounts/cfd_tunnel/:id": (id) => this.tunnelAnswer(this.tunnel(id)),
      "PATCH accounts/cfd_tunnel/:id": (id, body) => this.patchTunnel(this.liveTunnel(id), body),
      "DELETE accounts/cfd_tunnel/:id": (id) => this.deleteTunnel(this.liveTunnel(id)),
      "GET accounts/cfd_tunnel/:id/token": (id) => this.tokenOf(this.liveTunnel(id)),
      "GET accounts/cfd_tunnel/:id/configurations": (id) => this.configOf(this.liveTunnel(id)),
      "PUT accounts/cfd_tunnel/:id/configurations": (id, body) =>
        this.configure(this.liveTunnel(id), body),
      "GET zones/dns_records": () =>
        [...this.records.values()].filter((one) => one["zone_id"] === scopeId),
      "POST zones/dns_records": (_id, body) => this.writeRecord(scopeId, undefined, body),
      "GET zones/dns_records/:id": (id) => this.record(id),
      "PUT zones/dns_records/:id": (id, body) => this.writeRecord(scopeId, this.record(id), body),
      "DELETE zones/dns_records/:id": (id) => remove(this.records, this.record(id)),
      "GET accounts/access/policies": () => [...this.policies.values()],
      "POST accounts/access/policies": (_id, body) => this.writePolicy(undefined, body),
      "GET accounts/access/policies/:id": (id) => this.policy(id),
      "PUT accounts/access/policies/:id": (id, body) => this.writePolicy(this.policy(id), body),
      "DELETE accounts/access/policies/:id": (id) => this.deletePolicy(this.policy(id)),
      "GET accounts/access/apps": () => this.allApplications(),
      "POST accounts/access/apps": (_id, body) => this.writeApplication(undefined, body),
      "GET accounts/access/apps/:id": (id) => this.expanded(this.application(id)),
      "PUT accounts/access/apps/:id": (id, body) =>
        this.writeApplication(this.application(id), body),
      "DELETE accounts/access/apps/:id": (id) => remove(this.applications, this.application(id)),
    };
  }

  // Tunnels

  private tunnel(id: string): Tunnel {
    const found = this.tunnels.get(id);
    if (!found) throw new Refusal(404, 1002, "Tunnel not found");
    return found;
  }

  private liveTunnel(id: string): Tunnel {
    const found = this.tunnel(id);
    if (found.answer["deleted_at"] !== null) throw new Refusal(404, 1002, "Tunnel not found");
    return found;
  }

  private createTunnel(body: Json): Json {
    const name = this.tunnelName(body["name"]);
    const secret = body["tunnel_secret"] ?? randomBytes(32).toString("base64");
    if (typeof secret !== "string" || Buffer.from(secret, "base64").length < 32)
      throw new Refusal(400, 1008, "tunnel_secret must be at least 32 bytes in base64");
    const source = body["config_src"] ?? "local";
    const id = randomUUID();
    const answer: Json = {
      ...{ id, account_tag: this.options.account, name, config_src: source },
      ...{ created_at: now(), deleted_at: null, conns_active_at: null, conns_inactive_at: now() },
      ...{ tun_type: "cfd_tunnel", metadata: {}, status: "inactive", connections: [] },
      remote_config: source === "cloudflare",
    };
    this.tunnels.set(id, { answer, secret, config: null, version: 0 });
    return answer;
  }

  private tunnelName(name: unknown, own?: Tunnel): string {
    if (typeof name !== "string" || name === "")
      throw new Refusal(400, 1008, "Tunnel name is required");
    if (this.liveTunnels().some((other) => other !== own && other.answer["name"] === name))
      throw new Refusal(409, 1013, "You already have a tunnel with this name");
    return name;
  }

  private tunnelAnswer({ answer }: Tunnel): Json {
    const count = this.edge.connections(String(answer["id"]));
    const connections = Array.from({ length: count }, (_, i) => ({
      ...{ id: `connection-${i}`, uuid: `connection-${i}`, client_id: `client-${i}` },
      ...{ client_version: "stand-in", colo_name: "lo0", is_pending_reconnect: false },
    }));
    return { ...answer, connections, status: count > 0 ? "healthy" : answer["status"] };
  }

  private patchTunnel(tunnel: Tunnel, body: Json): Json {
    if (body["name"] !== undefined) tunnel.answer["name"] = this.tunnelName(body["name"], tunnel);
    if (typeof body["tunnel_secret"] === "string") tunnel.secret = body["tunnel_secret"];
    return this.tunnelAnswer(tunnel);
  }

  private deleteTunnel(tunnel: Tunnel): Json {
    if (this.edge.connections(String(tunnel.answer["id"])) > 0) {
      const advice = "Cannot delete tunnel because it has active connections";
      throw new Refusal(400, 1022, advice);
    }
    tunnel.answer["deleted_at"] = now();
    return tunnel.answer;
  }

  private tokenOf({ answer, secret }: Tunnel): string {
    const token = { a: this.options.account, t: answer["id"], s: secret, edge: this.edgeUrl };
    return Buffer.from(JSON.stringify(token)).toString("base64");
  }

  private configOf({ answer, config, version }: Tunnel): Json {
    const { id, created_at } = answer;
    const account_id = this.options.account;
    return { tunnel_id: id, account_id, config, version, source: "cloudflare", created_at };
  }

  private configure(tunnel: Tunnel, body: Json): Json {
    if (tunnel.answer["config_src"] !== "cloudflare")
      throw new Refusal(400, 1055, "The tunnel is configured locally: its config_src is local");
    const config = (body["config"] ?? {}) as Json;
    const problem = ingressProblem((config["ingress"] ?? []) as IngressRule[]);
    if (problem) throw new Refusal(400, 1056, `Bad Configuration: ${problem}`);
    tunnel.config = { ...config, "warp-routing": { enabled: false } };
    tunnel.version++;
    this.edge.changed(String(tunnel.answer["id"]));
    return this.configOf(tunnel);
  }

  // DNS

  private record(id: string): Json {
    const found = this.records.get(id);
    if (!found) throw new Refusal(404, 81044, "Record does not exist.");
    return found;
  }

  private writeRecord(zoneId: string, old: Json | undefined, body: Json): Json {
    const zone = this.options.zones.find(({ id }) => id === zoneId);
    const { name, type, content } = body;
    if (!zone) throw noRoute(`/zones/${zoneId}`);
    if (typeof name !== "string" || !/^(\*\.)?([a-z0-9_-]+\.)+[a-z]+$/.test(name))
      throw new Refusal(400, 9000, "DNS name is invalid.");
    if (name !== zone.name && !name.endsWith(`.${zone.name}`))
      throw new Refusal(400, 9000, `DNS name is invalid: ${name} is not in zone ${zone.name}.`);
    if (typeof type !== "string" || !/^[A-Z]+$/.test(type))
      throw new Refusal(400, 9004, "DNS record type is invalid.");
    if (typeof content !== "string" || (type === "CNAME" && !/^[a-z0-9.-]+\.[a-z]+$/.test(content)))
      throw new Refusal(400, 9007, `Content for ${type} record is invalid.`);
    if (typeof body["ttl"] !== "number") throw new Refusal(400, 9021, "Invalid TTL.");
    for (const other of this.records.values()) {
      if (other === old || other["name"] !== name) continue;
      if (other["type"] === type && other["content"] === content)
        throw new Refusal(400, 81057, "The record already exists.");
      if (type === "CNAME" || other["type"] === "CNAME") {
        const message = "An A, AAAA, or CNAME record with that host already exists.";
        throw new Refusal(400, 81053, message);
      }
    }
    const proxied = body["proxied"] === true;
    const record: Json = {
      ...{ id: old?.["id"] ?? hex(16), zone_id: zoneId, zone_name: zone.name, name, type, content },
      ...{ proxied, proxiable: true, ttl: proxied ? 1 : body["ttl"], settings: {}, meta: {} },
      ...{ comment: body["comment"] ?? null, tags: body["tags"] ?? [] },
      ...{ created_on: old?.["created_on"] ?? now(), modified_on: now() },
    };
    this.records.set(String(record["id"]), record);
    return record;
  }

  // Access

  private policy(id: string): Json {
    const found = this.policies.get(id);
    if (!found) throw new Refusal(404, 11021, "access.api.error.not_found");
    return found;
  }

  private writePolicy(old: Json | undefined, body: Json): Json {
    const { name, decision, include } = body;
    if (typeof name !== "string" || typeof decision !== "string" || !filled(include))
      throw invalidAccess("a policy needs name, decision and include");
    const policy: Json = {
      ...{ session_duration: "24h", exclude: [], require: [], ...body },
      ...{ id: old?.["id"] ?? randomUUID(), reusable: true, app_count: old?.["app_count"] ?? 0 },
      ...{ created_at: old?.["created_at"] ?? now(), updated_at: now() },
    };
    this.policies.set(String(policy["id"]), policy);
    return policy;
  }

  private deletePolicy(policy: Json): Json {
    const inUse = this.allApplications().some((one) =>
      (one["policies"] as Json[]).some(({ id }) => id === policy["id"]),
    );
    if (inUse) throw invalidAccess("the policy is still in use by an application");
    return remove(this.policies, policy);
  }

  allApplications(): Json[] {
    return [...this.applications.values()].map((one) => this.expanded(one));
  }

  /** An application with its policies whole, as the API answers it. */
  private expanded(application: Json): Json {
    const policies = (application["policies"] as Json[]).map((given) => ({
      ...this.policies.get(String(given["id"])),
      ...given,
    }));
    return { ...application, policies };
  }

  private application(id: string): Json {
    const found = this.applications.get(id);
    if (!found) throw new Refusal(404, 11021, "access.api.error.unknown_application");
    return found;
  }

  private writeApplication(old: Json | undefined, body: Json): Json {
    const { type, domain } = body;
    if (type !== "self_hosted" || typeof domain !== "string")
      throw invalidAccess("this server knows self_hosted applications with a domain");
    const host = domain.split("/")[0] ?? "";
    const inZone = ({ name }: { name: string }) => host === name || host.endsWith(`.${name}`);
    if (!this.options.zones.some(inZone))
      throw invalidAccess(`domain does not belong to zone: ${domain}`);
    const taken = [...this.applications.values()].some(
      (other) => other !== old && other["domain"] === domain,
    );
    if (taken) throw new Refusal(400, 11010, "access.api.error.application_already_exists");
    const policies = ((body["policies"] ?? []) as Json[]).map((given, i) => {
      const id = String(given["id"]);
      if (!this.policies.has(id)) throw invalidAccess(`policy ${id} does not exist`);
      return { id, precedence: given["precedence"] ?? i + 1 };
    });
    const id = old ? String(old["id"]) : randomUUID();
    const application: Json = {
      ...{ session_duration: "24h", ...body, policies, self_hosted_domains: [domain] },
      ...{ destinations: [{ type: "public", uri: domain }], tags: body["tags"] ?? [] },
      ...{ id, uid: id, aud: old?.["aud"] ?? hex(32) },
      ...{ created_at: old?.["created_at"] ?? now(), updated_at: now() },
    };
    this.applications.set(id, application);
    return this.expanded(application);
  }
}

/** What is wrong with a tunnel's rules, in cloudflared's words. */
function ingressProblem(rules: IngressRule[]): string | undefined {
  const last = rules.at(-1);
  if (!last || last.hostname || last.path) {
    return "The last ingress rule must match all URLs (i.e. it should not have a hostname or path filter)";
  }
  for (const [i, { hostname = "", path, service }] of rules.entries()) {
    if (typeof service !== "string") return `Rule #${i + 1} has no service`;
    if (i < rules.length - 1 && hostname === "" && !path)
      return `Rule #${i + 1} is matching the hostname '', but this will match every hostname, meaning the rules which follow it will never be triggered.`;
    if (hostname.includes(":")) return "Hostname cannot contain a port";
    if (/\*/.test(hostname.replace(/^\*\./, "")))
      return 'Hostname patterns can have at most one wildcard character ("*") and it can only be used for subdomains, e.g. "*.example.com"';
    if (path && !isRegex(path)) return `Rule #${i + 1} has an invalid regex`;
    if (/^http_status:\d{3}$/.test(service)) continue;
    if (!URL.canParse(service)) return `${service} is an invalid address`;
    if (/^https?:/.test(service) && new URL(service).pathname !== "/")
      return `${service} is an invalid address, ingress rules don't support proxying to a different path on the origin service. The path will be the same as the eyeball request's path`;
  }
  return undefined;
}

function isRegex(text: string): boolean {
  try {
    return new RegExp(text) !== undefined;
  } catch {
    return false;
  }
}

function noRoute(path: string): Refusal {
  const advice = `Could not route to ${BASE}${path}, perhaps your object identifier is invalid?`;
  return new Refusal(404, 7003, advice);
}

function invalidAccess(why: string): Refusal {
  return new Refusal(400, 12130, `access.api.error.invalid_request: ${why}`);
}

function remove(from: Map<string, Json>, thing: Json): Json {
  from.delete(String(thing["id"]));
  return { id: thing["id"] };
}

function filled(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

function hex(bytes: number): string {
  return randomBytes(bytes).toString("hex");
}

function now(): string {
  return new Date().toISOString();
}
