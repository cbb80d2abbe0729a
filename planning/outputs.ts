import { serviceId, type Plan } from "./types";

/** What operators and tools get of a stack. */
export function stackOutputs(plan: Plan): Record<string, unknown> {
  const published = plan.services.filter((service) => service.url !== null);
  return {
    host: plan.host,
    environment: plan.environment,
    /** Where a browser finds each published service. */
    urls: Object.fromEntries(published.map((service) => [serviceId(service), service.url])),
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
