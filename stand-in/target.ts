import type { StandInNeed, VariablePart } from "./contract";

/** Where a need leads and with which login, out of the process's own variables. */
export interface Target {
  host: string;
  port: number;
  path: string;
  user?: string;
  password?: string;
  database?: string;
}

type Resolved = { ok: true; target: Target } | { ok: false; detail: string };

type Parts = Partial<Record<Exclude<VariablePart, "url">, string>> & { path?: string };

const defaultPorts: Record<StandInNeed["kind"], number> = {
  postgres: 5432,
  redis: 6379,
  http: 80,
  tcp: 0,
  job: 0,
};

/**
 * Puts a need's target together. The variables decide, as they would for the real process; a
 * variable that is missing, or that leads elsewhere than the plan says, is a failure.
 */
export function resolveTarget(need: StandInNeed, env: NodeJS.ProcessEnv): Resolved {
  const parts: Parts = {};
  for (const [variable, part] of Object.entries(need.variables ?? {})) {
    const value = env[variable];
    if (value === undefined || value === "") return fail(`${variable} is not set`);
    if (part !== "url") {
      parts[part] = value;
      continue;
    }
    const parsed = partsOfUrl(value);
    if (parsed === undefined) return fail(`${variable} is not an address`);
    Object.assign(parts, parsed);
  }

  const host = parts.host ?? need.host;
  const port =
    parts.port === undefined ? (need.port ?? defaultPorts[need.kind]) : Number(parts.port);
  if (host === undefined || !Number.isInteger(port) || port < 1 || port > 65535) {
    return fail(`no ${host === undefined ? "host" : "usable port"} is given`);
  }
  const planned = `${need.host ?? host}:${need.port ?? port}`;
  if (`${host}:${port}` !== planned) {
    return fail(`${carriers(need)} leads to ${host}:${port}, the plan says ${planned}`);
  }
  return {
    ok: true,
    target: {
      host,
      port,
      path: need.path ?? parts.path ?? "/",
      ...(parts.user !== undefined && { user: parts.user }),
      ...(parts.password !== undefined && { password: parts.password }),
      ...(parts.database !== undefined && { database: parts.database }),
    },
  };
}

/** The values that must not be shown: passwords, and addresses that carry one. */
export function secretValues(need: StandInNeed, env: NodeJS.ProcessEnv): string[] {
  const found: string[] = [];
  for (const [variable, part] of Object.entries(need.variables ?? {})) {
    const value = env[variable];
    if (value === undefined || value === "") continue;
    if (part === "password") found.push(value);
    if (part !== "url") continue;
    const login = value.lastIndexOf("@");
    if (login < 0) continue;
    // All between the first colon of the login and the last @, however badly it is escaped.
    const start = value.indexOf("://") < 0 ? 0 : value.indexOf("://") + 3;
    const colon = value.indexOf(":", start);
    const password = colon >= 0 && colon < login ? value.slice(colon + 1, login) : "";
    found.push(value, password, decoded(password));
  }
  return [...new Set(found)].filter((value) => value !== "");
}

/** `text` with every secret value struck out. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return [...secrets]
    .sort((a, b) => b.length - a.length)
    .reduce((shown, secret) => shown.replaceAll(secret, "•••"), text);
}

function partsOfUrl(value: string): Parts | undefined {
  const bare = /^([\w.-]+):(\d+)$/.exec(value);
  if (bare !== null) return { host: bare[1] ?? "", port: bare[2] ?? "" };
  let url: URL;
  try {
    url = new URL(value.replace(/^jdbc:/, ""));
  } catch {
    return undefined;
  }
  // An @ past the host: the login holds a character that ends the host part, so what was read as
  // host and port may be pieces of a password.
  if (url.hostname === "" || /@/.test(url.pathname + url.search + url.hash)) return undefined;
  const port = url.port || portOfScheme(url.protocol);
  const database = decoded(url.pathname.replace(/^\//, ""));
  return {
    host: url.hostname,
    path: url.pathname || "/",
    ...(port !== undefined && { port }),
    ...(url.username !== "" && { user: decoded(url.username) }),
    ...(url.password !== "" && { password: decoded(url.password) }),
    ...(database !== "" && { database }),
  };
}

function portOfScheme(protocol: string): string | undefined {
  const ports: Record<string, string> = { "http:": "80", "https:": "443", "redis:": "6379" };
  return ports[protocol] ?? (/^postgres/.test(protocol) ? "5432" : undefined);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function carriers(need: StandInNeed): string {
  const names = Object.entries(need.variables ?? {})
    .filter(([, part]) => part === "url" || part === "host" || part === "port")
    .map(([name]) => name);
  return names.join(", ") || "it";
}

function fail(detail: string): Resolved {
  return { ok: false, detail };
}
