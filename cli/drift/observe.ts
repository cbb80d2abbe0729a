import type { Stack } from "@pulumi/pulumi/automation";
import type Docker from "dockerode";
import { imageOf } from "../../config/images";
import { imageSource, sourcesFolder } from "../../config/machine";
import type { Settings } from "../../config/schema/settings";
import { shellVariables } from "../../config/secret-keys";
import { readFileVariables } from "../../config/sources";
import { compareWithDocker } from "../../drift/compare";
import type { Expected } from "../../drift/containers";
import { observeDocker, type DockerState } from "../../drift/docker-state";
import { madeByEngine, type RecordedResource } from "../../drift/engine";
import type { Finding } from "../../drift/types";
import { expectedVariables, type SecretSource } from "../../drift/variables";
import { deriveSecret, stateId } from "../../planning/secrets";
import { serviceId, type Plan, type PlannedService } from "../../planning/types";
import { rootSecretOf, stackConfig } from "../update/stack-config";

export interface Observation {
  findings: Finding[];
  docker: DockerState;
  notes: string[];
}

export interface DriftInput {
  plan: Plan;
  settings: Settings;
  docker: Docker;
  stack: Stack | undefined;
  /** The engine's state; undefined where it can't be read. */
  resources: readonly RecordedResource[] | undefined;
}

/** Compares plan and Docker; changes nothing. */
export async function observeDrift(input: DriftInput): Promise<Observation> {
  const { plan, settings, stack, resources } = input;
  const sources = sourcesFolder(settings);
  const notes: string[] = [];
  const config = stack === undefined ? {} : await stackConfig(stack);
  const root = config && rootSecretOf(config);
  if (config === undefined)
    notes.push(
      "the stack's secrets cannot be read (is its passphrase set?), so secret variables were compared by name alone",
    );
  else if (root === undefined)
    notes.push("there is no root secret here, so derived secrets were compared by name alone");
  const secretOf = secretSource(config, root);
  const images = new Map(
    plan.services.map((service) => [serviceId(service), reference(service, settings, notes)]),
  );
  const expected: Expected = {
    ...{ plan, sources },
    imageOf: (service) => images.get(serviceId(service)),
    variablesOf: (service) =>
      expectedVariables(service, secretOf, readFileVariables(service.environmentFiles, sources)),
    stateId: root === undefined ? undefined : stateId(root),
    made: resources && madeByEngine(resources),
  };
  const references = [...images.values()].filter((image) => image !== undefined);
  const docker = await observeDocker(input.docker, plan, references);
  return { findings: compareWithDocker(expected, docker), docker, notes };
}

/** The image that a service is to run; undefined where that takes a source that is not here. */
function reference(
  service: PlannedService,
  settings: Settings,
  notes: string[],
): string | undefined {
  try {
    return imageOf(service, sourcesFolder(settings), imageSource(settings)).reference;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    notes.push(`${serviceId(service)}: its source is not here, so its image was not compared`);
    return undefined;
  }
}

/** Values of secrets as the program has them. They stay in memory. */
function secretSource(
  config: Readonly<Record<string, string>> | undefined,
  root: string | undefined,
): SecretSource {
  return ({ origin, label, version, length }) => {
    switch (origin) {
      case "derived":
        return root === undefined ? undefined : deriveSecret(root, label, version, length);
      case "config": {
        const variable = shellVariables[label];
        return config && (config[label] || (variable && process.env[variable]) || null);
      }
      case "tunnel":
        return undefined; // Cloudflare alone has it
    }
  };
}
