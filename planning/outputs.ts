import type { Settings } from "../config/schema/settings";
import { sshDestination } from "./addresses";
import { serviceId, type Plan, type PlannedService } from "./types";

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
    dashboards: dashboards(plan, sshDestination(host)),
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

/** Web interfaces that the public does not see, named "system/service#endpoint" where a service has several. */
function dashboards(plan: Plan, ssh: string): Record<string, { url: string; ssh: string }> {
  const tools = plan.services.flatMap((service) => {
    // Docker itself is nothing to look at.
    if (service.exceptions.some(({ allow }) => allow === "docker-socket")) return [];
    const endpoints = service.endpoints.filter(
      ({ protocol, role }) => protocol === "http" && role !== "public",
    );
    return endpoints.map((endpoint) => ({
      name: serviceId(service) + (endpoints.length > 1 ? `#${endpoint.name}` : ""),
      service,
      endpoint,
      published: service.ports.find(({ container }) => container === endpoint.port),
    }));
  });
  // Any two of them can be open at once, beside what the host itself publishes.
  const taken = new Set(plan.services.flatMap(({ ports }) => ports.map((port) => port.host)));
  return Object.fromEntries(
    tools.map(({ name, service, endpoint, published }) => {
      const local = published?.host ?? freePort(endpoint.port, taken);
      const to = published
        ? `${published.ip === "0.0.0.0" ? "127.0.0.1" : published.ip}:${published.host}`
        : `${addressOf(service, ssh)}:${endpoint.port}`;
      return [name, { url: `http://localhost:${local}`, ssh: `ssh -N -L ${local}:${to} ${ssh}` }];
    }),
  );
}

/** A port of the operator's machine: the container's own, moved up until nothing else has it. */
function freePort(port: number, taken: Set<number>): number {
  // Those below 1024 are root's there as well.
  let free = port < 1024 ? port + 8000 : port;
  while (taken.has(free)) free += free < 65535 ? 1 : -60000;
  taken.add(free);
  return free;
}

/** Docker's host reaches every container by its address, which changes when the container does. */
function addressOf({ container }: PlannedService, ssh: string): string {
  const format = "{{range .NetworkSettings.Networks}}{{println .IPAddress}}{{end}}";
  return `$(ssh ${ssh} "docker inspect -f '${format}' ${container}" | head -n 1)`;
}
