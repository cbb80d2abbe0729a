import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import { isElsewhere } from "../config/docker-address";
import type { Issue } from "../config/issues";
import type { Settings } from "../config/schema/settings";
import { serviceId, type Plan, type PlannedService } from "../planning/types";

const prefix = "<sources>/";

/** Whether a file or folder is there. */
export type Exists = (path: string) => boolean;

/** The sources folder with `~` as the home folder. */
export function expandHome(folder: string, home: string): string {
  return folder.replace(/^~(?=\/|$)/, () => home);
}

/**
 * What is missing of the sources: a project's whole folder, unless a stand-in may take its place;
 * and, of a project that is there, folders, Dockerfiles and environment files that the plan uses.
 */
export function sourceIssues(
  plan: Plan,
  settings: Pick<Settings, "standIns">,
  folder: string,
  exists: Exists = existsSync,
): Issue[] {
  const users = new Map<string, PlannedService[]>();
  const issues: Issue[] = [];
  for (const service of plan.services) {
    const missing = projectsOf(service).filter((project) => !exists(join(folder, project)));
    for (const project of missing) {
      users.set(project, [...(users.get(project) ?? []), service]);
    }
    issues.push(...partIssues(service, missing, folder, exists));
  }
  if (settings.standIns) return issues;
  return [
    ...[...users].map(([project, services]) => projectIssue(project, services, folder)),
    ...issues,
  ];
}

function projectIssue(project: string, services: readonly PlannedService[], folder: string): Issue {
  const [first = "", ...others] = services.map(serviceId);
  const also = others.length > 0 ? ` (needed by ${others.join(", ")} too)` : "";
  return {
    path: first,
    message: `source folder ${join(folder, project)} is missing${also}`,
    remedy: "clone it there, set berth:sources, or allow stand-ins with berth:standIns",
  };
}

/** Sources that would be mounted on a Docker host which does not have them. */
export function mountIssues(plan: Plan, folder: string, docker: string): Issue[] {
  // What answers on loopback may be this machine's; if it is not, Docker says that there is no such folder.
  if (!isElsewhere(docker) || /^tcp:\/\/(localhost|127\.[\d.]+|\[::1\])[:/]?/.test(docker))
    return [];
  return plan.services.flatMap((service) =>
    service.mounts
      .filter((mount) => mount.type === "bind" && mount.source.startsWith(prefix))
      .map((mount) => ({
        path: serviceId(service),
        message: `${join(folder, belowSources(mount.source))} can't be mounted by the Docker Engine of another machine, ${docker}`,
        remedy:
          "bring the stack up on a Docker of this machine, or move the source away and let a stand-in run; images built from sources, as in prod, work everywhere",
      })),
  );
}

/** What is missing inside the projects that are there. */
function partIssues(
  service: PlannedService,
  missingProjects: readonly string[],
  folder: string,
  exists: Exists,
): Issue[] {
  const path = serviceId(service);
  const isGone = (part: string) =>
    !missingProjects.includes(projectOf(part)) && !exists(join(folder, part));
  const goneFolders = [...new Set(foldersOf(service))].filter(isGone);
  const issues: Issue[] = goneFolders.map((part) => ({
    path,
    message: `${join(folder, part)} is missing`,
    remedy: `add it to the project, or correct config/systems/${service.system}.ts`,
  }));
  const { build } = service;
  if (build !== null && !goneFolders.includes(posix.normalize(build.context))) {
    const dockerfile = posix.join(build.context, build.dockerfile);
    if (isGone(dockerfile)) {
      issues.push({
        path,
        message: `Dockerfile ${join(folder, dockerfile)} is missing`,
        remedy: `add it, or correct build.dockerfile in config/systems/${service.system}.ts`,
      });
    }
  }
  for (const file of service.environmentFiles.map(belowSources).filter(isGone)) {
    issues.push({
      path,
      message: `environment file ${join(folder, file)} is missing`,
      remedy: "create it (it may be empty)",
    });
  }
  return issues;
}

/** Folders below the sources that a service is built from or has mounted. */
function foldersOf(service: PlannedService): string[] {
  const mounts = service.mounts.filter((mount) => mount.source.startsWith(prefix));
  return [
    ...(service.build === null ? [] : [posix.normalize(service.build.context)]),
    ...mounts.map((mount) => belowSources(mount.source)),
  ].map((part) => part.replace(/\/$/, ""));
}

function projectsOf(service: PlannedService): string[] {
  const parts = [...foldersOf(service), ...service.environmentFiles.map(belowSources)];
  return [...new Set(parts.map(projectOf))];
}

/** "dev/inpactai" of "dev/inpactai/Backend". */
function projectOf(part: string): string {
  return part.split("/").slice(0, 2).join("/");
}

function belowSources(path: string): string {
  return posix.normalize(path.startsWith(prefix) ? path.slice(prefix.length) : path);
}
