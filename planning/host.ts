import type { Issue } from "../config/issues";
import { toBytes } from "../config/schema/common";
import type { Settings } from "../config/schema/settings";
import { edgeName } from "./exposure/edge";
import type { StackPlan } from "./proof";
import { serviceId } from "./types";

/** What stacks say of one host: the same, and of one Docker address that it is one host. */
export function hostIssues(settings: Settings, stacks: readonly Settings[]): Issue[] {
  return stacks.flatMap((other) => {
    if (other === settings) return [];
    if (other.host.id === settings.host.id) return disagreements(settings, other);
    const { docker } = settings.host;
    if (docker === undefined || docker !== other.host.docker) return [];
    return [
      {
        path: `Pulumi.${settings.stack}.yaml.host.id`,
        message: `${docker} is host ${settings.host.id} here and ${other.host.id} in Pulumi.${other.stack}.yaml, so the two stacks are not proved together`,
        remedy: "give both the same id",
      },
    ];
  });
}

/** A host's figures as they are compared, and as a message shows them. */
const figures: { field: string; of: (host: Settings["host"]) => string | number }[] = [
  { field: "platform", of: ({ platform }) => platform },
  { field: "memory", of: ({ memory }) => toBytes(memory) },
  { field: "cpus", of: ({ cpus }) => cpus },
  { field: "gpu", of: ({ gpu }) => Number(gpu) },
  { field: "logDisk", of: ({ logDisk }) => (logDisk === undefined ? "" : toBytes(logDisk)) },
  { field: "cpuOvercommit", of: ({ cpuOvercommit }) => cpuOvercommit ?? "" },
  { field: "addressPools", of: ({ addressPools }) => JSON.stringify(addressPools ?? "") },
];

function disagreements(settings: Settings, other: Settings): Issue[] {
  return figures.flatMap(({ field, of }) => {
    if (of(settings.host) === of(other.host)) return [];
    const said = (host: Settings["host"]) => {
      const value = host[field as keyof Settings["host"]];
      if (value === undefined) return "not given";
      return typeof value === "object" ? JSON.stringify(value) : String(value);
    };
    return [
      {
        path: `Pulumi.${settings.stack}.yaml.host.${field}`,
        message: `is ${said(settings.host)}, but ${said(other.host)} in Pulumi.${other.stack}.yaml, of the same host ${settings.host.id}`,
        remedy: "let both say what the host has",
      },
    ];
  });
}

/** Each service runs once in dev and once in prod of a host: replicas are no environments. */
export function repeatedServices({ plan }: StackPlan, others: readonly StackPlan[]): Issue[] {
  const own = plan.services.filter(({ system }) => system !== edgeName).map(serviceId);
  return others.flatMap(({ plan: other }) => {
    if (other.environment !== plan.environment) return [];
    const theirs = new Set(other.services.map(serviceId));
    const both = own.filter((id) => theirs.has(id));
    const [first] = both;
    if (first === undefined) return [];
    const more = both.length > 1 ? ` and ${both.length - 1} more` : "";
    return [
      {
        path: `Pulumi.${plan.stack}.yaml.systems`,
        message: `${first}${more} would run twice in ${plan.environment} on host ${plan.host}: in stack ${other.stack} as well`,
        remedy: "leave its system out of one of the two, or give that one another host",
      },
    ];
  });
}
