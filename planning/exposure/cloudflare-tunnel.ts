import type { Settings } from "../../config/schema/settings";
import type { SystemSpec } from "../../config/schema/system";
import { compare } from "../compare";
import { entryOf } from "../lookup";
import type { PlannedTunnel } from "../types";
import { edgeUser } from "./route-scripts";
import { edgeService, reachTargets, type EdgeService } from "./edge";
import { isInZone } from "./route-findings";
import type { BoundRoute } from "./routes";

const image = { registry: "cloudflare/cloudflared:2025.11.1" };

/**
 * The tunnel as Cloudflare is to know it, and cloudflared, which connects to it. cloudflared starts
 * when all that the tunnel leads to is healthy.
 */
export function planTunnel(
  system: SystemSpec,
  routes: readonly BoundRoute[],
  settings: Settings,
): { tunnel: PlannedTunnel; cloudflared: EdgeService } {
  const cloudflared = edgeService(
    system,
    "cloudflared",
    {
      kind: "service",
      image,
      command: ["tunnel", "run"],
      networks: ["cloudflared"],
      variables: { TUNNEL_METRICS: "127.0.0.1:20241" },
      user: edgeUser,
      health: { kind: "command", command: ["cloudflared", "tunnel", "ready"] },
      memory: "128 MiB",
      // It lets open requests end for 30 s.
      stopTimeout: "35 s",
    },
    settings,
  );
  const name = `berth-${settings.stack}`;
  cloudflared.bindings.variables.TUNNEL_TOKEN = `secret:${name}`;
  cloudflared.bindings.secrets.TUNNEL_TOKEN = {
    ...{ origin: "tunnel", label: name, version: 1, length: 0, template: "{secret}" },
  };
  reachTargets(cloudflared, routes, "container");
  return { tunnel: describeTunnel(name, routes, settings), cloudflared };
}

function describeTunnel(
  name: string,
  routes: readonly BoundRoute[],
  settings: Settings,
): PlannedTunnel {
  // The first rule that fits counts: longer paths come before the ones that contain them.
  const ordered = [...routes].sort(
    (a, b) => compare(a.host, b.host) || b.path.length - a.path.length || compare(a.path, b.path),
  );
  const rules = [...new Set(routes.flatMap((route) => route.rule ?? []))].sort();
  return {
    name,
    account: settings.cloudflare.account ?? null,
    team: settings.cloudflare.team ?? null,
    ingress: ordered.map(({ host, path, container, port, rule }) => ({
      host,
      path: path === "/" ? null : `^${path.replaceAll(".", "\\.")}(/.*)?$`,
      origin: `http://${container}:${port}`,
      application: rule === null ? null : host + (path === "/" ? "" : path),
    })),
    records: [...new Set(ordered.map(({ host }) => host))].map((host) => {
      const zone = zoneOf(host, settings);
      return { host, zone, zoneId: entryOf(settings.cloudflare.zones, zone) ?? null };
    }),
    applications: ordered.flatMap(({ host, path, rule }) =>
      rule === null ? [] : [{ host, path, rule }],
    ),
    policies: rules.map((rule) => ({
      rule,
      emails: entryOf(settings.access, rule)?.emails ?? [],
      domains: entryOf(settings.access, rule)?.domains ?? [],
    })),
  };
}

/** The longest zone that a host lies in; a host in none is an issue already. */
function zoneOf(host: string, { zones }: Settings): string {
  return (
    zones.filter((zone) => isInZone(host, zone)).sort((a, b) => b.length - a.length)[0] ?? host
  );
}
