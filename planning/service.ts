import { roles, toBytes, toSeconds, type Role } from "../config/schema/common";
import type { ImagesLock } from "../config/schema/images-lock";
import type { Settings } from "../config/schema/settings";
import { suggest, type Issue } from "../config/issues";
import { compare } from "./compare";
import { catalogPath, type Draft } from "./drafts";
import { checkHardening, plannedExceptions, planLimits } from "./hardening";
import { planHealth } from "./health";
import { entryOf } from "./lookup";
import { browserHost } from "./addresses";
import type { Bindings } from "./bindings";
import { digestOf, pinned } from "./images";
import { planPostgres } from "./postgres-data";
import { volumeName } from "./volumes";
import {
  chooseSubstitution,
  standInHealth,
  standInVariable,
  type Substitution,
} from "./substitution";
import type {
  LocalImage,
  MachineFacts,
  PlannedBuild,
  PlannedHealth,
  PlannedMount,
  PlannedPort,
  PlannedRoute,
  PlannedService,
} from "./types";

interface ServiceInput {
  draft: Draft;
  bindings: Bindings;
  hostPorts: Record<string, number>;
  /** Public addresses of its endpoints. */
  routes: readonly PlannedRoute[];
  startsAfter: string[];
  targets: string[];
  settings: Settings;
  machine: MachineFacts | undefined;
  imagesLock: ImagesLock | undefined;
  issues: Issue[];
}

/** A stand-in's image runs as this user, with nothing of its own to write. */
const standInUser = "1000:1000";

/** One service of the plan, from its draft, its needs and its host ports. */
export function planService({
  draft,
  bindings,
  hostPorts,
  routes,
  startsAfter,
  targets,
  settings,
  machine,
  imagesLock,
  issues,
}: ServiceInput): PlannedService {
  const { spec, environment } = draft;
  const substitution = chooseSubstitution(draft, settings, machine);
  const standIn = substitution.kind === "stand-in";
  const local: LocalImage | undefined =
    substitution.kind === "local" ? substitution.image : undefined;
  const networks = [...draft.networks, ...bindings.networks];
  const home = draft.networks[0];
  const user = standIn ? standInUser : (spec.user ?? null);
  const exceptions = standIn ? [] : plannedExceptions(draft);
  checkHardening(draft, bindings, issues);
  checkOnce(draft, issues);
  const server = spec.kind === "service" ? spec.postgres : undefined;
  if (environment === "prod" && server && hostPorts[server.endpoint] !== undefined) {
    issues.push({
      path: `${catalogPath(draft)}.endpoints.${server.endpoint}.published`,
      message: `a database would be on host port ${hostPorts[server.endpoint]} in prod`,
      remedy: "do not publish it in prod; reach it from a container of its network",
    });
  }
  if (spec.replicas > 1 && Object.keys(hostPorts).length > 0) {
    issues.push({
      path: `${catalogPath(draft)}.replicas`,
      message: `${spec.replicas} replicas can't share host port ${Object.values(hostPorts)[0]}`,
      remedy: "run one, or do not publish it",
    });
  }
  if (spec.replicas > 1 && spec.kind === "service" && spec.postgres !== undefined) {
    issues.push({
      path: `${catalogPath(draft)}.replicas`,
      message: `${spec.replicas} Postgres servers can't share one data folder`,
      remedy: "run one",
    });
  }
  const secrets = standIn ? withoutGiven(bindings.secrets) : bindings.secrets;
  const given = Object.keys(bindings.secrets).filter((name) => !Object.hasOwn(secrets, name));
  const variables: Record<string, string> = { ...draft.variables, ...bindings.variables };
  for (const name of given) delete variables[name];
  if (substitution.kind === "stand-in") {
    variables.BERTH_STAND_IN = standInVariable(draft, substitution.reason, bindings.needs);
  }
  const mounts = planMounts(draft, standIn, settings, issues);
  return {
    system: draft.system.name,
    project: draft.project,
    service: draft.name,
    container: draft.container,
    kind: spec.kind,
    role: mostExposed(Object.values(spec.endpoints).map((endpoint) => endpoint.role)),
    image: imageName(draft),
    digest: standIn || local ? null : digestOf(imageName(draft), imagesLock),
    build: standIn ? null : planBuild(draft, machine, imagesLock),
    substitutedBy: standIn ? "stand-in" : (local?.reference ?? null),
    networks,
    aliases: home === undefined || draft.aliases.length === 0 ? {} : { [home]: draft.aliases },
    ports: planPorts(draft, hostPorts, settings),
    endpoints: Object.entries(spec.endpoints).map(([name, { protocol, role }]) => ({
      name,
      port: draft.containerPorts[name] ?? 0,
      protocol,
      role,
    })),
    needs: bindings.needs.flatMap((need) => (need.draft ? [need.target] : [])).sort(compare),
    startsAfter,
    targets,
    variables: sortKeys(variables),
    secrets: sortKeys(secrets),
    appliesSecrets: bindings.appliesSecrets ?? [],
    environmentFiles: standIn
      ? []
      : spec.environmentFiles.map((file) => `<sources>/${draft.source}/${file}`),
    mounts,
    files: standIn ? {} : sortKeys(spec.files),
    entrypoint: standIn ? null : (local?.entrypoint ?? spec.entrypoint ?? null),
    command: standIn ? null : (local?.command ?? spec.command ?? null),
    workingDirectory: standIn ? null : (spec.workingDirectory ?? null),
    security: {
      user,
      readOnlyRoot:
        standIn ||
        (environment === "prod" && !exceptions.some(({ allow }) => allow === "writable-root")),
      addedCapabilities: standIn
        ? []
        : exceptions
            .flatMap(({ allow, value }) =>
              allow === "capability" && value !== undefined ? [value] : [],
            )
            .sort(compare),
      noNewPrivileges: !exceptions.some(({ allow }) => allow === "new-privileges"),
    },
    health: health(draft, substitution, issues),
    memoryBytes: toBytes(spec.memory),
    ...planLimits(draft, user, settings),
    gpu: spec.gpu && substitution.kind === "none",
    stopSeconds: toSeconds(spec.stopTimeout),
    timeoutSeconds: spec.kind === "job" ? toSeconds(spec.timeout) : null,
    replicas: spec.replicas,
    postgres: standIn ? null : planPostgres(draft, mounts, local, issues),
    url: serviceUrl(draft, hostPorts, routes, settings),
    exceptions,
  };
}

/** A stand-in calls nobody's API: it needs no key, and gets none. */
function withoutGiven(secrets: Bindings["secrets"]): Bindings["secrets"] {
  return Object.fromEntries(
    Object.entries(secrets).filter(([, { origin }]) => origin !== "config"),
  );
}

function imageName(draft: Draft): string {
  const { image } = draft.spec;
  if ("registry" in image) return image.registry;
  const stem = draft.name.startsWith(draft.project) ? draft.name : `${draft.project}-${draft.name}`;
  return `berth/${stem}-${draft.environment}`;
}

function planBuild(
  draft: Draft,
  machine: MachineFacts | undefined,
  imagesLock: ImagesLock | undefined,
): PlannedBuild | null {
  const { image } = draft.spec;
  if (!("build" in image)) return null;
  const { folder, dockerfile, target, args, bases } = image.build;
  const localImages = machine?.localImages ?? "unused";
  const chosenBases = Object.entries(bases).map(([name, base]) => [
    name,
    (localImages === "unused" ? undefined : localImages(base)?.reference) ??
      pinned(base, imagesLock),
  ]);
  return {
    context: folder === "." ? draft.source : `${draft.source}/${folder}`,
    dockerfile,
    target: target ?? null,
    args: { ...args, ...(Object.fromEntries(chosenBases) as Record<string, string>) },
    bases: Object.keys(bases),
  };
}

function planMounts(
  draft: Draft,
  standIn: boolean,
  settings: Settings,
  issues: Issue[],
): PlannedMount[] {
  const { spec, system } = draft;
  const mounts = spec.mounts.flatMap((mount): PlannedMount[] => {
    if ("volume" in mount) {
      const volume = entryOf(system.volumes, mount.volume);
      if (volume === undefined) {
        issues.push({
          path: `${catalogPath(draft)}.mounts`,
          message: `${system.name} declares no volume '${mount.volume}'`,
          remedy: suggest(mount.volume, Object.keys(system.volumes)),
        });
        return [];
      }
      const source = volumeName(system, mount.volume, volume, settings);
      return [{ type: "volume", source, target: mount.target, readOnly: mount.readOnly }];
    }
    if (standIn) return [];
    if ("cache" in mount) {
      const source = `${draft.caches}-${mount.cache}`;
      return [{ type: "volume", source, target: mount.target, readOnly: false }];
    }
    if ("source" in mount) {
      const folder = mount.source === "." ? "" : `/${mount.source}`;
      const source = `<sources>/${draft.source}${folder}`;
      return [{ type: "bind", source, target: mount.target, readOnly: mount.readOnly }];
    }
    return [{ type: "bind", source: mount.host, target: mount.target, readOnly: mount.readOnly }];
  });
  const memory = standIn ? [] : spec.tmpfs;
  return [
    ...mounts,
    ...memory.map((target): PlannedMount => ({
      type: "tmpfs",
      source: "",
      target,
      readOnly: false,
    })),
  ].sort((a, b) => compare(a.target, b.target));
}

/** What Docker takes only once: a network, and a path that something is mounted on. */
function checkOnce(draft: Draft, issues: Issue[]): void {
  const { mounts, tmpfs } = draft.spec;
  const targets = [...mounts.map(({ target }) => target), ...tmpfs].map(
    (target) => target.replace(/\/+$/, "") || "/",
  );
  for (const network of repeated(draft.networks)) {
    issues.push({
      path: `${catalogPath(draft)}.networks`,
      message: `names network ${network} twice`,
      remedy: "name it once",
    });
  }
  for (const target of repeated(targets)) {
    issues.push({
      path: `${catalogPath(draft)}.mounts`,
      message: `mounts two things on ${target}`,
      remedy: "give one of them another path",
    });
  }
}

function repeated(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

function health(draft: Draft, substitution: Substitution, issues: Issue[]): PlannedHealth | null {
  if (draft.spec.kind === "job") return null;
  const { health: spec } = draft.spec;
  if (spec.kind !== "command" && entryOf(draft.spec.endpoints, spec.endpoint) === undefined) {
    issues.push({
      path: `${catalogPath(draft)}.health.endpoint`,
      message: `the service has no endpoint '${spec.endpoint}'`,
      remedy: suggest(spec.endpoint, Object.keys(draft.spec.endpoints)),
    });
  }
  const own = planHealth(draft.spec.health, draft.containerPorts, substitution.kind === "local");
  return substitution.kind === "stand-in" ? standInHealth(draft, own) : own;
}

function mostExposed(found: readonly Role[]): Role {
  return roles.find((role) => found.includes(role)) ?? "internal";
}

/** Host ports: those of the scheme on the stack's address, and fixed ones on their own. */
function planPorts(
  draft: Draft,
  hostPorts: Record<string, number>,
  settings: Settings,
): PlannedPort[] {
  const chosen = Object.entries(hostPorts).map(
    ([endpoint, port]) => [endpoint, { ip: settings.bindAddress, port }] as const,
  );
  return [...chosen, ...Object.entries(draft.fixedPorts)]
    .map(([endpoint, { ip, port }]) => ({
      ip,
      host: port,
      container: draft.containerPorts[endpoint] ?? 0,
    }))
    .sort((a, b) => a.host - b.host);
}

/** Where a browser finds the service: its most exposed http endpoint, by its public address first. */
function serviceUrl(
  draft: Draft,
  hostPorts: Record<string, number>,
  routes: readonly PlannedRoute[],
  settings: Settings,
): string | null {
  for (const role of roles) {
    for (const [name, endpoint] of Object.entries(draft.spec.endpoints)) {
      if (endpoint.role !== role || endpoint.protocol !== "http") continue;
      const route = routes.find((one) => one.endpoint === name);
      if (route) return route.url;
      const fixed = entryOf(draft.fixedPorts, name);
      const port = entryOf(hostPorts, name) ?? fixed?.port;
      const bindAddress = fixed?.ip ?? settings.bindAddress;
      if (port !== undefined) return `http://${browserHost({ bindAddress })}:${port}`;
    }
  }
  return null;
}

function sortKeys<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => compare(a, b)));
}
