import type { Endpoint, NeedSpec } from "../config/schema/service";
import type { Settings } from "../config/schema/settings";
import { suggest, type Issue } from "../config/issues";
import { compare } from "./compare";
import { catalogPath, type Draft } from "./drafts";
import { groupBy } from "./group";
import { entryOf } from "./lookup";
import type { HostPorts } from "./ports";
import { browserHost, externalUrl } from "./addresses";
import { fillVariables, type Bindings, type MetNeed } from "./bindings";
import { decideWays } from "./exposure/policy";
import type { BoundRoute } from "./exposure/routes";
import { databaseSecretLabel, type DatabaseUse } from "./databases";
import type { SecretVariable } from "./types";

export interface BoundNeeds {
  bindings: Map<string, Bindings>;
  databases: DatabaseUse[];
  issues: Issue[];
}

/** Meets every need of every service: who, at which address, with which variables. */
export function bindNeeds(
  drafts: readonly Draft[],
  ports: HostPorts,
  routes: readonly BoundRoute[],
  settings: Settings,
): BoundNeeds {
  const context: Context = {
    drafts: new Map(drafts.map((draft) => [draft.id, draft])),
    ports,
    routes: groupBy(routes, ({ draft }) => draft),
    settings,
    issues: [],
    databases: [],
  };
  const bindings = new Map<string, Bindings>();
  for (const draft of drafts) {
    const bound: Bindings = { needs: [], variables: {}, secrets: {}, networks: [] };
    for (const name of Object.keys(draft.spec.needs).sort(compare)) {
      const spec = draft.spec.needs[name];
      if (spec) bindNeed(context, draft, name, spec, bound);
    }
    bindings.set(draft.id, bound);
  }
  return { bindings, databases: context.databases, issues: context.issues };
}

interface Context {
  drafts: Map<string, Draft>;
  ports: HostPorts;
  routes: ReadonlyMap<Draft, readonly BoundRoute[]>;
  settings: Settings;
  issues: Issue[];
  databases: DatabaseUse[];
}

function bindNeed(
  context: Context,
  draft: Draft,
  name: string,
  spec: NeedSpec,
  bound: Bindings,
): void {
  const path = `${catalogPath(draft)}.needs.${name}`;
  if ("endpoint" in spec) bindEndpoint(context, draft, name, spec, bound, path);
  else if ("database" in spec) bindDatabase(context, draft, name, spec, bound, path);
  else if ("secret" in spec) bindSecret(context, draft, name, spec, bound, path);
  else if ("configSecret" in spec) bindConfigSecret(context, draft, name, spec, bound, path);
  else if ("external" in spec) bindExternal(context, draft, name, spec, bound, path);
  else {
    const target = find(
      context,
      draft,
      spec.job,
      path,
      (candidate) => candidate.spec.kind === "job",
    );
    if (target) {
      bound.needs.push({ ...nothing(name), kind: "job", target: target.id, draft: target });
    }
  }
}

const nothing = (name: string) =>
  ({ name, reach: "none", host: "", port: 0, protocol: "tcp", url: "", templates: {} }) as const;

function bindEndpoint(
  context: Context,
  draft: Draft,
  name: string,
  spec: Extract<NeedSpec, { endpoint: string }>,
  bound: Bindings,
  path: string,
): void {
  const [reference, wanted] = spec.endpoint.split("#") as [string, string | undefined];
  const target = find(
    context,
    draft,
    reference,
    path,
    (candidate) => candidate.spec.kind === "service",
  );
  if (!target) return;
  const endpoints = Object.keys(target.spec.endpoints);
  const endpoint = wanted ?? endpoints[0];
  const found = endpoint === undefined ? undefined : entryOf(target.spec.endpoints, endpoint);
  if (endpoint === undefined || found === undefined) {
    context.issues.push({
      path,
      message: `${target.id} has no endpoint${wanted === undefined ? "" : ` '${wanted}'`}`,
      remedy:
        wanted === undefined ? `declare one in ${catalogPath(target)}` : suggest(wanted, endpoints),
    });
    return;
  }
  let address: Address;
  if (spec.reach === "browser") {
    const visible = browserAddress(context, target, endpoint, found.protocol);
    if (visible === undefined) {
      const closed = Object.hasOwn(target.documentedPorts, endpoint);
      const { setting } = decideWays(target, found.role, context.settings);
      context.issues.push({
        path,
        message: `a browser can't reach ${target.id}#${endpoint}: ${closed ? `${setting} gives it no way` : `it is not published in ${draft.environment}`}`,
        remedy: closed
          ? "choose hostPort there, or reach it from the container"
          : `publish it in ${catalogPath(target)} or reach it from the container`,
      });
      return;
    }
    address = visible;
  } else {
    const host = join(draft, target, bound);
    address = addressOf(host, target.containerPorts[endpoint] ?? 0, found.protocol);
  }
  const { host, port, protocol, url } = address;
  const need: MetNeed = {
    name,
    kind: "endpoint",
    target: target.id,
    reach: spec.reach,
    host,
    port,
    protocol: found.protocol,
    url,
    draft: target,
    templates: spec.variables,
  };
  bound.needs.push(need);
  const parts = { host, port: String(port), url, protocol };
  fillVariables(context.issues, draft, need, parts, undefined, bound, path);
}

interface Address {
  host: string;
  port: number;
  protocol: string;
  url: string;
}

function addressOf(host: string, port: number, protocol: Endpoint["protocol"]): Address {
  const scheme = protocol === "tcp" ? "" : `${protocol}://`;
  return { host, port, protocol, url: `${scheme}${host}:${port}` };
}

/** Where a browser finds an endpoint: at its first public address, else on its host port. */
function browserAddress(
  context: Context,
  target: Draft,
  endpoint: string,
  protocol: Endpoint["protocol"],
): Address | undefined {
  const route = context.routes.get(target)?.find((one) => one.endpoint === endpoint);
  if (route) {
    const port = route.via === "traefik" ? context.settings.traefik.httpsPort : 443;
    return { host: route.host, port, protocol: "https", url: route.url };
  }
  const port = entryOf(context.ports.get(target.id) ?? {}, endpoint);
  return port === undefined ? undefined : addressOf(browserHost(context.settings), port, protocol);
}

function bindDatabase(
  context: Context,
  draft: Draft,
  name: string,
  spec: Extract<NeedSpec, { database: string }>,
  bound: Bindings,
  path: string,
): void {
  const [reference, database] = spec.database.split("#") as [string, string];
  const target = find(context, draft, reference, path, isPostgres);
  if (!target || target.spec.kind !== "service" || !target.spec.postgres) return;
  const role = spec.role ?? database;
  const host = join(draft, target, bound);
  const port = target.containerPorts[target.spec.postgres.endpoint] ?? 5432;
  const use: DatabaseUse = { server: target, database, role, consumer: draft };
  context.databases.push(use);
  const label = databaseSecretLabel(target, role);
  const need: MetNeed = {
    name,
    kind: "database",
    target: `${target.id}#${database}`,
    reach: "container",
    host,
    port,
    protocol: "postgres",
    url: `postgresql://${role}@${host}:${port}/${database}`,
    draft: target,
    role,
    templates: spec.variables,
  };
  bound.needs.push(need);
  const parts = {
    host,
    port: String(port),
    user: role,
    database,
    password: "{secret}",
    url: `postgresql://${role}:{secret}@${host}:${port}/${database}`,
  };
  const version = context.settings.secretVersions[label] ?? 1;
  const secret = { origin: "derived", label, version, length: 32 } as const;
  fillVariables(context.issues, draft, need, parts, secret, bound, path);
}

function bindSecret(
  context: Context,
  draft: Draft,
  name: string,
  spec: Extract<NeedSpec, { secret: string }>,
  bound: Bindings,
  path: string,
): void {
  const label = `${draft.system.name}/${spec.secret}`;
  const server = context.drafts.get(label.split("/").slice(0, 2).join("/"));
  if (server && isPostgres(server) && label.startsWith(databaseSecretLabel(server, ""))) {
    context.issues.push({
      path: `${path}.secret`,
      message: `'${spec.secret}' is the password of a role of ${server.id}`,
      remedy: "need the database, or choose another label",
    });
  }
  const version = context.settings.secretVersions[label] ?? 1;
  const secret = { origin: "derived", label, version, length: spec.length } as const;
  giveSecret(context, draft, name, spec.variables, secret, bound, path);
}

function bindConfigSecret(
  context: Context,
  draft: Draft,
  name: string,
  spec: Extract<NeedSpec, { configSecret: string }>,
  bound: Bindings,
  path: string,
): void {
  const { name: system, secrets } = draft.system;
  const declared = entryOf(secrets, spec.configSecret);
  if (declared === undefined) {
    context.issues.push({
      path: `${path}.configSecret`,
      message: `${system} declares no secret '${spec.configSecret}'`,
      remedy: suggest(spec.configSecret, Object.keys(secrets)),
    });
    return;
  }
  const label = `${system}:${spec.configSecret}`;
  const secret = {
    origin: "config",
    ...{ label, version: 1, length: 0, about: declared.about },
    ...(declared.optional && { optional: true }),
  } as const;
  giveSecret(context, draft, name, spec.variables, secret, bound, path);
}

function giveSecret(
  context: Context,
  draft: Draft,
  name: string,
  templates: Record<string, string>,
  secret: Omit<SecretVariable, "template">,
  bound: Bindings,
  path: string,
): void {
  const need: MetNeed = { ...nothing(name), kind: "secret", target: secret.label, templates };
  bound.needs.push(need);
  fillVariables(context.issues, draft, need, { value: "{secret}" }, secret, bound, path);
}

function bindExternal(
  context: Context,
  draft: Draft,
  name: string,
  spec: Extract<NeedSpec, { external: string }>,
  bound: Bindings,
  path: string,
): void {
  const there = Object.entries(draft.system.externals).flatMap(([external, { environments }]) =>
    environments.includes(draft.environment) ? [external] : [],
  );
  if (!there.includes(spec.external)) {
    context.issues.push({
      path,
      message: `${draft.system.name} declares no external '${spec.external}' in ${draft.environment}`,
      remedy: suggest(spec.external, there),
    });
    return;
  }
  const url = externalUrl(draft.system, spec.external, context.settings) ?? "";
  const need: MetNeed = {
    ...nothing(name),
    kind: "external",
    target: spec.external,
    reach: "external",
    url,
    protocol: "http",
    templates: spec.variables,
  };
  bound.needs.push(need);
  fillVariables(context.issues, draft, need, { url }, undefined, bound, path);
}

/**
 * Makes sure that the two share a network and returns the name to use: the short one on the
 * target's home network, else the container's.
 */
function join(draft: Draft, target: Draft, bound: Bindings): string {
  const own = [...draft.networks, ...bound.networks];
  const home = target.networks[0];
  if (!target.networks.some((network) => own.includes(network)) && home !== undefined) {
    bound.networks.push(home);
    own.push(home);
  }
  return home !== undefined && own.includes(home) && draft.system.name === target.system.name
    ? (target.aliases[0] ?? target.container)
    : target.container;
}

const isPostgres = (candidate: Draft) =>
  candidate.spec.kind === "service" && candidate.spec.postgres !== undefined;

/** The service that a reference means: of the same system unless it names another. */
function find(
  context: Context,
  draft: Draft,
  reference: string,
  path: string,
  fits: (candidate: Draft) => boolean,
): Draft | undefined {
  const id = reference.includes("/") ? reference : `${draft.system.name}/${reference}`;
  const target = context.drafts.get(id);
  if (target && fits(target)) return target;
  const candidates = [...context.drafts.values()].filter((other) => fits(other) && other !== draft);
  const names = candidates.map((other) => (other.system === draft.system ? other.name : other.id));
  context.issues.push({
    path,
    message: `nothing in stack ${context.settings.stack} meets '${reference}'${target ? `: ${target.id} is of another kind` : ""}`,
    remedy: suggest(reference, names),
  });
  return undefined;
}
