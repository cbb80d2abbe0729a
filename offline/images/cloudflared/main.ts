import { readFileSync } from "node:fs";
import { isReady, serveReadiness } from "./readiness";
import { Connector } from "./connector";
import { readToken } from "./token";

/**
 * Stands in for cloudflared where its image can't be had: `tunnel run` connects to the edge that the
 * token names, `tunnel ready` is the health check. It never reaches Cloudflare itself.
 */

const metrics = process.env["TUNNEL_METRICS"] ?? "127.0.0.1:20241";

async function main(args: string[]): Promise<void> {
  const command = args.filter((arg) => !arg.startsWith("--")).join(" ");
  if (command === "tunnel ready") process.exit((await isReady(metrics)) ? 0 : 1);
  if (command === "version") return console.log("cloudflared version stand-in");
  if (command !== "tunnel run")
    throw new Error(`${command}: not a command of this stand-in for cloudflared`);
  const connector = new Connector(readToken(givenToken()));
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    // The first process of a container gets no default action for a signal.
    process.on(signal, () => void connector.close().finally(() => process.exit(0)));
  }
  await serveReadiness(metrics, connector);
  await connector.run();
}

function givenToken(): string {
  const file = process.env["TUNNEL_TOKEN_FILE"];
  const token = process.env["TUNNEL_TOKEN"] ?? (file && readFileSync(file, "utf8"));
  if (!token) throw new Error("there is no token; set TUNNEL_TOKEN or TUNNEL_TOKEN_FILE");
  return token.trim();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
