import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedNetwork, PlannedVolume } from "../planning/types";
import { labels } from "./naming";

export interface SystemArgs {
  stack: string;
  environment: string;
  system: string;
  networks: PlannedNetwork[];
  volumes: PlannedVolume[];
}

/**
 * A system's networks and volumes; its services are children of it too.
 *
 *     new System("inpactai", { stack, environment, system: "inpactai", networks, volumes });
 */
export class System extends pulumi.ComponentResource {
  /** Names as Docker has them, by planned name: what takes them is replaced with them. */
  public readonly networkNames = new Map<string, pulumi.Output<string>>();
  public readonly volumeNames = new Map<string, pulumi.Output<string>>();

  constructor(name: string, args: SystemArgs, opts?: pulumi.ComponentResourceOptions) {
    super("berth:index:System", name, {}, opts);
    const common = { stack: args.stack, environment: args.environment, system: args.system };
    for (const { name: network, internal } of args.networks) {
      const resource = new docker.Network(
        `${name}-network-${network}`,
        { name: network, driver: "bridge", internal, labels: labels(common) },
        { parent: this },
      );
      this.networkNames.set(network, resource.name);
    }
    for (const { name: volume, retained } of args.volumes) {
      const resource = new docker.Volume(
        `${name}-volume-${volume}`,
        { name: volume, labels: labels(common) },
        {
          parent: this,
          retainOnDelete: retained,
          // They are Docker's from its creation on. Every input of a volume replaces it, and one that
          // is taken up by its name has the labels of whoever made it.
          ignoreChanges: ["labels"],
        },
      );
      this.volumeNames.set(volume, resource.name);
    }
    this.registerOutputs({ networks: args.networks.map((network) => network.name) });
  }
}
