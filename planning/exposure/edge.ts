import { serviceSchema, type ServiceText } from "../../config/schema/service";
import { systemSchema, type SystemSpec } from "../../config/schema/system";
import type { Settings } from "../../config/schema/settings";
import type { Bindings, MetNeed } from "../bindings";
import { draftService, type Draft } from "../drafts";
import type { BoundRoute } from "./routes";

/** Name of the system that Berth's own proxies belong to. No file of the catalogue has it. */
export const edgeName = "edge";

/** A service of Berth's own, with what it is bound to. */
export interface EdgeService {
  draft: Draft;
  bindings: Bindings;
}

/** Berth's own system: what leads in from the internet. */
export function edgeSystem(): SystemSpec {
  const spec = systemSchema.parse({
    name: edgeName,
    title: "Edge",
    about: "Traefik and Cloudflare Tunnel: the ways in from the internet.",
    networks: {
      traefik: { name: "traefik-{environment}" },
      cloudflared: { name: "cloudflared-{environment}" },
    },
    volumes: {
      routes: { name: "traefik-routes-{environment}" },
      acme: { name: "traefik-acme-{environment}" },
    },
    projects: { [edgeName]: { ports: { block: 9, slice: 4 } } },
    services: {},
  });
  return { ...spec, services: {}, absentServices: {} };
}

/** A service or job of the edge, written as a catalogue file would write it. */
export function edgeService(
  system: SystemSpec,
  name: string,
  entry: ServiceText,
  settings: Settings,
): EdgeService {
  const spec = serviceSchema.parse({ container: `${name}-{environment}`, ...entry });
  return {
    draft: draftService(system, name, spec, settings, []),
    bindings: { needs: [], variables: {}, secrets: {}, networks: [] },
  };
}

/** Lets a proxy into the networks of what it leads to, and says so in its needs. */
export function reachTargets(
  { draft, bindings }: EdgeService,
  routes: readonly BoundRoute[],
  reach: MetNeed["reach"],
): void {
  for (const route of routes) {
    const { draft: target } = route;
    const home = target.networks[0];
    const own = [...draft.networks, ...bindings.networks];
    if (home !== undefined && !target.networks.some((network) => own.includes(network)))
      bindings.networks.push(home);
    addNeed(bindings, route, reach);
  }
}

/** One need per service, whatever the number of routes to it. */
export function addNeed(bindings: Bindings, route: BoundRoute, reach: MetNeed["reach"]): void {
  if (bindings.needs.some((need) => need.draft === route.draft)) return;
  bindings.needs.push({
    name: `${route.system}-${route.service}`,
    kind: "endpoint",
    target: route.draft.id,
    reach,
    host: route.container,
    port: route.port,
    protocol: "http",
    url: `http://${route.container}:${route.port}`,
    draft: route.draft,
    templates: {},
  });
}

/** A job that must have ended well first. */
export function afterJob({ bindings }: EdgeService, { draft }: EdgeService): void {
  bindings.needs.push({
    ...{ name: draft.name, kind: "job", target: draft.id, reach: "none" },
    ...{ host: "", port: 0, protocol: "tcp", url: "", draft, templates: {} },
  });
}
