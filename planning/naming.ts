import type { Environment } from "../config/schema/common";

/** A Docker name of the catalogue in one environment. */
export function inEnvironment(template: string, environment: Environment): string {
  return template.replaceAll("{environment}", environment);
}

/** The container's name where no document gives one; the project's name is not said twice. */
export function defaultContainerName(
  project: string,
  service: string,
  environment: Environment,
): string {
  const stem =
    service === project || service.startsWith(`${project}-`) ? service : `${project}-${service}`;
  return `${stem}-${environment}`;
}

/** Names of a service's containers: the documented name, then numbered ones for further replicas. */
export function containerNames(service: { container: string; replicas: number }): string[] {
  return Array.from({ length: service.replicas }, (_, index) =>
    index === 0 ? service.container : `${service.container}-${index + 1}`,
  );
}
