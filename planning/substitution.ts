import type { Settings } from "../config/schema/settings";
import type { Draft } from "./drafts";
import { httpTest } from "./health";
import type { MetNeed } from "./bindings";
import type { LocalImage, MachineFacts, PlannedHealth } from "./types";

/** What runs in place of a service's own image. */
export type Substitution =
  { kind: "none" } | { kind: "stand-in"; reason: string } | { kind: "local"; image: LocalImage };

/** The port inside a stand-in on which it tells about itself. */
export const standInControlPort = 7399;

/** Decides from what the machine says whether something takes a service's place. */
export function chooseSubstitution(
  draft: Draft,
  settings: Settings,
  machine: MachineFacts | undefined,
): Substitution {
  if (machine === undefined) return { kind: "none" };
  const { image, mounts } = draft.spec;
  const needsSource = "build" in image || mounts.some((mount) => "source" in mount);
  if (needsSource && machine.missingSources.includes(draft.source)) {
    return settings.standIns
      ? { kind: "stand-in", reason: `no source at ${settings.sources}/${draft.source}` }
      : { kind: "none" };
  }
  if ("build" in image || machine.localImages === "unused") return { kind: "none" };
  const local = machine.localImages(image.registry);
  if (local) return { kind: "local", image: local };
  return settings.standIns
    ? { kind: "stand-in", reason: `no image registry here for ${image.registry}` }
    : { kind: "none" };
}

/** The container contract of `stand-in/`: what it listens on and what it has to reach. */
export function standInVariable(draft: Draft, reason: string, needs: readonly MetNeed[]): string {
  const health = draft.spec.kind === "service" ? draft.spec.health : undefined;
  return JSON.stringify({
    service: draft.id,
    kind: draft.spec.kind,
    container: draft.container,
    reason,
    endpoints: Object.entries(draft.spec.endpoints).map(([name, endpoint]) => ({
      name,
      port: draft.containerPorts[name],
      protocol: endpoint.protocol === "http" ? "http" : "tcp",
      health: health?.kind === "http" && health.endpoint === name ? health.path : null,
    })),
    needs: needs
      .filter((need) => need.kind !== "secret")
      .map((need) =>
        describeNeed(need, { ...loginOf(need, needs), ...carriedParts(need.templates) }),
      ),
  });
}

function describeNeed(need: MetNeed, variables: Record<string, string>) {
  return {
    name: need.name,
    to: need.target,
    kind: needKind(need),
    reach: need.reach === "none" ? "container" : need.reach,
    host: need.host,
    port: need.port,
    url: need.reach === "container" ? undefined : need.url,
    variables,
  };
}

/** Of several databases of one role, one need alone may carry the login. */
function loginOf(need: MetNeed, needs: readonly MetNeed[]): Record<string, string> {
  if (need.role === undefined) return {};
  const same = needs.filter((other) => other.draft === need.draft && other.role === need.role);
  const parts = same.flatMap((other) => Object.entries(carriedParts(other.templates)));
  return Object.fromEntries(parts.filter(([, part]) => part === "user" || part === "password"));
}

function needKind(need: MetNeed): "postgres" | "redis" | "http" | "tcp" | "job" {
  if (need.kind === "job") return "job";
  return need.protocol;
}

/** Variables that carry one part of the need, or its whole address, so that the stand-in can try what they say. */
function carriedParts(templates: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(templates).flatMap(([variable, template]) => {
      const part = /^\{([a-z]+)\}$/.exec(template)?.[1];
      if (part !== undefined) return part === "protocol" ? [] : [[variable, part]];
      return template.includes("{host}:{port}") ? [[variable, "url"]] : [];
    }),
  );
}

/** A stand-in answers on the declared health path, else on its control port. */
export function standInHealth(draft: Draft, own: PlannedHealth): PlannedHealth {
  const asked =
    own.kind === "http" && own.port !== null && own.path !== null
      ? { port: own.port, path: own.path }
      : { port: standInControlPort, path: "/healthz" };
  return { ...own, test: httpTest("wget", asked.port, asked.path) };
}
