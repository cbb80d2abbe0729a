import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedBuild } from "../planning/types";

export interface ImageArgs {
  /** Name and tag. A build's tag follows its content: a changed source has another, and earlier images stay. */
  reference: string;
  /** The folder it is built from; without it the image is local already or comes from a registry. */
  build?: PlannedBuild;
  /** Network of the build's steps. @default Docker's */
  network?: string;
}

/** An image on the Docker host. Kept locally when it is no longer used, for a rollback. */
export class Image extends pulumi.ComponentResource {
  public readonly imageId: pulumi.Output<string>;

  constructor(name: string, args: ImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("berth:index:Image", name, {}, opts);
    const image = new docker.RemoteImage(
      `${name}-image`,
      {
        name: args.reference,
        keepLocally: true,
        ...(args.build ? { build: buildArgs(args.build, args.network) } : {}),
      },
      { parent: this },
    );
    this.imageId = image.imageId;
    this.registerOutputs({ imageId: this.imageId });
  }
}

function buildArgs(
  build: PlannedBuild,
  network: string | undefined,
): docker.types.input.RemoteImageBuild {
  return {
    context: build.context,
    dockerfile: build.dockerfile,
    buildArgs: build.args,
    ...(build.target !== null ? { target: build.target } : {}),
    ...(network !== undefined ? { networkMode: network } : {}),
  };
}
