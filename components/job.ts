import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { mask, secretValues } from "../planning/masking";
import { entryOf } from "../planning/lookup";
import type { PlannedService } from "../planning/types";
import { containerArgs, replaceOnChanges, type ContainerInputs } from "./container";

export interface JobArgs extends ContainerInputs {
  service: PlannedService;
  /** What must be healthy or done first. */
  startsAfter: pulumi.Input<pulumi.Resource>[];
}

const shownLogLines = 20;

/**
 * What the provider gives a job over its time limit. At its own limit it leaves the container running,
 * and may end together with all else that it does, so `berth up` is to come first.
 */
const graceSeconds = 60;

/**
 * A container that runs once, and again when its inputs or the containers of its targets change. An
 * exit code other than 0 fails the update with the job's last log lines, and what depends on the job does not start.
 *
 *     new Job("galerly-resources", { service, ...inputs }, { parent: system });
 */
export class Job extends pulumi.ComponentResource {
  public readonly container: docker.Container;
  /** For dependents: the container, once it ended well. */
  public readonly ready: pulumi.Input<pulumi.Resource>[];
  /** The secrets that the job makes valid, by label: replaced, before the job is, with their value. */
  public readonly secrets: ReadonlyMap<string, pulumi.Resource>;

  constructor(name: string, args: JobArgs, opts?: pulumi.ComponentResourceOptions) {
    super("berth:index:Job", name, {}, opts);
    const { service } = args;
    this.secrets = this.stashSecrets(name, args);
    const container = new docker.Container(
      `${name}-container`,
      {
        ...containerArgs(service, service.container, args),
        restart: "no",
        attach: true,
        logs: true,
        mustRun: false,
      },
      {
        parent: this,
        dependsOn: [...args.startsAfter, ...this.secrets.values()],
        deleteBeforeReplace: true,
        replaceOnChanges,
        additionalSecretOutputs: ["containerLogs"],
        customTimeouts: { create: `${(service.timeoutSeconds ?? 300) + graceSeconds}s` },
      },
    );
    this.container = container;
    // The provider takes a failed one-shot container for a success: dependents wait for this instead.
    this.ready = [
      pulumi
        .all([
          container.exitCode,
          container.urn,
          pulumi.unsecret(container.containerLogs),
          pulumi.unsecret(container.envs),
        ])
        .apply(([exitCode, urn, logs, envs]) => {
          if (exitCode === 0) return container;
          const shown = mask(logs ?? "", secretValues(envs ?? [], service, []));
          throw new pulumi.RunError(failure(service, exitCode, urn, shown));
        }),
    ];
    this.registerOutputs({ container: service.container });
  }

  /** Who has one of them is replaced with it, and so is away while the job changes it. */
  private stashSecrets(name: string, { service, variables }: JobArgs): Map<string, pulumi.Stash> {
    return new Map(
      service.appliesSecrets.flatMap((label): [string, pulumi.Stash][] => {
        const [variable] = Object.entries(service.secrets).find((e) => e[1].label === label) ?? [];
        const input = variable === undefined ? undefined : entryOf(variables, variable);
        if (input === undefined) return [];
        const stash = new pulumi.Stash(
          `${name}-secret-${label.split("/").at(-1)}`,
          { input },
          { parent: this, deleteBeforeReplace: true, replaceOnChanges: ["input"] },
        );
        return [[label, stash]];
      }),
    );
  }
}

function failure(service: PlannedService, exitCode: number, urn: string, logs: string): string {
  const last = logs.trimEnd().split("\n").slice(-shownLogLines).join("\n    ");
  return (
    `systems/${service.system}/${service.service}: job ${service.container} ended with exit code ${exitCode}; ` +
    `mend its cause, then run: pulumi up --replace '${urn}'\n    ${last}`
  );
}
