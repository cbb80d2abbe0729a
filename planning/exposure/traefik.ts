import { createHash } from "node:crypto";
import { toSeconds } from "../../config/schema/common";
import type { ServiceText } from "../../config/schema/service";
import type { TraefikSettings } from "../../config/schema/exposure";
import type { SystemSpec } from "../../config/schema/system";
import type { Settings } from "../../config/schema/settings";
import { suggest, type Issue } from "../../config/issues";
import { cloudflareTokenKey } from "../../config/secret-keys";
import { compare } from "../compare";
import type { Draft } from "../drafts";
import { entryOf } from "../lookup";
import { thousands } from "../ports";
import type { SecretVariable } from "../types";
import {
  acmeFolder,
  edgeFile,
  edgeUser,
  ownershipScript,
  routesFolder,
  routesScript,
} from "./route-scripts";
import { addNeed, afterJob, edgeName, edgeService, reachTargets, type EdgeService } from "./edge";
import type { BoundRoute } from "./routes";
import { baseFile, routesFile, userVariable, type ForwardAddresses } from "./traefik-routes";

/** An exact version: the newest of which the offline engine can build the sources. */
const image = { registry: "traefik:v3.6.12" };

/** Who may see Traefik's own dashboard, on loopback. */
const dashboardUser = "traefik";
/** Place of Traefik's dashboard in the port blocks: 3980 and 4980. */
const dashboardPort = 980;

const ports = { web: 8000, websecure: 8443, dashboard: 8080, ping: 8082 };
const staging = "https://acme-staging-v02.api.letsencrypt.org/directory";
const passwordLength = 32;

/**
 * Traefik and the jobs that write its routes. A job per system writes that system's file once its
 * services are healthy, so a changed route restarts neither them nor Traefik, and a system that does
 * not come up keeps no other from the internet.
 */
export function planTraefik(
  system: SystemSpec,
  routes: readonly BoundRoute[],
  drafts: readonly Draft[],
  settings: Settings,
  issues: Issue[],
): EdgeService[] {
  const prod = settings.environment === "prod";
  const volumes = [
    { volume: "routes", target: routesFolder },
    { volume: "acme", target: acmeFolder },
  ];
  const ownership = edgeService(
    system,
    "traefik-volumes",
    {
      ...jobEntry(ownershipScript, volumes),
      user: "0:0",
      exceptions: [
        {
          allow: "root-user",
          reason: "it gives Traefik's new volumes to Traefik's user, and ends",
        },
        { allow: "capability", value: "CHOWN", reason: "to give a folder to another user" },
      ],
    },
    settings,
  );

  const traefik = edgeService(system, "traefik", traefikEntry(settings, prod), settings);
  traefik.draft.fixedPorts = fixedPorts(settings);
  if (settings.traefik.acme.challenge === "cloudflareDns") {
    const label = cloudflareTokenKey;
    traefik.bindings.variables.CF_DNS_API_TOKEN = `secret:${label}`;
    const token = { origin: "config", label, version: 1, length: 0, template: "{secret}" } as const;
    traefik.bindings.secrets.CF_DNS_API_TOKEN = token;
  }
  reachTargets(traefik, routes, "browser");
  const forward = forwardTargets(routes, drafts, settings, traefik, issues);

  const systems = [...new Set(routes.map((route) => route.system))].sort(compare);
  const fileOf = (name: string) =>
    guardedFile(
      name,
      routes.filter((route) => route.system === name),
      settings,
    );
  const content = baseFile(userVariable(edgeName, dashboardUser));
  const base = routesJob(system, "traefik-routes", edgeFile, content, settings);
  base.draft.variables.FILES = [edgeFile, ...systems.map(fileOf)].join(" ");
  const certificate = settings.traefik.acme.directoryCertificate;
  if (certificate !== undefined) {
    base.draft.variables.CERTIFICATE = certificate.trim();
    base.draft.variables.CERTIFICATE_FILE = certificateFile(certificate);
  }
  addUser(base, edgeName, dashboardUser, settings);
  afterJob(base, ownership);
  afterJob(traefik, base);

  const files = systems.map((name) => {
    const own = routes.filter((route) => route.system === name);
    const job = routesJob(
      system,
      `traefik-routes-${name}`,
      fileOf(name),
      routesFile(own, settings, forward),
      settings,
    );
    for (const rule of new Set(own.flatMap((route) => route.rule ?? []))) {
      for (const user of entryOf(settings.access, rule)?.basicAuth ?? [])
        addUser(job, rule, user, settings);
    }
    afterJob(job, base);
    for (const route of own) addNeed(job.bindings, route, "container");
    return job;
  });
  return [ownership, base, traefik, ...files];
}

function traefikEntry(settings: Settings, prod: boolean): ServiceText {
  return {
    kind: "service",
    ...(prod && { container: "traefik" }),
    image,
    command: staticFlags(settings.traefik),
    endpoints: {
      http: { port: ports.web, protocol: "tcp", role: "public" },
      https: { port: ports.websecure, protocol: "tcp", role: "public" },
      dashboard: { port: ports.dashboard, role: "dashboard" },
    },
    networks: ["traefik"],
    mounts: [
      { volume: "routes", target: routesFolder, readOnly: true },
      { volume: "acme", target: acmeFolder },
    ],
    user: edgeUser,
    tmpfs: ["/tmp"],
    health: {
      kind: "command",
      command: ["traefik", "healthcheck", ...pingFlags],
      startPeriod: "30 s",
    },
    memory: "256 MiB",
    // Longer than the time that Traefik gives to open requests.
    stopTimeout: "20 s",
  };
}

const pingFlags = [
  "--ping=true",
  "--ping.entrypoint=ping",
  `--entrypoints.ping.address=127.0.0.1:${ports.ping}`,
];

/** Traefik's static configuration; what it says about routes is in files that it watches. */
function staticFlags({ httpsPort, acme, trustedProxies, readTimeout }: TraefikSettings): string[] {
  const resolver = "--certificatesresolvers.acme.acme";
  const directory = acme.directory ?? (acme.staging ? staging : undefined);
  return [
    "--global.checknewversion=false",
    "--global.sendanonymoususage=false",
    "--log.level=INFO",
    "--log.nocolor=true",
    "--api.dashboard=true",
    ...pingFlags,
    `--entrypoints.dashboard.address=:${ports.dashboard}`,
    `--entrypoints.web.address=:${ports.web}`,
    `--entrypoints.web.http.redirections.entrypoint.to=:${httpsPort}`,
    "--entrypoints.web.http.redirections.entrypoint.scheme=https",
    `--entrypoints.websecure.address=:${ports.websecure}`,
    `--entrypoints.websecure.transport.respondingtimeouts.readtimeout=${toSeconds(readTimeout)}s`,
    ...(trustedProxies.length > 0
      ? [`--entrypoints.websecure.forwardedheaders.trustedips=${trustedProxies.join(",")}`]
      : []),
    `--providers.file.directory=${routesFolder}`,
    "--providers.file.watch=true",
    `${resolver}.storage=${acmeFolder}/${storageFile(directory)}`,
    ...(acme.email === undefined ? [] : [`${resolver}.email=${acme.email}`]),
    ...(directory === undefined ? [] : [`${resolver}.caserver=${directory}`]),
    ...(acme.directoryCertificate === undefined
      ? []
      : [
          `${resolver}.cacertificates=${routesFolder}/${certificateFile(acme.directoryCertificate)}`,
        ]),
    acme.challenge === "http"
      ? `${resolver}.httpchallenge.entrypoint=web`
      : `${resolver}.dnschallenge.provider=cloudflare`,
  ];
}

/** One per authority: what staging has issued must not be served when it counts. */
function storageFile(directory: string | undefined): string {
  return directory === undefined ? "acme.json" : `acme-${digest(directory)}.json`;
}

/** Traefik reads it when it starts: another certificate has another name, and so another Traefik. */
function certificateFile(certificate: string): string {
  return `acme-directory-${digest(certificate.trim())}.pem`;
}

/**
 * Name of a system's file, which changes with who may pass its guarded routes: the old file is gone
 * before anything waits for the system's services to be healthy.
 */
function guardedFile(name: string, routes: readonly BoundRoute[], settings: Settings): string {
  const guards = routes.flatMap(({ host, path, rule }) => {
    if (rule === null) return [];
    const definition = entryOf(settings.access, rule);
    const versions = (definition?.basicAuth ?? []).map(
      (user) => settings.secretVersions[passwordLabel(rule, user)] ?? 1,
    );
    return [[host, path, rule, definition, versions]];
  });
  return guards.length === 0 ? name : `${name}.${digest(JSON.stringify(guards))}`;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/** The two that face the internet, and the dashboard, which never does. */
function fixedPorts({ environment, bindAddress, traefik }: Settings): Draft["fixedPorts"] {
  const loopback = bindAddress.startsWith("127.") ? bindAddress : "127.0.0.1";
  return {
    http: { ip: traefik.bind, port: traefik.httpPort },
    https: { ip: traefik.bind, port: traefik.httpsPort },
    dashboard: { ip: loopback, port: thousands[environment] + dashboardPort },
  };
}

function jobEntry(
  script: string,
  mounts: ServiceText["mounts"],
): Extract<ServiceText, { kind: "job" }> {
  return {
    kind: "job",
    image,
    entrypoint: ["sh", "-ec"],
    command: [script],
    networks: ["traefik"],
    ...(mounts && { mounts }),
    user: edgeUser,
    memory: "32 MiB",
    timeout: "1 min",
  };
}

/** A job that writes one file of routes. */
function routesJob(
  system: SystemSpec,
  name: string,
  file: string,
  content: string,
  settings: Settings,
): EdgeService {
  const entry = jobEntry(routesScript, [{ volume: "routes", target: routesFolder }]);
  const job = edgeService(system, name, entry, settings);
  job.draft.variables = { NAME: file, FILE: content };
  return job;
}

/** Gives a job a user's line of a password file. */
function addUser({ bindings }: EdgeService, rule: string, user: string, settings: Settings): void {
  const label = passwordLabel(rule, user);
  const variable = userVariable(rule, user);
  bindings.variables[variable] = `secret:${label}`;
  bindings.secrets[variable] = {
    ...{ origin: "derived", label, version: settings.secretVersions[label] ?? 1 },
    ...{ length: passwordLength, template: `${user}:{SHA}{sha1}` },
  } satisfies SecretVariable;
}

/** What the labels of access rules' passwords start with; "rule/user" follows. */
export const accessLabels = `${edgeName}/access/`;

/** Label of the password with which a user passes an access rule. */
export function passwordLabel(rule: string, user: string): string {
  return `${accessLabels}${rule}/${user}`;
}

function firstHttp(target: Draft | undefined): string | undefined {
  return Object.entries(target?.spec.endpoints ?? {}).find(
    ([, { protocol }]) => protocol === "http",
  )?.[0];
}

/** Addresses that forward authentication asks; Traefik joins their networks. */
function forwardTargets(
  routes: readonly BoundRoute[],
  drafts: readonly Draft[],
  settings: Settings,
  traefik: EdgeService,
  issues: Issue[],
): ForwardAddresses {
  const addresses = new Map<string, string>();
  for (const rule of new Set(routes.flatMap((route) => route.rule ?? []))) {
    const forward = entryOf(settings.access, rule)?.forwardAuth;
    if (forward === undefined) continue;
    const [reference = "", wanted] = forward.endpoint.split("#");
    const target = drafts.find((draft) => draft.id === reference);
    const endpoint = wanted ?? firstHttp(target) ?? "";
    const port = target && entryOf(target.containerPorts, endpoint);
    const speaks = target?.spec.endpoints[endpoint]?.protocol;
    if (target === undefined || port === undefined || speaks !== "http") {
      issues.push({
        path: `Pulumi.${settings.stack}.yaml.access.${rule}.forwardAuth.endpoint`,
        message: `there is no http endpoint '${forward.endpoint}' in this stack`,
        remedy: suggest(
          forward.endpoint,
          target
            ? Object.keys(target.spec.endpoints).map((name) => `${reference}#${name}`)
            : drafts.map((draft) => draft.id),
        ),
      });
      continue;
    }
    const home = target.networks[0];
    const own = [...traefik.draft.networks, ...traefik.bindings.networks];
    if (home !== undefined && !target.networks.some((network) => own.includes(network)))
      traefik.bindings.networks.push(home);
    addresses.set(rule, `http://${target.container}:${port}${forward.path}`);
  }
  return addresses;
}
