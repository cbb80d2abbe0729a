export { decimal, memory } from "../amounts";
import type { Exception } from "../../config/schema/service";
import { compare } from "../compare";
import {
  serviceId,
  type Plan,
  type PlannedPort,
  type PlannedService,
  type PlannedVolume,
} from "../types";

/** A system as it is shown: its services grouped by project, what it has on the host first. */
export interface SystemView {
  name: string;
  services: PlannedService[];
  projects: { name: string; services: PlannedService[] }[];
  volumes: PlannedVolume[];
}

export interface Totals {
  services: number;
  jobs: number;
  memoryBytes: number;
}

/** The plan's systems in the order of their lowest host port, as are the projects in each. */
export function systemsOf(plan: Plan): SystemView[] {
  return groupBy(plan.services, (service) => service.system).map(([name, services]) => {
    const projects = groupBy(services, (service) => service.project).map(([project, members]) => ({
      name: project,
      services: members,
    }));
    return {
      name,
      projects,
      services: projects.flatMap((project) => project.services),
      volumes: plan.volumes.filter((volume) => volume.system === name),
    };
  });
}

/** How many services and jobs these are, and the memory they may use; replicas count each. */
export function totalsOf(services: readonly PlannedService[]): Totals {
  const jobs = services.filter((service) => service.kind === "job").length;
  return {
    services: services.length - jobs,
    jobs,
    memoryBytes: services.reduce((sum, each) => sum + each.memoryBytes * each.replicas, 0),
  };
}

/** "6 services, 1 job". */
export function counts(totals: Totals): string {
  const parts = [count(totals.services, "service")];
  if (totals.jobs > 0) parts.push(count(totals.jobs, "job"));
  return parts.join(", ");
}

/** "1 network", "3 networks". */
export function count(amount: number, noun: string, plural = "s"): string {
  return `${amount} ${noun}${amount === 1 ? "" : plural}`;
}

/** Seconds in the units that fit: "45 s", "1 min 40 s". */
export function duration(seconds: number): string {
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  if (minutes === 0) return `${rest} s`;
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}

/** "127.0.0.1:4000 → 80". */
export function portText(port: PlannedPort): string {
  return `${port.ip}:${port.host} → ${port.container}`;
}

/** Where a service is reached: its URL first, then the ports that the URL does not name. */
export function published(service: PlannedService): string[] {
  const { url } = service;
  const others = service.ports.filter((port) => url === null || !urlNames(url, port.host));
  return [...(url === null ? [] : [url]), ...others.map(portText)];
}

/** The lowest and highest host port: "4000–4300", or undefined where nothing is published. */
export function portRange(services: readonly PlannedService[]): string | undefined {
  const hosts = services.flatMap((service) => service.ports.map((port) => port.host));
  if (hosts.length === 0) return undefined;
  const [low, high] = [Math.min(...hosts), Math.max(...hosts)];
  return low === high ? `${low}` : `${low}–${high}`;
}

/** A service's needs as its own system says them: "redis" instead of "inpactai/redis". */
export function localNeeds(service: PlannedService): string[] {
  const own = `${service.system}/`;
  const names = service.needs.map((need) => (need.startsWith(own) ? need.slice(own.length) : need));
  return [...new Set(names)];
}

/** "2 processors" and the services that may use so many. */
export interface SharedLimit {
  limit: string;
  services: string[];
}

/**
 * How many processors and processes services may use, for each of the two that of most services
 * first; empty where nothing is limited.
 */
export function limitsOf(plan: Plan): SharedLimit[][] {
  return [
    sharedLimits(plan, "all processors", ({ cpus }) =>
      cpus === null ? null : count(cpus, "processor"),
    ),
    sharedLimits(plan, "any number of processes", ({ processes }) =>
      processes === null ? null : `${count(processes, "process", "es")} of each user`,
    ),
  ].filter((limits) => limits.length > 0);
}

function sharedLimits(
  plan: Plan,
  none: string,
  text: (service: PlannedService) => string | null,
): SharedLimit[] {
  const limits = new Map<string, SharedLimit>();
  for (const service of plan.services) {
    const limit = text(service) ?? none;
    const shared = limits.get(limit) ?? { limit, services: [] };
    shared.services.push(serviceId(service));
    limits.set(limit, shared);
  }
  if ([...limits.keys()].every((limit) => limit === none)) return [];
  return [...limits.values()].sort((a, b) => b.services.length - a.services.length);
}

/** Leave that services of a system have in common, for the same reason. */
export interface SharedException extends Exception {
  services: string[];
}

/** A system's exceptions from the hardening, each once with the services that have it. */
export function exceptionsOf(system: SystemView): SharedException[] {
  const shared = new Map<string, SharedException>();
  for (const { service, exceptions } of system.services) {
    for (const exception of exceptions) {
      const key = JSON.stringify([exception.allow, exception.value, exception.reason]);
      const known = shared.get(key) ?? { ...exception, services: [] };
      known.services.push(service);
      shared.set(key, known);
    }
  }
  return [...shared.values()];
}

/** What runs in the place of what was asked for, and for which services, by reason. */
export interface Substitution {
  reason: "source" | "image";
  by: string;
  services: string[];
}

/** Substitutions grouped: stand-ins for missing sources first, then stand-ins and images for images. */
export function substitutionsOf(plan: Plan): Substitution[] {
  const groups = new Map<string, Substitution>();
  for (const service of plan.services) {
    const by = service.substitutedBy;
    if (by === null) continue;
    const reason = by === "stand-in" && lacksSource(service) ? "source" : "image";
    const key = `${reason === "source" ? 0 : by === "stand-in" ? 1 : 2} ${by}`;
    const group = groups.get(key) ?? { reason, by, services: [] };
    group.services.push(serviceId(service));
    groups.set(key, group);
  }
  return [...groups].sort(([a], [b]) => compare(a, b)).map(([, group]) => group);
}

/** The heading of a group of substitutions: "stand-in, as the source is missing". */
export function substitutionTitle(substitution: Substitution): string {
  if (substitution.by !== "stand-in") return substitution.by;
  return substitution.reason === "source"
    ? "stand-in, as the source is missing"
    : "stand-in, as the image can't be had";
}

/** A stand-in's own description says why it runs. */
function lacksSource(service: PlannedService): boolean {
  return (service.variables.BERTH_STAND_IN ?? "").includes('"reason":"no source at ');
}

function urlNames(url: string, port: number): boolean {
  return new RegExp(`:${port}(/|$)`).test(url);
}

function groupBy(
  services: readonly PlannedService[],
  key: (service: PlannedService) => string,
): [string, PlannedService[]][] {
  const groups = new Map<string, PlannedService[]>();
  for (const service of services) {
    const group = groups.get(key(service)) ?? [];
    group.push(service);
    groups.set(key(service), group);
  }
  return [...groups].sort(
    ([nameA, a], [nameB, b]) =>
      lowestPort(a) - lowestPort(b) || (nameA < nameB ? -1 : nameA > nameB ? 1 : 0),
  );
}

function lowestPort(services: readonly PlannedService[]): number {
  return Math.min(
    2 ** 16,
    ...services.flatMap((service) => service.ports.map((port) => port.host)),
  );
}
