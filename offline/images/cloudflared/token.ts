/** A tunnel's token. A real one has no `edge`: there is just Cloudflare to connect to. */
export interface TunnelToken {
  tunnel: string;
  secret: string;
  /** Address of a test's edge. */
  edge: string;
}

export function readToken(text: string): TunnelToken {
  const { t, s, edge } = parsed(text);
  if (typeof t !== "string" || typeof s !== "string")
    throw new Error("Provided Tunnel token is not valid.");
  if (typeof edge !== "string")
    throw new Error("this stand-in for cloudflared cannot reach Cloudflare");
  return { tunnel: t, secret: s, edge };
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(text, "base64").toString("utf8")) as Record<string, unknown>;
  } catch {
    return {};
  }
}
