import type { Issue } from "../config/issues";
import type { Settings } from "../config/schema/settings";
import { containerNames } from "./naming";
import type { Plan } from "./types";

export interface AddressPool {
  /** "172.17.0.0/16". */
  base: string;
  /** Prefix length of the networks that are cut from it. */
  size: number;
}

/** From what Docker takes a network's addresses where its daemon.json says nothing else. */
export const dockerPools: readonly AddressPool[] = [
  ...["172.17.0.0/16", "172.18.0.0/16", "172.19.0.0/16"].map((base) => ({ base, size: 16 })),
  ...["172.20.0.0/14", "172.24.0.0/14", "172.28.0.0/14"].map((base) => ({ base, size: 16 })),
  { base: "192.168.0.0/16", size: 20 },
];

/** How many networks there are addresses for, Docker's own bridge among them. */
export function poolCapacity(pools: readonly AddressPool[]): number {
  return pools.reduce((sum, { base, size }) => sum + 2 ** (size - Number(base.split("/")[1])), 0);
}

/** Of a network's addresses three are its own: the first, the last, and the gateway's. */
const reserved = 3;

/**
 * Docker chooses every network's subnet from the host's pools, so that no two overlap; what it can
 * run out of is networks, and addresses in one.
 */
export function addressIssues(plans: readonly Plan[], { stack, host }: Settings): Issue[] {
  const pools = host.addressPools ?? dockerPools;
  const path = `Pulumi.${stack}.yaml.host.addressPools`;
  const remedy =
    'give Docker more (default-address-pools in its daemon.json, such as {"base": "10.200.0.0/16", "size": 24}) and say so here';
  const issues: Issue[] = [];
  const networks = new Set(plans.flatMap((plan) => plan.networks.map(({ name }) => name)));
  const capacity = poolCapacity(pools) - 1;
  if (networks.size > capacity) {
    const each = plans.map((plan) => `${plan.networks.length} of ${plan.stack}`).join(", ");
    issues.push({
      path,
      message: `${host.addressPools ? "have" : "are Docker's own, which have"} addresses for ${capacity} networks beside its bridge, but host ${host.id} needs ${networks.size}: ${each}`,
      remedy,
    });
  }
  // Docker takes the pools in turn; which one a network gets nobody knows before.
  const room = 2 ** (32 - Math.max(...pools.map(({ size }) => size))) - reserved;
  for (const [network, containers] of membersOf(plans[0])) {
    if (containers <= room) continue;
    issues.push({
      path,
      message: `may give network ${network} ${room} addresses, but ${containers} containers are on it`,
      remedy,
    });
  }
  return issues;
}

function membersOf(plan: Plan | undefined): Map<string, number> {
  const members = new Map<string, number>();
  for (const service of plan?.services ?? []) {
    for (const network of service.networks)
      members.set(network, (members.get(network) ?? 0) + containerNames(service).length);
  }
  return members;
}
