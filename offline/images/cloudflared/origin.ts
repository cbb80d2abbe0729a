import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";

/** A rule of the tunnel's configuration, as far as this stand-in heeds it. */
export interface Rule {
  hostname?: string;
  /** A regular expression. */
  path?: string;
  service: string;
  originRequest?: { access?: { required?: boolean; audTag?: string[] } };
}

export interface OriginRequest {
  method: string;
  host: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

export interface OriginAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const TIMEOUT_MS = 10_000;
const PROBE_MS = 2_000;

/** Sends a visitor's request to the origin of the first rule that fits. */
export async function forward(rules: Rule[], request: OriginRequest): Promise<OriginAnswer> {
  const rule = rules.find((one) => fits(one, request));
  if (!rule) return plain(503, "no ingress rule");
  const status = /^http_status:(\d{3})$/.exec(rule.service)?.[1];
  if (status) return plain(Number(status), "");
  if (!isAllowed(rule, request)) return plain(403, "Forbidden");
  if (!/^https?:/.test(rule.service)) return plain(502, `${rule.service} is no HTTP origin`);
  try {
    return await send(rule.service, request, TIMEOUT_MS);
  } catch (error) {
    return plain(502, `Unable to reach the origin service: ${reason(error)}`);
  }
}

/** Why the origin of a rule doesn't answer; undefined where it does. */
export async function problemOf({ service }: Rule): Promise<string | undefined> {
  if (/^http_status:/.test(service)) return undefined;
  try {
    if (!/^https?:/.test(service)) return await knock(new URL(service));
    const request = {
      method: "GET",
      host: new URL(service).host,
      path: "/",
      headers: {},
      body: "",
    };
    const { status } = await send(service, request, PROBE_MS);
    return status < 500 ? undefined : `${service} answered ${status}`;
  } catch (error) {
    return `${service}: ${reason(error)}`;
  }
}

function fits({ hostname = "", path }: Rule, request: OriginRequest): boolean {
  const named = hostname.startsWith("*.")
    ? request.host.endsWith(hostname.slice(1))
    : hostname === "" || hostname === request.host;
  return named && (!path || new RegExp(path).test(request.path.split("?", 1)[0] ?? ""));
}

/** Whether a rule that asks for Access's assertion gets one for an application that it names. */
function isAllowed({ originRequest }: Rule, { headers }: OriginRequest): boolean {
  const access = originRequest?.access;
  if (access?.required !== true) return true;
  const [, claims = ""] = (headers["cf-access-jwt-assertion"] ?? "").split(".");
  if (claims === "") return false;
  const { aud } = JSON.parse(Buffer.from(claims, "base64url").toString("utf8")) as {
    aud: string[];
  };
  return aud.some((tag) => (access.audTag ?? []).includes(tag));
}

function send(service: string, asked: OriginRequest, timeout: number): Promise<OriginAnswer> {
  const url = new URL(asked.path, service);
  const start = url.protocol === "https:" ? httpsRequest : httpRequest;
  const headers = { ...asked.headers, host: asked.host };
  return new Promise((resolve, reject) => {
    const request = start(url, { method: asked.method, headers, timeout }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 502,
          headers: Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
          ),
          body: Buffer.concat(chunks).toString("utf8"),
        }),
      );
    });
    request.on("timeout", () => request.destroy(new Error("no answer in time")));
    request.on("error", reject);
    request.end(asked.body);
  });
}

function knock(url: URL): Promise<undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: url.hostname, port: Number(url.port), timeout: PROBE_MS });
    socket.on("connect", () => resolve(void socket.destroy()));
    socket.on("timeout", () => socket.destroy(new Error("no answer in time")));
    socket.on("error", reject);
  });
}

function plain(status: number, body: string): OriginAnswer {
  return { status, headers: {}, body };
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
