import type { Exception } from "../config/schema/service";
import type { Settings } from "../config/schema/settings";
import type { Issue } from "../config/issues";
import type { Bindings } from "./bindings";
import { catalogPath, type Draft } from "./drafts";
import { containerLogs } from "./logs";
import { inEnvironment } from "./naming";
import type { PlannedService } from "./types";

/** Processors in prod where the catalogue names none. */
const defaultCpus = 2;

/**
 * Processes of a user in prod where the catalogue names none. The kernel counts a user's processes
 * and threads over the whole host, so this leaves room for all containers of one user (and a person
 * of that id), and still only takes a quarter of the smallest usual `pid_max`.
 */
const defaultProcesses = 8192;

/** Most processors, processes and logs; `user` is whom the container runs as. */
export function planLimits(
  { spec, environment }: Draft,
  user: string | null,
  settings: Settings,
): Pick<PlannedService, "cpus" | "processes" | "logs"> {
  const prod = environment === "prod";
  const cpus = spec.cpus ?? (prod ? defaultCpus : null);
  const processes = spec.processes ?? (prod ? defaultProcesses : null);
  return {
    // Docker refuses a container that may use more than there are.
    cpus: cpus === null ? null : Math.min(cpus, settings.host.cpus),
    processes: user !== null && !isRoot(user) ? processes : null,
    logs: containerLogs,
  };
}

/** Those of the catalogue, and the one that uploaded configuration brings with it. */
export function plannedExceptions({ spec, environment }: Draft): Exception[] {
  const uploads = Object.keys(spec.files);
  const writable = spec.exceptions.some(({ allow }) => allow === "writable-root");
  if (environment === "dev" || uploads.length === 0 || writable) return spec.exceptions;
  const reason = `Docker puts no file (${uploads[0]}) into a container whose root is read-only`;
  return [...spec.exceptions, { allow: "writable-root", reason }];
}

/**
 * What opens a container must be written down with its reason, and prod opens less. Judged by the
 * catalogue alone: what a machine puts in a service's place changes nothing.
 */
export function checkHardening(draft: Draft, bindings: Bindings, issues: Issue[]): void {
  // The job that provisions a server's databases is as the server, whose entry is judged.
  if (draft.spec.kind === "job" && !Object.hasOwn(draft.system.services, draft.name)) return;
  const report = (field: string, message: string, remedy: string): void => {
    issues.push({ path: `${catalogPath(draft)}.${field}`, message, remedy });
  };
  checkMounts(draft, report);
  checkExceptions(draft, report);
  checkProcesses(draft, report);
  if (draft.environment !== "prod") return;
  checkUser(draft, report);
  checkNetworks(draft, bindings, report);
}

type Report = (field: string, message: string, remedy: string) => void;

function isRoot(user: string): boolean {
  return Number(user.split(":")[0]) === 0;
}

/** Whether a mounted path is Docker's socket or holds it: whoever has that has the host. */
function givesDocker(path: string): boolean {
  const plain = path.replace(/\/+/g, "/").replace(/(.)\/$/, "$1");
  return plain.endsWith("/docker.sock") || ["/", "/run", "/var", "/var/run"].includes(plain);
}

function checkMounts({ spec, environment }: Draft, report: Report): void {
  const declared = (allow: Exception["allow"], value: string) =>
    spec.exceptions.some((exception) => exception.allow === allow && exception.value === value);
  for (const mount of spec.mounts) {
    if ("source" in mount && environment === "prod" && !declared("source-mount", mount.source)) {
      report(
        "mounts",
        `mounts its source ${mount.source} in prod without saying why`,
        `build it into the image, or add an exception {allow: "source-mount", value: "${mount.source}", reason: …}`,
      );
    }
    if (!("host" in mount)) continue;
    const docker = givesDocker(mount.host);
    const allow = docker ? "docker-socket" : "host-mount";
    if (!declared(allow, mount.host)) {
      report(
        "mounts",
        `mounts ${mount.host} of the host without saying why`,
        `add an exception {allow: "${allow}", value: "${mount.host}", reason: …}`,
      );
    }
    if (docker && environment === "prod" && !mount.readOnly) {
      report("mounts", `mounts Docker's socket ${mount.host} writable`, "set readOnly to true");
    }
  }
}

/** An exception must name what it opens, and in prod open what is there: the plan shows it as true. */
function checkExceptions({ spec, environment }: Draft, report: Report): void {
  const mounted = {
    "host-mount": spec.mounts.flatMap((mount) => ("host" in mount ? [mount.host] : [])),
    "docker-socket": spec.mounts.flatMap((mount) => ("host" in mount ? [mount.host] : [])),
    "source-mount": spec.mounts.flatMap((mount) => ("source" in mount ? [mount.source] : [])),
  };
  for (const { allow, value } of spec.exceptions) {
    if (allow === "capability") {
      if (value === undefined || value === "ALL" || !/^(?!CAP_)[A-Z][A-Z0-9_]*$/.test(value)) {
        report(
          "exceptions",
          value === undefined
            ? "allows a capability that it does not name"
            : `allows '${value}', which is not one capability by its name`,
          'name one in each exception, such as value: "NET_BIND_SERVICE"',
        );
      }
    } else if (allow in mounted && environment === "prod") {
      const paths = mounted[allow as keyof typeof mounted];
      if (value === undefined || !paths.includes(value)) {
        report(
          "exceptions",
          value === undefined
            ? `allows a ${allow} that it does not name`
            : `allows the ${allow} ${value}, which it does not mount`,
          paths.length > 0
            ? `give it the value ${paths.map((path) => `"${path}"`).join(" or ")}, or leave it out`
            : "leave it out",
        );
      }
    }
  }
}

function checkProcesses({ spec }: Draft, report: Report): void {
  if (spec.processes === undefined || (spec.user !== undefined && !isRoot(spec.user))) return;
  report(
    "processes",
    spec.user === undefined
      ? "is given, but nobody knows whether the image runs as root, which no process limit binds"
      : "is given, but no process limit binds root",
    "name a user that is not root, or leave it out",
  );
}

function checkUser({ spec }: Draft, report: Report): void {
  const excepted = spec.exceptions.some(({ allow }) => allow === "root-user");
  if (spec.user === undefined) {
    report(
      "user",
      "is missing, and what the image says may be root",
      'name the user that the image is made for as "uid:gid", such as "1000:1000"',
    );
  } else if (isRoot(spec.user) && !excepted) {
    report(
      "user",
      "is root without saying why",
      'name another user, or add an exception {allow: "root-user", reason: …}',
    );
  } else if (!isRoot(spec.user) && excepted) {
    report("exceptions", `allows root, but the user is ${spec.user}`, "leave it out");
  }
}

/** Data and Docker's socket are reached from where they are needed, and reach nothing themselves. */
function checkNetworks(draft: Draft, bindings: Bindings, report: Report): void {
  const { spec } = draft;
  const data =
    (spec.kind === "service" && spec.postgres !== undefined) ||
    Object.values(spec.endpoints).some(({ protocol }) => protocol === "redis");
  const socket = spec.mounts.some((mount) => "host" in mount && givesDocker(mount.host));
  if (!data && !socket) return;
  const open = openNetworks(draft, bindings);
  if (open.length === 0) return;
  const where = `is on ${open.join(" and ")}, which ${open.length > 1 ? "are" : "is"} not internal`;
  if (data) {
    report(
      "networks",
      `holds data and ${where}`,
      "put it on internal networks alone, and what needs it on one of them as well",
    );
  }
  if (socket) {
    report(
      "networks",
      `has Docker's socket and ${where}`,
      "give the socket to a proxy alone that lets reads pass, on an internal network of its own",
    );
  }
}

/** Those of its networks, the ones that its needs bring included, from which the outside is reached. */
function openNetworks(draft: Draft, bindings: Bindings): string[] {
  const systems = [draft.system, ...bindings.needs.flatMap((need) => need.draft?.system ?? [])];
  const internal = new Set(
    systems.flatMap((system) =>
      Object.values(system.networks).flatMap((network) =>
        network.internal ? [inEnvironment(network.name, draft.environment)] : [],
      ),
    ),
  );
  return [...draft.networks, ...bindings.networks].filter((network) => !internal.has(network));
}
