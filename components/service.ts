import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { containerNames } from "../planning/naming";
import type { PlannedService } from "../planning/types";
import { containerArgs, replaceOnChanges, type ContainerInputs } from "./container";

export interface ServiceArgs extends ContainerInputs {
  service: PlannedService;
  /** What must be healthy or done first. */
  startsAfter: pulumi.Input<pulumi.Resource>[];
  /** Its containers are taken away before one of these is replaced, and made again after. */
  replaceWith?: pulumi.Resource[];
}

/** Slower machines and image start-ups than the check's own start period are no failure. */
const patience = 60;

/**
 * A long-running service: a container, or one per replica. It is done when Docker reports it
 * healthy.
 *
 *     new Service("inpactai-redis", { service, ...inputs }, { parent: system });
 */
export class Service extends pulumi.ComponentResource {
  public readonly containers: docker.Container[];
  /** For dependents: the containers, once they are healthy. */
  public readonly ready: pulumi.Input<pulumi.Resource>[];

  constructor(name: string, args: ServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("berth:index:Service", name, {}, opts);
    const { service } = args;
    this.containers = containerNames(service).map(
      (container, index) =>
        new docker.Container(
          index === 0 ? `${name}-container` : `${name}-container-${index + 1}`,
          {
            ...containerArgs(service, container, args),
            restart: "unless-stopped",
            mustRun: true,
            wait: true,
            waitTimeout: waitSeconds(service),
          },
          {
            parent: this,
            dependsOn: args.startsAfter,
            deleteBeforeReplace: true,
            replaceOnChanges,
            replaceWith: args.replaceWith ?? [],
            // The provider's own limit of 20 minutes would end a longer wait before its time.
            customTimeouts: { create: `${waitSeconds(service) + 60}s` },
          },
        ),
    );
    this.ready = this.containers;
    this.registerOutputs({ container: service.container });
  }
}

function waitSeconds(service: PlannedService): number {
  if (!service.health) return patience;
  const { startPeriodSeconds, intervalSeconds, retries } = service.health;
  return patience + startPeriodSeconds + intervalSeconds * retries;
}
