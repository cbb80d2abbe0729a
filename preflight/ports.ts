import { createServer } from "node:net";
import type { Issue } from "../config/issues";
import type { Settings } from "../config/schema/settings";
import { edgeName } from "../planning/exposure/edge";
import { serviceId, type Plan, type PlannedPort, type PlannedService } from "../planning/types";
import type { ContainerFact } from "./docker-facts";
import { describeHolder, holderOf, release } from "./holder";
import { listenerOn, overlaps, type Process } from "./processes";

/** What a trial showed of an address and port that no container of Docker's publishes. */
export type PortTrial =
  { kind: "free" } | { kind: "taken"; by?: Process } | { kind: "no such address" };

/** Tries a port of this machine: binds it for a moment, and finds who has it. */
export type TryPort = (ip: string, port: number) => Promise<PortTrial>;

/** Planned host ports that something other than this stack holds. */
export async function portIssues(
  plan: Plan,
  settings: Pick<Settings, "ports">,
  containers: readonly ContainerFact[],
  tryPort: TryPort,
): Promise<Issue[]> {
  const all = plan.services.flatMap((service) => service.ports.map((port) => ({ service, port })));
  const found = await Promise.all(
    all.map(async ({ service, port }) => {
      const publishers = containers.filter((container) =>
        container.ports.some((each) => each.port === port.host && overlaps(each.ip, port.ip)),
      );
      if (publishers.length > 0) {
        return publishers.flatMap((container) =>
          publishedIssue(plan.stack, service, port, container, otherPort(service, settings)),
        );
      }
      const trial = await tryPort(port.ip, port.host);
      return trialIssue(service, port, trial, otherPort(service, settings));
    }),
  );
  return found.flat();
}

/** Binds the port on this machine for a moment. A port that only root may open is Docker's to open. */
export async function tryLocalPort(ip: string, port: number): Promise<PortTrial> {
  const code = await new Promise<string | undefined>((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    server.listen({ host: ip, port, exclusive: true }, () =>
      server.close(() => resolve(undefined)),
    );
  });
  if (code === "EADDRNOTAVAIL") return { kind: "no such address" };
  if (code !== "EADDRINUSE") return { kind: "free" };
  const by = await listenerOn(ip, port);
  return { kind: "taken", ...(by === undefined ? {} : { by }) };
}

/** For a Docker host elsewhere, whose ports can't be tried from here. */
export function assumeFree(): Promise<PortTrial> {
  return Promise.resolve({ kind: "free" });
}

function publishedIssue(
  stack: string,
  service: PlannedService,
  port: PlannedPort,
  container: ContainerFact,
  otherwise: string,
): Issue[] {
  const holder = holderOf(container.labels, stack);
  if (holder.kind === "own") return [];
  const name = container.names[0] ?? "";
  const what = describeHolder(holder, `container '${name}'`);
  return [
    {
      path: serviceId(service),
      message: `port ${port.ip}:${port.host} is taken by ${what}`,
      remedy: release(holder, `stop it with 'docker stop ${name}' or ${otherwise}`),
    },
  ];
}

function trialIssue(
  service: PlannedService,
  port: PlannedPort,
  trial: PortTrial,
  otherwise: string,
): Issue[] {
  const path = serviceId(service);
  const where = `port ${port.ip}:${port.host}`;
  switch (trial.kind) {
    case "free":
      return [];
    case "no such address":
      return [
        {
          path,
          message: `${where} can't be opened, as this machine has no address ${port.ip}`,
          remedy: `set berth:${service.system === edgeName ? "traefik.bind" : "bindAddress"} to one that it has, such as 127.0.0.1`,
        },
      ];
    case "taken":
      return [
        trial.by === undefined
          ? {
              path,
              message: `${where} is taken by another process`,
              remedy: `find it with "sudo ss -ltnp 'sport = :${port.host}'" and stop it, or ${otherwise}`,
            }
          : {
              path,
              message: `${where} is taken by process '${trial.by.command}' (pid ${trial.by.pid})`,
              remedy: `stop it or ${otherwise}`,
            },
      ];
    default:
      return trial satisfies never;
  }
}

/** How the stack would get another port, by its scheme. */
function otherPort(service: PlannedService, settings: Pick<Settings, "ports">): string {
  if (service.system === edgeName)
    return "choose other ports: httpPort and httpsPort of berth:traefik";
  return settings.ports === "blocks"
    ? `give the endpoint another slot in config/systems/${service.system}.ts`
    : "use the blocks scheme (berth:ports)";
}
