import { forward, type OriginAnswer, type OriginRequest, type Rule } from "./origin";
import type { TunnelToken } from "./token";

const RETRY_MS = 1_000;
/** Longer than the edge lets a poll wait. */
const ANSWER_MS = 30_000;
/** An edge that is gone must not hold up the end. */
const GOODBYE_MS = 3_000;

/** What the edge has for a connection that asks: a newer configuration, a request, or nothing. */
interface Next {
  version?: number;
  ingress?: Rule[];
  request?: OriginRequest & { id: string };
}

/** One connection to the edge: takes the tunnel's configuration and its visitors' requests from it. */
export class Connector {
  private id: string | undefined;
  private closed = false;
  /** The tunnel's rules; undefined until the edge has told them. */
  rules: Rule[] | undefined;

  constructor(private readonly token: TunnelToken) {}

  get connected(): boolean {
    return this.id !== undefined;
  }

  /** Serves until `close`; connects again whenever the edge is lost. */
  async run(): Promise<void> {
    while (!this.closed) {
      try {
        await this.serve();
      } catch (error) {
        this.id = undefined;
        if (this.closed) return;
        console.error(`edge: ${error instanceof Error ? error.message : String(error)}`);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  /** Takes the connection back, so that the tunnel can be deleted. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.id !== undefined) await this.ask("DELETE", `/${this.id}`, undefined, GOODBYE_MS);
  }

  /** Registers with the edge, which gives the connection its id. */
  async connect(): Promise<string> {
    const { id } = await this.ask<{ id: string }>("POST", "");
    this.id = id;
    console.log(`Registered tunnel connection ${id}`);
    return id;
  }

  private async serve(): Promise<void> {
    const id = await this.connect();
    for (let version = 0; !this.closed;) {
      const next = await this.ask<Next>("GET", `/${id}/next?version=${version}`);
      if (next.ingress) {
        version = next.version ?? version;
        this.rules = next.ingress;
        console.log(`Updated to new configuration version ${version}`);
      }
      if (next.request) void this.relay(next.request.id, next.request);
    }
  }

  private async relay(request: string, asked: OriginRequest): Promise<void> {
    const answer: OriginAnswer = await forward(this.rules ?? [], asked);
    await this.ask("POST", `/${this.id}/answers/${request}`, answer).catch((error: unknown) =>
      console.error(`edge: ${String(error)}`),
    );
  }

  private async ask<T>(
    method: string,
    path: string,
    body?: unknown,
    patienceMs = ANSWER_MS,
  ): Promise<T> {
    const { edge, tunnel, secret } = this.token;
    const response = await fetch(`${edge}/edge/tunnels/${tunnel}/connections${path}`, {
      method,
      headers: { authorization: `Bearer ${secret}` },
      signal: AbortSignal.timeout(patienceMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} answered ${response.status}`);
    return (await response.json()) as T;
  }
}
