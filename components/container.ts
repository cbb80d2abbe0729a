import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { compare } from "../planning/compare";
import type { PlannedService } from "../planning/types";
import { goDuration, labels, logLimits, stateLabel, targetsLabel } from "./naming";

/** What a container takes from other resources and from the machine. */
export interface ContainerInputs {
  stack: string;
  environment: string;
  /** Which state it is in; see `stateId`. */
  stateId: pulumi.Input<string>;
  /** Image id. */
  image: pulumi.Input<string>;
  /** Names of Docker networks and volumes as their resources give them, by planned name. */
  networkNames: ReadonlyMap<string, pulumi.Input<string>>;
  volumeNames: ReadonlyMap<string, pulumi.Input<string>>;
  /** All of its variables; secret ones as secret outputs. */
  variables: Readonly<Record<string, pulumi.Input<string>>>;
  /** Absolute path of the sources folder on the Docker host. */
  sources: string;
  /** Ids of containers that this one is replaced with; they are in a label. */
  targets?: pulumi.Input<string>[];
}

/**
 * Inputs that the provider reports as updated and does not apply to a running container
 * (healthcheck, init, tmpfs, CPU quota): Berth replaces the container instead.
 */
export const replaceOnChanges = ["healthcheck", "init", "tmpfs", "cpuPeriod", "cpuQuota"];

/** What a service and a job have in common: a planned container as the provider's arguments. */
export function containerArgs(
  service: PlannedService,
  name: string,
  inputs: ContainerInputs,
): docker.ContainerArgs {
  const memoryMiB = Math.floor(service.memoryBytes / 2 ** 20);
  const tmpfs = service.mounts.filter((mount) => mount.type === "tmpfs");
  return {
    name,
    image: inputs.image,
    ...(service.entrypoint ? { entrypoints: service.entrypoint } : {}),
    ...(service.command ? { command: service.command } : {}),
    ...(service.workingDirectory !== null ? { workingDir: service.workingDirectory } : {}),
    ...(service.security.user !== null ? { user: service.security.user } : {}),
    envs: environment(inputs.variables),
    labels: [
      ...labels({
        stack: inputs.stack,
        environment: inputs.environment,
        system: service.system,
        project: service.project,
        service: service.service,
      }),
      { label: stateLabel, value: inputs.stateId },
      ...targetLabel(inputs.targets ?? []),
    ],
    networkMode: "bridge",
    networksAdvanced: service.networks.map((network) => ({
      name: inputs.networkNames.get(network) ?? network,
      ...unlessEmpty("aliases", service.aliases[network] ?? []),
    })),
    // In the order in which the provider reads them back; any other is a replacement for ever.
    ...unlessEmpty("ports", ports(service)),
    ...unlessEmpty("mounts", mounts(service, inputs)),
    ...(tmpfs.length > 0
      ? { tmpfs: Object.fromEntries(tmpfs.map((mount) => [mount.target, "mode=1777"])) }
      : {}),
    ...unlessEmpty("uploads", uploads(service)),
    readOnly: service.security.readOnlyRoot,
    init: true,
    capabilities: {
      drops: ["ALL"],
      ...(service.security.addedCapabilities.length > 0
        ? { adds: service.security.addedCapabilities.map((name) => `CAP_${name}`) }
        : {}),
    },
    ...(service.security.noNewPrivileges ? { securityOpts: ["no-new-privileges:true"] } : {}),
    memory: memoryMiB,
    // Without it every preview wants to take Docker's own value away.
    memorySwap: memoryMiB,
    ...(service.cpus !== null ? { cpus: String(service.cpus) } : {}),
    ...(service.processes !== null
      ? { ulimits: [{ name: "nproc", soft: service.processes, hard: service.processes }] }
      : {}),
    ...(service.gpu ? { gpus: "all" } : {}),
    logDriver: "json-file",
    logOpts: logLimits(service),
    stopTimeout: service.stopSeconds,
    // Without it the provider kills instead of stopping.
    destroyGraceSeconds: service.stopSeconds,
    ...(service.health
      ? {
          healthcheck: {
            tests: service.health.test,
            interval: goDuration(service.health.intervalSeconds),
            timeout: goDuration(service.health.timeoutSeconds),
            retries: service.health.retries,
            startPeriod: goDuration(service.health.startPeriodSeconds),
          },
        }
      : {}),
  };
}

/** An input that changes with the containers, so that the provider replaces this one as well. */
function targetLabel(
  ids: pulumi.Input<string>[],
): { label: string; value: pulumi.Output<string> }[] {
  if (ids.length === 0) return [];
  const value = pulumi.all(ids).apply((known) => known.join(","));
  return [{ label: targetsLabel, value }];
}

/** An input only where it says something: the provider reads an empty list back as none. */
function unlessEmpty<K extends string, T>(name: K, values: T[]): Partial<Record<K, T[]>> {
  return values.length > 0 ? ({ [name]: values } as Record<K, T[]>) : {};
}

/** In the order in which the provider lists them; any other is a replacement for ever. */
function ports(service: PlannedService): docker.types.input.ContainerPort[] {
  return [...service.ports]
    .sort((a, b) => a.container - b.container || a.host - b.host)
    .map(({ ip, host, container }) => ({
      ip,
      external: host,
      internal: container,
      protocol: "tcp",
    }));
}

function mounts(
  service: PlannedService,
  inputs: ContainerInputs,
): docker.types.input.ContainerMount[] {
  return service.mounts
    .filter((mount) => mount.type !== "tmpfs")
    .map(({ type, source, target, readOnly }) => ({
      type,
      source:
        type === "volume"
          ? (inputs.volumeNames.get(source) ?? source)
          : source.replace(/^<sources>/, inputs.sources),
      target,
      readOnly,
    }));
}

function uploads(service: PlannedService): docker.types.input.ContainerUpload[] {
  return Object.entries(service.files).map(([file, content]) => ({
    file,
    content,
    permissions: content.startsWith("#!") ? "0755" : "0644",
  }));
}

function environment(
  variables: Readonly<Record<string, pulumi.Input<string>>>,
): pulumi.Input<string>[] {
  return Object.entries(variables)
    .sort(([a], [b]) => compare(a, b))
    .map(([name, value]) =>
      typeof value === "string" ? `${name}=${value}` : pulumi.interpolate`${name}=${value}`,
    );
}
