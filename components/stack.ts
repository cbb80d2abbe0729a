import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { cloudflareTokenKey } from "../config/secret-keys";
import { accessLabels } from "../planning/exposure/traefik";
import { entryOf } from "../planning/lookup";
import { deriveSecret, fillSecret, stateId } from "../planning/secrets";
import { serviceId, type Plan, type PlannedService, type SecretVariable } from "../planning/types";
import type { ContainerInputs } from "./container";
import { CloudflareTunnel } from "./exposure/cloudflare-tunnel";
import { Image, type ImageArgs } from "./image";
import { Job } from "./job";
import { Service } from "./service";
import { System } from "./system";

export interface StackArgs {
  plan: Plan;
  /** Docker's address, undefined for the provider's own default. */
  docker: string | undefined;
  /** Folder with ca.pem, cert.pem and key.pem for a Docker with TLS. */
  certificates?: string | undefined;
  /** Absolute path of the sources folder. */
  sources: string;
  rootSecret: pulumi.Output<string>;
  /** A value of Pulumi's secret config, by its key; a variable without one is left out. */
  configSecret: (key: string) => pulumi.Output<string> | undefined;
  /** How the image of a service is had. */
  imageOf: (service: PlannedService) => ImageArgs;
  /** Variables of a service's environment files; all are taken for secrets. */
  fileVariables: (service: PlannedService) => Record<string, string>;
}

/** All of a plan's resources: systems with their networks and volumes, images, then services in start order. */
export class Stack extends pulumi.ComponentResource {
  /** Passwords with which users pass access rules, by "rule/user". Secret. */
  public readonly passwords: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: StackArgs, opts?: pulumi.ComponentResourceOptions) {
    super("berth:index:Stack", name, {}, opts);
    const { plan } = args;
    const provider = new docker.Provider(
      `${name}-docker`,
      {
        ...(args.docker !== undefined && { host: args.docker }),
        ...(args.certificates !== undefined && { certPath: args.certificates }),
      },
      { parent: this },
    );
    const below = { parent: this, providers: { docker: provider } };
    const systems = createSystems(name, plan, below);
    const networkNames = new Map(
      [...systems.values()].flatMap((system) => [...system.networkNames]),
    );
    const volumeNames = new Map([...systems.values()].flatMap((system) => [...system.volumeNames]));
    const tunnel =
      plan.tunnel &&
      new CloudflareTunnel(
        `${name}-tunnel`,
        {
          tunnel: plan.tunnel,
          apiToken: args.configSecret(cloudflareTokenKey) ?? pulumi.secret(""),
        },
        { parent: this },
      );
    const secretOf: SecretSource = ({ origin, label, version, length }) => {
      if (origin === "config") return args.configSecret(label);
      if (origin === "tunnel" && tunnel) return tunnel.token;
      return args.rootSecret.apply((root) => deriveSecret(root, label, version, length));
    };
    const id = pulumi.unsecret(args.rootSecret.apply(stateId));
    const wanted = plan.services.map((service) => args.imageOf(service));
    const images = new Map<string, Image>();
    const ready = new Map<string, pulumi.Input<pulumi.Resource>[]>();
    const ids = new Map<string, pulumi.Output<string>[]>();
    const applied = new Map<string, pulumi.Resource>();
    for (const [index, service] of plan.services.entries()) {
      const image = wanted[index] ?? args.imageOf(service);
      const known =
        images.get(image.reference) ??
        new Image(`${name}-image-${imageName(image, wanted, service)}`, image, below);
      images.set(image.reference, known);
      const inputs: ContainerInputs = {
        stack: plan.stack,
        environment: plan.environment,
        stateId: id,
        image: known.imageId,
        networkNames,
        volumeNames,
        variables: {
          ...secretRecord(args.fileVariables(service)),
          ...variables(service, secretOf),
        },
        sources: args.sources,
        targets: service.targets.flatMap((id) => ids.get(id) ?? []),
      };
      const startsAfter = [
        ...service.startsAfter.flatMap((id) => ready.get(id) ?? []),
        ...(connectsTunnel(service) ? (tunnel?.ready ?? []) : []),
      ];
      const parent = { parent: systems.get(service.system) ?? this };
      const component =
        service.kind === "job"
          ? new Job(
              `${name}-${service.system}-${service.service}`,
              { service, startsAfter, ...inputs },
              parent,
            )
          : new Service(
              `${name}-${service.system}-${service.service}`,
              { service, startsAfter, replaceWith: appliedSecrets(service, applied), ...inputs },
              parent,
            );
      ready.set(serviceId(service), component.ready);
      if (component instanceof Job)
        for (const [label, secret] of component.secrets) applied.set(label, secret);
      else
        ids.set(
          serviceId(service),
          component.containers.map(({ id }) => id),
        );
    }
    tunnel?.publish(
      plan.services
        .filter(connectsTunnel)
        .flatMap((service) => ready.get(serviceId(service)) ?? []),
    );
    this.passwords = pulumi.secret(args.rootSecret.apply((root) => accessPasswords(plan, root)));
    this.registerOutputs({ stack: plan.stack });
  }
}

function accessPasswords(plan: Plan, rootSecret: string): Record<string, string> {
  const found = plan.services
    .flatMap(({ secrets }) => Object.values(secrets))
    .filter(({ label }) => label.startsWith(accessLabels));
  return Object.fromEntries(
    found.map(({ label, version, length }) => [
      label.slice(accessLabels.length),
      deriveSecret(rootSecret, label, version, length),
    ]),
  );
}

/** Those of a service's secrets that a job before it has made valid. */
function appliedSecrets(
  service: PlannedService,
  applied: ReadonlyMap<string, pulumi.Resource>,
): pulumi.Resource[] {
  const labels = new Set(Object.values(service.secrets).map(({ label }) => label));
  return [...labels].flatMap((label) => applied.get(label) ?? []);
}

function connectsTunnel(service: PlannedService): boolean {
  return Object.values(service.secrets).some(({ origin }) => origin === "tunnel");
}

function createSystems(
  name: string,
  plan: Plan,
  opts: pulumi.ComponentResourceOptions,
): Map<string, System> {
  const names = new Set(plan.services.map((service) => service.system));
  return new Map(
    [...names].sort().map((system) => [
      system,
      new System(
        `${name}-${system}`,
        {
          stack: plan.stack,
          environment: plan.environment,
          system,
          networks: plan.networks.filter((network) => network.system === system),
          volumes: plan.volumes.filter((volume) => volume.system === system),
        },
        opts,
      ),
    ]),
  );
}

type SecretSource = (secret: SecretVariable) => pulumi.Output<string> | undefined;

/** A service's variables, the secret ones filled in. */
function variables(
  service: PlannedService,
  secretOf: SecretSource,
): Record<string, pulumi.Input<string>> {
  return Object.fromEntries(
    Object.entries(service.variables).flatMap(([name, value]): [string, pulumi.Input<string>][] => {
      const secret = entryOf(service.secrets, name);
      if (secret === undefined) return [[name, value]];
      const filled = secretOf(secret)?.apply((found) => fillSecret(secret.template, found));
      return filled === undefined ? [] : [[name, pulumi.secret(filled)]];
    }),
  );
}

function secretRecord(record: Record<string, string>): Record<string, pulumi.Output<string>> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, pulumi.secret(value)]),
  );
}

/**
 * A resource name that stays when the image's tag changes: that is the same image, updated. Where
 * several images share a name, a build is told by its service and another by its tag.
 */
function imageName(image: ImageArgs, all: readonly ImageArgs[], service: PlannedService): string {
  const stem = imageStem(image);
  const shared = all.some(
    (other) => other.reference !== image.reference && imageStem(other) === stem,
  );
  if (!shared) return stem;
  if (image.build) return `${stem}-${service.system}-${service.service}`;
  return `${stem}-${dashed(withoutDigest(image).split(":").at(-1) ?? "")}`;
}

function imageStem(image: ImageArgs): string {
  const name = withoutDigest(image).replace(/^berth\.local\//, "local-");
  return dashed(name.replace(/:[^:/]*$/, ""));
}

const withoutDigest = ({ reference }: ImageArgs): string => reference.replace(/@.*$/, "");

function dashed(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9]+/g, "-");
}
