import type { Settings } from "../../config/schema/settings";
import type { ImagesLock } from "../../config/schema/images-lock";
import type { Plan, PlannedService } from "../../planning/types";

/**
 * What a plan without issues promises, looked up in the plans alone and not by the planner's own
 * proof. One line per broken promise.
 */
export function brokenPromises(
  plan: Plan,
  others: readonly Plan[],
  { host, stack }: Settings,
  lock: ImagesLock = {},
): string[] {
  const broken: string[] = [];
  const demand = (holds: boolean, promise: string): void => {
    if (!holds) broken.push(`${stack}: ${promise}`);
  };
  const all = [plan, ...others];
  const services = all.flatMap((one) => one.services);

  /** What one alone may hold: the plan's own are apart, and no other plan has one. */
  const once = (what: string, of: (one: Plan) => (string | number)[]): void => {
    const seen = new Set(others.flatMap(of));
    for (const value of of(plan)) {
      demand(!seen.has(value), `${what} ${value} is there once`);
      seen.add(value);
    }
  };
  once("container name", (one) => one.services.flatMap(containers));
  once("host port", (one) => one.services.flatMap(({ ports }) => ports.map(({ host }) => host)));
  once("address", ({ routes }) => routes.map((route) => route.host + route.path));
  once("network", ({ networks }) => networks.map(({ name }) => name));
  once("volume", ({ volumes }) => volumes.map(({ name }) => name));
  once("service", (one) => one.services.map((each) => `${one.environment} ${idOf(each)}`));
  const ways = new Map(plan.routes.map((route) => [route.host, `${plan.stack} ${route.via}`]));
  for (const one of all) {
    for (const { host: name, via } of one.routes) {
      const way = `${one.stack} ${via}`;
      demand((ways.get(name) ?? way) === way, `host ${name} leads one way`);
    }
  }

  const byId = new Map(plan.services.map((each) => [idOf(each), each]));
  const internal = new Map(plan.networks.map((network) => [network.name, network.internal]));
  const volumes = new Map(plan.volumes.map((volume) => [volume.name, volume.system]));
  const answers = new Map<string, string>();
  const members = new Map<string, number>();
  const started = new Set<string>();
  for (const each of plan.services) {
    const id = idOf(each);
    for (const network of each.networks) {
      demand(internal.has(network), `${id}'s network ${network} is planned`);
      members.set(network, (members.get(network) ?? 0) + each.replicas);
      for (const name of new Set([...(each.aliases[network] ?? []), ...containers(each)])) {
        const key = `${name} on ${network}`;
        demand((answers.get(key) ?? id) === id, `one service answers to ${key}`);
        answers.set(key, id);
      }
    }
    demand(new Set(each.networks).size === each.networks.length, `${id} is on a network once`);
    demand(
      each.ports.length === 0 || each.networks.some((network) => internal.get(network) === false),
      `${id}'s ports can be published`,
    );
    demand(each.ports.length === 0 || each.replicas === 1, `${id}'s replicas share no port`);
    const targets = each.mounts.map(({ target }) => target);
    demand(new Set(targets).size === targets.length, `${id} mounts one thing on a path`);
    for (const { type, source } of each.mounts) {
      if (type === "volume") demand(volumes.get(source) === each.system, `${id} owns ${source}`);
    }
    for (const need of each.needs)
      demand(byId.has(need.split("#")[0] ?? ""), `${id}'s need ${need} is met`);
    for (const before of each.startsAfter) {
      demand(started.has(before), `${id} comes after ${before}`);
      const target = byId.get(before);
      // What writes routes waits for what they lead to, and does not speak to it.
      if (target?.kind !== "service" || each.service.startsWith("traefik-routes-")) continue;
      demand(
        target.networks.some((network) => each.networks.includes(network)),
        `${id} shares a network with ${before}`,
      );
    }
    started.add(id);
    hardened(each, plan, host.cpus, demand);
    const references = each.build === null ? [each.image] : Object.values(each.build.args);
    for (const reference of references) {
      // What is built here has its content's hash as its version.
      if (/^berth(\.local)?\//.test(reference)) continue;
      demand(isExact(reference), `${reference} of ${id} is an exact version`);
      const platforms = lock[reference]?.platforms ?? [host.platform];
      const fits = platforms.some((one) => one.split("/").slice(0, 2).join("/") === host.platform);
      // A stand-in runs an image of Berth's own.
      demand(
        fits || each.substitutedBy === "stand-in",
        `${reference} of ${id} runs on ${host.platform}`,
      );
    }
  }

  const pools = host.addressPools ?? [
    ...Array.from({ length: 15 }, (_, at) => ({ base: `172.${17 + at}.0.0/16`, size: 16 })),
    { base: "192.168.0.0/16", size: 20 },
  ];
  const subnets = pools.reduce(
    (sum, { base, size }) => sum + 2 ** (size - Number(base.split("/")[1])),
    0,
  );
  const names = new Set(all.flatMap(({ networks }) => networks.map(({ name }) => name)));
  demand(names.size < subnets, `${names.size} networks and Docker's have subnets`);
  const room = 2 ** (32 - Math.max(...pools.map(({ size }) => size))) - 3;
  for (const [network, count] of members)
    demand(count <= room, `${network} has addresses for ${count}`);

  const sum = (of: (each: PlannedService) => number) =>
    services.reduce((amount, each) => amount + of(each) * each.replicas, 0);
  const memory = sum(({ memoryBytes }) => memoryBytes);
  const [amount = "", unit] = host.memory.split(" ");
  const capacity = Number(amount) * (unit === "GiB" ? 2 ** 30 : 2 ** 20);
  demand(memory <= capacity, "the host has the memory");
  demand(plan.budget?.total.memoryBytes === memory, "the budget adds up memory");
  demand(plan.budget?.free.memoryBytes === capacity - memory, "the budget says what is free");
  demand(sum(({ gpu }) => Number(gpu)) <= Number(host.gpu), "the host has the GPUs");
  const logs = sum((each) => each.logs.fileBytes * each.logs.files);
  demand(plan.budget?.total.logBytes === logs, "the budget adds up logs");
  if (host.logDisk !== undefined)
    demand(logs <= Number(host.logDisk.split(" ")[0]) * 2 ** 20, "the host has the disk for logs");
  if (host.cpuOvercommit !== undefined)
    demand(
      sum(({ cpus }) => cpus ?? 0) <= host.cpus * host.cpuOvercommit,
      "processors are not given too often",
    );
  return broken;
}

type Demand = (holds: boolean, promise: string) => void;

/** Bounded, watched, and able to change no more than it says. */
function hardened(each: PlannedService, { environment }: Plan, cpus: number, demand: Demand): void {
  const id = idOf(each);
  demand(each.memoryBytes >= 6 * 2 ** 20, `${id} has a memory limit`);
  demand(each.logs.fileBytes > 0 && each.logs.files > 0, `${id}'s logs are bounded`);
  demand(each.logs.fileBytes * each.logs.files <= 100e6, `${id}'s logs are bounded`);
  if (environment === "prod")
    demand(each.cpus !== null && each.cpus <= cpus, `${id} has a processor limit`);
  if (each.kind === "service")
    demand((each.health?.test.length ?? 0) > 1, `${id} has a health check`);
  else demand((each.timeoutSeconds ?? 0) > 0, `${id} ends`);
}

function isExact(reference: string): boolean {
  const tag = reference.split("/").at(-1)?.split(":")[1] ?? "";
  const [, first = "", next = ""] = /^[^\d]*(\d+)(.\d)?/.exec(tag) ?? [];
  return reference.includes("@sha256:") || (first !== "" && /^[.-]\d$/.test(next));
}

function containers({ container, replicas }: PlannedService): string[] {
  return Array.from({ length: replicas }, (_, at) => container + (at === 0 ? "" : `-${at + 1}`));
}

function idOf({ system, service }: PlannedService): string {
  return `${system}/${service}`;
}
