import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { IngressRule, Json } from "./cloudflare-api";

/**
 * Cloudflare's edge: visitors come in by DNS record and Access application, and their requests go to
 * the stand-in for cloudflared, which asks for them over one long poll after the other:
 *
 * - `POST /edge/tunnels/T/connections` registers, `DELETE …/connections/C` takes it back;
 * - `GET …/connections/C/next?version=N` waits for a newer configuration or a visitor's request;
 * - `POST …/connections/C/answers/R` brings the origin's answer.
 */

export interface Visit {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export interface VisitOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** Whoever visits has logged in at Access with this address. */
  email?: string;
}

export interface EdgeWorld {
  /** Undefined where there is no such tunnel. */
  secretOf(tunnelId: string): string | undefined;
  ingress(tunnelId: string): IngressRule[];
  records(): Json[];
  applications(): Json[];
}

/** How long a poll waits, and how long a connection may be without one. */
const POLL_MS = 10_000;
const SILENCE_MS = 5_000;
const ANSWER_MS = 30_000;

interface Connection {
  /** Requests that wait to be fetched. */
  waiting: Json[];
  poll?: { response: ServerResponse; version: number; timer: NodeJS.Timeout };
  lost?: NodeJS.Timeout;
}

interface TunnelEdge {
  connections: Map<string, Connection>;
  pretended: number;
  version: number;
}

export class Edge {
  private readonly tunnels = new Map<string, TunnelEdge>();
  private readonly answers = new Map<string, (visit: Visit) => void>();

  constructor(private readonly world: EdgeWorld) {}

  connections(tunnelId: string): number {
    const { connections, pretended } = this.tunnel(tunnelId);
    return connections.size + pretended;
  }

  pretend(tunnelId: string, change: 1 | -1): void {
    this.tunnel(tunnelId).pretended += change;
  }

  /** The tunnel has another configuration: whoever waits for one gets it. */
  changed(tunnelId: string): void {
    const tunnel = this.tunnel(tunnelId);
    tunnel.version++;
    for (const connection of tunnel.connections.values()) this.hand(tunnelId, connection);
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://edge");
    const [, , , tunnelId = "", , id = "", what, answerId = ""] = url.pathname.split("/");
    const secret = this.world.secretOf(tunnelId);
    if (secret === undefined || request.headers.authorization !== `Bearer ${secret}`) {
      return end(response, 401, { error: "Unauthorized: Invalid tunnel secret" });
    }
    const tunnel = this.tunnel(tunnelId);
    if (request.method === "POST" && id === "") {
      const name = randomUUID();
      const connection: Connection = { waiting: [] };
      tunnel.connections.set(name, connection);
      this.watch(tunnel, name, connection);
      return end(response, 201, { id: name });
    }
    const connection = tunnel.connections.get(id);
    if (!connection) return end(response, 404, { error: "no such connection; register again" });
    if (request.method === "DELETE") {
      this.drop(tunnel, id);
      return end(response, 200, {});
    }
    if (what === "answers") {
      this.answers.get(answerId)?.(JSON.parse(await textOf(request)) as Visit);
      return end(response, 200, {});
    }
    clearTimeout(connection.lost);
    const timer = setTimeout(() => this.finish(tunnel, id, connection, {}), POLL_MS);
    connection.poll = { response, version: Number(url.searchParams.get("version")), timer };
    // A process that is killed says no goodbye: its connection breaks.
    response.on("close", () => {
      if (!response.writableFinished) this.drop(tunnel, id);
    });
    this.hand(tunnelId, connection);
  }

  async visit(host: string, path: string, options: VisitOptions): Promise<Visit> {
    const tunnelId = this.resolve(host);
    const gate = this.access(host, path, options);
    if ("refused" in gate) return gate.refused;
    const [connection] = this.tunnel(tunnelId).connections.values();
    if (!connection) return page(530, "error code: 1033");
    const { method = "GET", body = "" } = options;
    const id = randomUUID();
    const headers = { ...options.headers, ...gate.headers };
    return new Promise((resolve) => {
      const timer = setTimeout(() => done(page(524, "error code: 524")), ANSWER_MS);
      const done = (visit: Visit): void => {
        clearTimeout(timer);
        this.answers.delete(id);
        resolve(visit);
      };
      this.answers.set(id, done);
      connection.waiting.push({ id, method, host, path, headers, body });
      this.hand(tunnelId, connection);
    });
  }

  private tunnel(tunnelId: string): TunnelEdge {
    const known = this.tunnels.get(tunnelId);
    if (known) return known;
    const made: TunnelEdge = { connections: new Map(), pretended: 0, version: 1 };
    this.tunnels.set(tunnelId, made);
    return made;
  }

  /** Gives a waiting poll what there is for it. */
  private hand(tunnelId: string, connection: Connection): void {
    if (!connection.poll) return;
    const tunnel = this.tunnel(tunnelId);
    const [id] = [...tunnel.connections].find(([, one]) => one === connection) ?? [];
    if (id === undefined) return;
    if (connection.poll.version !== tunnel.version) {
      const { version } = tunnel;
      this.finish(tunnel, id, connection, { version, ingress: this.world.ingress(tunnelId) });
    } else if (connection.waiting.length > 0) {
      this.finish(tunnel, id, connection, { request: connection.waiting.shift() });
    }
  }

  private finish(tunnel: TunnelEdge, id: string, connection: Connection, body: Json): void {
    if (!connection.poll) return;
    clearTimeout(connection.poll.timer);
    const { response } = connection.poll;
    delete connection.poll;
    end(response, 200, body);
    this.watch(tunnel, id, connection);
  }

  /** Takes a connection for lost if it doesn't ask again. */
  private watch(tunnel: TunnelEdge, id: string, connection: Connection): void {
    connection.lost = setTimeout(() => this.drop(tunnel, id), SILENCE_MS);
    connection.lost.unref();
  }

  private drop(tunnel: TunnelEdge, id: string): void {
    const connection = tunnel.connections.get(id);
    if (!connection) return;
    clearTimeout(connection.lost);
    clearTimeout(connection.poll?.timer);
    tunnel.connections.delete(id);
    connection.poll?.response.end();
  }

  /** The tunnel to which a proxied record of the host name leads. */
  private resolve(host: string): string {
    const wildcard = host.replace(/^[^.]+/, "*");
    const records = this.world.records();
    const record = [host, wildcard]
      .map((name) => records.find((one) => one["name"] === name))
      .find((found) => found !== undefined);
    const [, tunnelId] = /^(.+)\.cfargotunnel\.com$/.exec(text(record?.["content"])) ?? [];
    if (tunnelId === undefined || record?.["proxied"] !== true)
      throw new Error(`${host} does not resolve to a tunnel`);
    return tunnelId;
  }

  /** What Access makes of the visitor: a refusal, or the headers that it adds. */
  private access(
    host: string,
    path: string,
    { email }: VisitOptions,
  ): { refused: Visit } | { headers: Record<string, string> } {
    // The most specific application counts.
    const application = this.world
      .applications()
      .filter((one) => covers(text(one["domain"]), host, path))
      .sort((a, b) => text(b["domain"]).length - text(a["domain"]).length)[0];
    if (!application) return { headers: {} };
    const policies = application["policies"] as Json[];
    if (policies.some((policy) => policy["decision"] === "bypass")) return { headers: {} };
    const location = `https://team.cloudflareaccess.com/cdn-cgi/access/login/${host}`;
    if (email === undefined) return { refused: { ...page(302, ""), headers: { location } } };
    const allowed = policies.some(
      (policy) =>
        policy["decision"] === "allow" &&
        (policy["include"] as Json[]).some((rule) => includes(rule, email)),
    );
    if (!allowed) return { refused: page(403, "You do not have permission to view this.") };
    const claims = JSON.stringify({ aud: [application["aud"]], email });
    const jwt = ["{}", claims, ""].map((part) => Buffer.from(part).toString("base64url"));
    return { headers: { "cf-access-jwt-assertion": jwt.join(".") } };
  }
}

function covers(domain: string, host: string, path: string): boolean {
  const [name = "", ...below] = domain.split("/");
  const suffix = name.startsWith("*.") ? name.slice(1) : undefined;
  const named = suffix === undefined ? host === name : host.endsWith(suffix);
  return (
    named && (below.length === 0 || `${path.split("?")[0]}/`.startsWith(`/${below.join("/")}/`))
  );
}

function includes(rule: Json, email: string): boolean {
  const { email: one, email_domain: domain } = rule as {
    email?: { email: string };
    email_domain?: { domain: string };
  };
  return "everyone" in rule || one?.email === email || email.endsWith(`@${domain?.domain}`);
}

export async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function page(status: number, body: string): Visit {
  return { status, headers: {}, body };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function end(response: ServerResponse, status: number, body: Json): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
