import type { Settings } from "../../config/schema/settings";
import type { SystemSpec } from "../../config/schema/system";
import type { Issue } from "../../config/issues";
import type { Draft } from "../drafts";
import type { PlannedTunnel } from "../types";
import { planTunnel } from "./cloudflare-tunnel";
import { edgeSystem, type EdgeService } from "./edge";
import type { BoundRoute } from "./routes";
import { planTraefik } from "./traefik";

/** Berth's own services for a stack's routes; none where it has none. */
export interface Edge {
  systems: SystemSpec[];
  services: EdgeService[];
  tunnel: PlannedTunnel | null;
  issues: Issue[];
}

/** What has to run so that a stack's routes lead where they say. */
export function planEdge(
  routes: readonly BoundRoute[],
  drafts: readonly Draft[],
  settings: Settings,
): Edge {
  const system = edgeSystem();
  const edge: Edge = { systems: [system], services: [], tunnel: null, issues: [] };
  const byTraefik = routes.filter(({ via }) => via === "traefik");
  const byTunnel = routes.filter(({ via }) => via === "cloudflareTunnel");
  if (byTraefik.length > 0)
    edge.services.push(...planTraefik(system, byTraefik, drafts, settings, edge.issues));
  if (byTunnel.length > 0) {
    const { tunnel, cloudflared } = planTunnel(system, byTunnel, settings);
    edge.tunnel = tunnel;
    edge.services.push(cloudflared);
  }
  return edge;
}
