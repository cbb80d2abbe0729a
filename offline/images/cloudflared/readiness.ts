import { createServer } from "node:http";
import type { Connector } from "./connector";
import { problemOf } from "./origin";

/**
 * Serves `/ready` at the metrics address. Stricter than cloudflared, which asks for a connection to
 * the edge alone: every origin must answer too, so that health proves the wiring.
 */
export async function serveReadiness(address: string, connector: Connector): Promise<void> {
  let told = "";
  const server = createServer((request, response) => {
    if (request.url !== "/ready") return void response.writeHead(404).end();
    void problems(connector).then((found) => {
      const now = found.join("; ");
      if (now !== told && now !== "") console.error(`not ready: ${now}`);
      told = now;
      const status = found.length === 0 ? 200 : 503;
      const readyConnections = connector.connected ? 1 : 0;
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify({ status, readyConnections, problems: found }));
    });
  });
  const [host, port] = [address.replace(/:\d+$/, ""), Number(/\d+$/.exec(address)?.[0])];
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
}

async function problems(connector: Connector): Promise<string[]> {
  if (!connector.connected) return ["not connected to the edge"];
  if (!connector.rules) return ["the tunnel has no configuration yet"];
  const services = new Map(connector.rules.map((rule) => [rule.service, rule]));
  const found = await Promise.all([...services.values()].map(problemOf));
  return found.filter((problem) => problem !== undefined);
}

/** `tunnel ready`: whether the running cloudflared of this container is ready; says why it isn't. */
export async function isReady(address: string): Promise<boolean> {
  const response = await fetch(`http://${address}/ready`);
  if (!response.ok) console.error(await response.text());
  return response.ok;
}
