import type { Settings } from "../config/schema/settings";
import { sshDestination } from "./addresses";
import { serviceId, type Plan, type PlannedEndpoint, type PlannedService } from "./types";

/** What operators and tools get of a stack. */
export function stackOutputs(plan: Plan, host: Settings["host"]): Record<string, unknown> {
  const published = plan.services.filter((service) => service.url !== null);
  return {
    host: plan.host,
    environment: plan.environment,
    /** Where a browser finds each published service. */
    urls: Object.fromEntries(published.map((service) => [serviceId(service), service.url])),
    /** Every public address, what it leads to and by which way. */
    routes: plan.routes.map((route) => ({
      url: route.url,
      service: serviceId(route),
      via: route.via,
      access: route.rule,
    })),
    /** How the operator reaches each internal tool: open `url` while the `ssh` command runs. */
    dashboards: Object.fromEntries(
      plan.services.flatMap((service) => dashboards(service, sshDestination(host))),
    ),
    /** Container of each service. */
    containers: Object.fromEntries(
      plan.services.map((service) => [serviceId(service), service.container]),
    ),
    /** Applications that run elsewhere. */
    externals: Object.fromEntries(
      plan.externals.map((external) => [`${external.system}/${external.name}`, external.url]),
    ),
  };
}

/** A service's web interfaces that the public does not see, named "system/service#endpoint" where it has several. */
function dashboards(service: PlannedService, ssh: string): [string, object][] {
  const tools = service.endpoints.filter(
    ({ protocol, role }) => protocol === "http" && role !== "public",
  );
  return tools.map((endpoint) => [
    tools.length > 1 ? `${serviceId(service)}#${endpoint.name}` : serviceId(service),
    tunnelLine(service, endpoint, ssh),
  ]);
}

/** The `ssh` command that brings an endpoint to the operator's own machine, and its address there. */
function tunnelLine(
  service: PlannedService,
  { port }: PlannedEndpoint,
  ssh: string,
): { url: string; ssh: string } {
  const published = service.ports.find(({ container }) => container === port);
  // Ports below 1024 are root's on the operator's machine as well.
  const local = published?.host ?? (port < 1024 ? 8000 + port : port);
  const url = `http://localhost:${local}`;
  if (published) {
    const ip = published.ip === "0.0.0.0" ? "127.0.0.1" : published.ip;
    return { url, ssh: `ssh -N -L ${local}:${ip}:${published.host} ${ssh}` };
  }
  // Docker's host reaches every container by its address, which changes when the container does.
  const format = "{{range .NetworkSettings.Networks}}{{println .IPAddress}}{{end}}";
  const address = `$(ssh ${ssh} "docker inspect -f '${format}' ${service.container}" | head -n 1)`;
  return { url, ssh: `ssh -N -L ${local}:${address}:${port} ${ssh}` };
}
