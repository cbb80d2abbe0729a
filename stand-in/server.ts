import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { createServer as createTcpServer, type Server } from "node:net";
import type { StandInEndpoint, StandInSpec, Wiring } from "./contract";
import { renderPage } from "./page";

/** Serves one declared endpoint on every address; resolves when it listens. */
export function serveEndpoint(
  spec: StandInSpec,
  endpoint: StandInEndpoint,
  wiring: () => Wiring,
): Promise<Server> {
  const server =
    endpoint.protocol === "http"
      ? createHttpServer((request, response) => {
          answerEndpoint(spec, endpoint, wiring, request, response);
        })
      : tcpServer(spec);
  return listen(server, endpoint.port, "0.0.0.0", `${spec.service}: endpoint ${endpoint.name}`);
}

/** Serves `/healthz` and `/wiring` to this container alone. */
export function serveControl(
  spec: StandInSpec,
  port: number,
  wiring: () => Wiring,
): Promise<Server> {
  const server = createHttpServer((request, response) => {
    const path = pathOf(request);
    if (path === "/healthz") sendJson(response, 200, { service: spec.service, standIn: true });
    else if (path === "/wiring") sendJson(response, 200, wiring());
    else sendJson(response, 404, { service: spec.service, error: "paths: /healthz, /wiring" });
  });
  return listen(server, port, "127.0.0.1", `${spec.service}: control server`);
}

function answerEndpoint(
  spec: StandInSpec,
  endpoint: StandInEndpoint,
  wiring: () => Wiring,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const path = pathOf(request);
  if (request.method === "OPTIONS") {
    response.writeHead(204, { "access-control-allow-methods": "GET", ...open }).end();
  } else if (path === "/") {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...policy, ...open });
    response.end(renderPage(spec, wiring()));
  } else if (path === "/wiring") {
    sendJson(response, 200, wiring());
  } else if (path === endpoint.health?.split("?", 1)[0]) {
    sendJson(response, 200, { status: "ok", service: spec.service, standIn: true });
  } else {
    const error = `no such path in the stand-in; the service itself does not run: ${spec.reason}`;
    sendJson(response, 404, { service: spec.service, standIn: true, error });
  }
}

/** Whoever says a line is told who answers; then the connection is closed. */
function tcpServer(spec: StandInSpec): Server {
  return createTcpServer((socket) => {
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      if (chunk.includes(10)) socket.end(`${spec.service}: stand-in\n`);
    });
  });
}

function listen(server: Server, port: number, host: string, what: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why = error.code === "EACCES" ? "a port below 1024 needs root" : (error.code ?? "");
      reject(new Error(`${what}: cannot listen on port ${port}: ${why}; declare another port`));
    });
    server.listen(port, host, () => resolve(server));
  });
}

/** Anybody's page may ask how the wiring stands; there is nothing to send and no secret to read. */
const open = { "access-control-allow-origin": "*", "cache-control": "no-store" };

const policy = {
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src *",
};

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json", ...open });
  response.end(`${JSON.stringify(body, null, 2)}\n`);
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? "/").split("?", 1)[0] ?? "/";
}
