/**
 * What a stand-in is told, as JSON in its environment variable `BERTH_STAND_IN`. It holds no
 * secret: values come from the variables that the real process would read.
 */
export interface StandInSpec {
  /** `<system>/<service>` */
  service: string;
  /** A service listens until it is stopped; a job tries its needs once and exits. */
  kind: "service" | "job";
  container: string;
  /** Why a stand-in runs here. */
  reason: string;
  endpoints: StandInEndpoint[];
  needs: StandInNeed[];
}

export interface StandInEndpoint {
  name: string;
  port: number;
  protocol: "http" | "tcp";
  /** The path of the health check. */
  health: string | null;
}

/** Which part of an address or a login a variable carries. */
export type VariablePart = "url" | "host" | "port" | "user" | "password" | "database";

export interface StandInNeed {
  name: string;
  /** What is needed, as the plan names it. */
  to: string;
  kind: "postgres" | "redis" | "http" | "tcp" | "job";
  /** From where it is reached: this container, the viewer's browser, or outside this host. */
  reach: "container" | "browser" | "external";
  /** Where the plan says it is; also used where no variable carries it. */
  host?: string;
  port?: number;
  /** The path to ask for (http). */
  path?: string;
  /** The address for the browser, or outside. */
  url?: string;
  /** The process's own variables and the part that each carries. */
  variables?: Record<string, VariablePart>;
}

type NeedStatus = "reached" | "failed" | "pending" | "browser" | "external";

export interface NeedState {
  name: string;
  to: string;
  kind: StandInNeed["kind"];
  reach: StandInNeed["reach"];
  status: NeedStatus;
  /** What happened, in a few words; never a secret value. */
  detail: string;
  /** ISO time of the last attempt. */
  checkedAt: string | null;
  /** For the browser to try. */
  url?: string;
}

/** The answer of `/wiring`. */
export interface Wiring {
  service: string;
  container: string;
  standIn: true;
  reason: string;
  needs: NeedState[];
  /** Every need of the container is reached; what only a browser can try does not count. */
  allReached: boolean;
}

/** The environment variable that carries the specification. */
export const specVariable = "BERTH_STAND_IN";

/** The port of the control server, on 127.0.0.1 alone: `/healthz` and `/wiring`. */
export const controlPort = 7399;

/** Reads the specification; throws one line that says what is wrong with it. */
export function parseSpec(text: string | undefined): StandInSpec {
  if (text === undefined || text === "") {
    throw new Error(`${specVariable}: not set; it holds the stand-in's specification as JSON`);
  }
  let value: Partial<StandInSpec>;
  try {
    value = JSON.parse(text) as Partial<StandInSpec>;
  } catch {
    throw new Error(`${specVariable}: not JSON; it holds the stand-in's specification`);
  }
  const { service, kind, container = "", reason = "", endpoints = [], needs = [] } = value;
  if (typeof service !== "string" || (kind !== "service" && kind !== "job")) {
    throw new Error(`${specVariable}: "service" and "kind" ("service" or "job") are required`);
  }
  return { service, kind, container, reason, endpoints, needs };
}
