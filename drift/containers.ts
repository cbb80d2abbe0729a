import type { ContainerInspectInfo } from "dockerode";
import { labels, stateLabel, targetsLabel } from "../components/naming";
import { mask, secretValues } from "../planning/masking";
import { containerNames } from "../planning/naming";
import { serviceId, type Plan, type PlannedService } from "../planning/types";
import { holderOf, stackLabel } from "../preflight/holder";
import type { DockerState } from "./docker-state";
import { findingOf, isoTime } from "./finding";
import { differingFields, isChangedInPlace, type Expectation } from "./fields";
import type { Finding } from "./types";
import type { ExpectedVariable } from "./variables";

/** What plan and Docker are compared with. */
export interface Expected {
  plan: Plan;
  /** Absolute path of the sources folder. */
  sources: string;
  /** Reference of the image that a service runs; undefined where that is not known here. */
  imageOf: (service: PlannedService) => string | undefined;
  variablesOf: (service: PlannedService) => ReadonlyMap<string, ExpectedVariable>;
  /** Of the state that made the containers; undefined where that can't be told. */
  stateId: string | undefined;
  /** Ids of what the engine made, by type and name; undefined where nothing is known of its state. */
  made: ReadonlyMap<string, string> | undefined;
}

/** Key of `Expected.made`. */
export function madeKey(object: "container" | "network", name: string): string {
  return `${object} ${name}`;
}

/** Planned containers that are missing, not running or otherwise than planned. */
export function containerFindings(expected: Expected, docker: DockerState): Finding[] {
  const byName = new Map(docker.containers.map((info) => [nameOf(info), info]));
  const byId = new Map(docker.containers.map((info) => [info.Id, info]));
  const networkIds = new Map(docker.networks.map(({ Name, Id }) => [Name, Id]));
  const { plan, made } = expected;
  return plan.services.flatMap((service) =>
    containerNames(service).flatMap((container) => {
      const id = made?.get(madeKey("container", container));
      const info = byName.get(container) ?? (id === undefined ? undefined : byId.get(id));
      const about = findingOf(plan, "differs", "container", container, serviceId(service));
      if (info === undefined) return [{ ...about, kind: "missing" as const }];
      const holder = holderOf(info.Config.Labels ?? {}, plan.stack);
      const values: Expectation = {
        container,
        labels: {
          ...labelsOf(plan, service),
          ...stateIdLabel(expected, info),
          ...targetLabel(expected, service, info),
        },
        variables: expected.variablesOf(service),
        sources: expected.sources,
        imageId: docker.images.get(expected.imageOf(service) ?? "")?.Id,
        image: docker.images.get(info.Image),
        files: docker.files.get(info.Id) ?? new Map(),
        networkIds,
        limitsSwap: docker.limitsSwap,
      };
      const findings = [
        ...identityFindings(about, info, id),
        ...stateFindings(about, info, service),
        ...fieldFindings(about, info, service, values, id === info.Id),
      ];
      if (holder.kind === "own") return findings;
      // Preflight stops where a planned name is somebody else's: Berth removes nothing of theirs.
      const mend = `docker stop ${container} && docker rename ${container} ${container}-before-berth && ${about.mend}`;
      return findings.map((finding) => ({ ...finding, mendedByUp: false, mend }));
    }),
  );
}

/** Labels that a service's containers have. */
export function labelsOf(plan: Plan, service: PlannedService): Record<string, string> {
  const { stack, environment } = plan;
  const { system, project } = service;
  const all = labels({ stack, environment, system, project, service: service.service });
  return Object.fromEntries(all.map(({ label, value }) => [label, value]));
}

/** Where the state's id is not known, as it is found. */
function stateIdLabel(
  { stateId }: Expected,
  { Config }: ContainerInspectInfo,
): Record<string, string> {
  const id = stateId ?? (Config.Labels ?? {})[stateLabel];
  return id === undefined ? {} : { [stateLabel]: id };
}

/** A job's targets as the engine made them; where its state is not known, as they are found. */
function targetLabel(
  { plan, made }: Expected,
  { targets }: PlannedService,
  { Config }: ContainerInspectInfo,
): Record<string, string> {
  if (targets.length === 0) return {};
  const names = targets.flatMap((target) =>
    plan.services.filter((service) => serviceId(service) === target).flatMap(containerNames),
  );
  const ids = names.map((name) => made?.get(madeKey("container", name)));
  const found = (Config.Labels ?? {})[targetsLabel] ?? "";
  return { [targetsLabel]: ids.includes(undefined) ? found : ids.join(",") };
}

function identityFindings(
  about: Finding,
  info: ContainerInspectInfo,
  made: string | undefined,
): Finding[] {
  if (made === undefined || made === info.Id) return [];
  const ids = { planned: made.slice(0, 12), found: info.Id.slice(0, 12) };
  return [{ ...about, kind: "recreated", ...ids, since: isoTime(info.Created) }];
}

function stateFindings(
  about: Finding,
  { State, Created }: ContainerInspectInfo,
  { kind }: PlannedService,
): Finding[] {
  const finding = (found: string, since: string | null): Finding[] => [
    { ...about, kind: "not-running", planned: kind === "job" ? "done" : "healthy", found, since },
  ];
  if (State.Paused) return finding("paused", null);
  if (State.Restarting) return finding("restarting", isoTime(State.FinishedAt));
  if (State.Status === "created") return finding("never started", isoTime(Created));
  if (kind === "job" && (State.Running || State.ExitCode === 0)) return [];
  if (!State.Running)
    return finding(`ended with exit code ${State.ExitCode}`, isoTime(State.FinishedAt));
  return State.Health?.Status === "unhealthy" ? finding("unhealthy", null) : [];
}

function fieldFindings(
  about: Finding,
  info: ContainerInspectInfo,
  service: PlannedService,
  expectation: Expectation,
  own: boolean,
): Finding[] {
  const { image, variables } = expectation;
  const secrets = [
    ...secretValues(info.Config.Env ?? [], service, image?.Config.Env ?? []),
    ...[...variables.values()].flatMap(({ secret, value }) => (secret && value ? [value] : [])),
  ];
  const shown = (text: string | null) => (text === null ? null : mask(text, secrets));
  return differingFields(service, info, expectation).map((difference) => {
    const { field, planned } = difference;
    // Nobody knows what somebody's own text holds.
    const hidden =
      !own && isText(field) && !["missing", "none", "set"].includes(difference.found ?? "");
    const found = hidden ? null : shown(difference.found);
    return {
      ...about,
      ...{ kind: "differs", field, planned: shown(planned), found },
      secret: difference.secret || hidden,
      // What can't change on a living container was so from the start, unless it is the plan that changed.
      since: own || isChangedInPlace(field) ? null : isoTime(info.Created),
    };
  });
}

/** Fields in which a container made by hand may have anything. */
const isText = (field: string): boolean =>
  /^(variable|label) /.test(field) || ["command", "entry point", "health check"].includes(field);

/** Containers that are not planned and have the stack's labels or are on its networks. */
export function extraContainers({ plan, made }: Expected, docker: DockerState): Finding[] {
  const planned = new Set(plan.services.flatMap(containerNames));
  const ours = new Set(made?.values());
  const networks = plan.networks.map(({ name }) => name);
  const extra = docker.containers.filter(
    (info) => !planned.has(nameOf(info)) && !ours.has(info.Id),
  );
  return extra.flatMap((info) => {
    const name = nameOf(info);
    const about = (field: string, found: string, mend: string): Finding => ({
      ...findingOf(plan, "extra", "container", name),
      ...{ field, planned: "none", found, mendedByUp: false, mend },
    });
    const label = (info.Config.Labels ?? {})[stackLabel];
    const labelled: Finding[] =
      label === plan.stack
        ? [
            {
              ...about(`label ${stackLabel}`, label, `docker rm --force ${name}`),
              since: isoTime(info.Created),
            },
          ]
        : [];
    const connected = networks.filter((network) => network in info.NetworkSettings.Networks);
    return [
      ...labelled,
      ...connected.map((network) =>
        about(
          `network ${network}`,
          "connected",
          `docker network disconnect --force ${network} ${name}`,
        ),
      ),
    ];
  });
}

export function nameOf({ Name }: ContainerInspectInfo): string {
  return Name.replace(/^\//, "");
}
