import type Docker from "dockerode";
import Table from "cli-table3";
import { unlessGone } from "../../docker/errors";
import { compare } from "../../planning/compare";
import { serviceId, type Plan } from "../../planning/types";
import { containerNames } from "../../planning/naming";

export type Health =
  "healthy" | "unhealthy" | "starting" | "running" | "done" | "stopped" | "absent";

export interface ServiceStatus {
  system: string;
  service: string;
  container: string;
  health: Health;
  /** Where a browser finds it. */
  url: string | null;
}

/** How every container of the plan is, as Docker says. */
export async function observeServices(docker: Docker, plan: Plan): Promise<ServiceStatus[]> {
  const rows = plan.services.flatMap((service) =>
    containerNames(service).map(async (container) => ({
      system: service.system,
      service: service.service,
      container,
      health: await healthOf(docker, container, service.kind),
      url: service.url,
    })),
  );
  return Promise.all(rows);
}

/** Whether nothing is missing: services healthy, jobs done. */
export function isWell(status: ServiceStatus): boolean {
  return status.health === "healthy" || status.health === "running" || status.health === "done";
}

async function healthOf(
  docker: Docker,
  container: string,
  kind: "service" | "job",
): Promise<Health> {
  const found = await unlessGone(() => docker.getContainer(container).inspect());
  if (found === undefined) return "absent";
  const { State } = found;
  if (kind === "job" && State.Status === "exited")
    return State.ExitCode === 0 ? "done" : "unhealthy";
  if (!State.Running) return "stopped";
  const health = State.Health?.Status;
  return health === "healthy" || health === "unhealthy" || health === "starting"
    ? health
    : "running";
}

type Paint = Record<"green" | "red" | "yellow" | "dim" | "bold", (text: string) => string>;

/** System, service, container, health and URL; a system's name once. */
export function serviceTable(statuses: readonly ServiceStatus[], paint: Paint): string {
  const table = new Table({
    head: ["SYSTEM", "SERVICE", "CONTAINER", "HEALTH", "URL"].map(paint.bold),
    style: { head: [], border: [], compact: true, "padding-left": 0, "padding-right": 2 },
    chars: noBorders,
  });
  let system = "";
  for (const status of [...statuses].sort(byName)) {
    table.push([
      status.system === system ? "" : status.system,
      status.service,
      status.container,
      paintHealth(status, paint),
      status.url ?? "",
    ]);
    system = status.system;
  }
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

function paintHealth(status: ServiceStatus, paint: Paint): string {
  if (isWell(status)) return paint.green(status.health);
  return status.health === "starting" ? paint.yellow(status.health) : paint.red(status.health);
}

function byName(a: ServiceStatus, b: ServiceStatus): number {
  return a.system === b.system ? 0 : compare(serviceId(a), serviceId(b));
}

const noBorders = Object.fromEntries(
  ["top", "bottom", "left", "right", "mid", "middle"]
    .flatMap((side) =>
      side === "middle" ? [side] : [side, `${side}-mid`, `${side}-left`, `${side}-right`],
    )
    .concat(["left-mid", "mid-mid", "right-mid"])
    .map((name) => [name, ""]),
);
