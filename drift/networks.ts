import type Docker from "dockerode";
import { labels } from "../components/naming";
import type { Plan, PlannedNetwork } from "../planning/types";
import { holderOf, stackLabel } from "../preflight/holder";
import { madeKey, type Expected } from "./containers";
import type { DockerState } from "./docker-state";
import { findingOf, isoTime } from "./finding";
import { differingEntries } from "./words";
import type { Finding } from "./types";

/** Planned networks that are missing or otherwise than planned, and others with the stack's label. */
export function networkFindings({ plan, made }: Expected, docker: DockerState): Finding[] {
  const planned = new Set(plan.networks.map(({ name }) => name));
  const ours = new Set([...(made ?? [])].map(([, id]) => id));
  const extra = docker.networks.filter(({ Name, Id }) => !planned.has(Name) && !ours.has(Id));
  return [
    ...plan.networks.flatMap((network) =>
      findings(plan, network, made?.get(madeKey("network", network.name)), docker),
    ),
    ...extra.map((info): Finding => ({
      ...findingOf(plan, "extra", "network", info.Name),
      ...{ field: `label ${stackLabel}`, planned: "none", found: plan.stack },
      ...{ since: isoTime(info.Created), mendedByUp: false },
      mend: `docker network rm ${info.Name}`,
    })),
  ];
}

function findings(
  plan: Plan,
  network: PlannedNetwork,
  made: string | undefined,
  docker: DockerState,
): Finding[] {
  const all = docker.networks.filter(({ Name }) => Name === network.name);
  // Docker allows several networks of a name.
  const info = all.find(({ Id }) => Id === made) ?? all[0];
  const common = findingOf(plan, "differs", "network", network.name);
  if (info === undefined) return [{ ...common, kind: "missing" }];
  const since = isoTime(info.Created);
  const recreated: Finding[] =
    made === undefined || made === info.Id
      ? []
      : [
          {
            ...common,
            kind: "recreated",
            planned: made.slice(0, 12),
            found: info.Id.slice(0, 12),
            since,
          },
        ];
  const differing = fields(plan, network, info)
    .filter(([, planned, found]) => planned !== found)
    .map(([field, planned, found]): Finding => ({ ...common, field, planned, found, since }));
  const result = [...recreated, ...differing];
  const holder = holderOf(info.Labels ?? {}, plan.stack).kind;
  if (holder === "own" || (holder === "other" && ownMembersOnly(info, plan, docker))) return result;
  const mend = `docker network rm ${network.name} && ${common.mend}`;
  return result.map((finding) => ({ ...finding, mendedByUp: false, mend }));
}

/** Whether none but containers of the stack are on a network, and there is at least one. */
function ownMembersOnly(info: Docker.NetworkInspectInfo, plan: Plan, docker: DockerState): boolean {
  const members = docker.containers.filter(
    ({ NetworkSettings }) => info.Name in NetworkSettings.Networks,
  );
  return (
    members.length > 0 &&
    members.every(({ Config }) => holderOf(Config.Labels ?? {}, plan.stack).kind === "own")
  );
}

function fields(
  { stack, environment }: Plan,
  { system, internal }: PlannedNetwork,
  info: Docker.NetworkInspectInfo,
): [field: string, planned: string, found: string][] {
  const planned = Object.fromEntries(
    labels({ stack, environment, system }).map(({ label, value }) => [label, value]),
  );
  return [
    ["driver", "bridge", info.Driver],
    ["internal", internal ? "yes" : "no", info.Internal ? "yes" : "no"],
    ...differingEntries(planned, info.Labels ?? {}).map(
      ([label, before, after]): [string, string, string] => [
        `label ${label}`,
        before ?? "none",
        after ?? "missing",
      ],
    ),
  ];
}
