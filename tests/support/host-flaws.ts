import { toBytes } from "../../config/schema/common";
import type { Settings } from "../../config/schema/settings";
import { job, published, routed, service } from "./catalogue";
import { flaws, routeAll, someService, type Flaw, type World } from "./worlds";

type Host = Settings["host"];

/** Changes what every stack says of its host. */
function onHosts(world: World, change: (host: Host) => Partial<Host>): void {
  world.stacks = world.stacks.map((stack) => ({
    ...stack,
    host: { ...stack.host, ...change(stack.host) },
  }));
}

/** Mistakes about what stacks share: the host, its figures, and one another. */
const hostFlaws: Record<string, Flaw> = {
  "little memory": (world) => onHosts(world, () => ({ memory: "200 MiB" })),
  "a service that takes it all": (world, at) => {
    someService(world, at)[2].memory = "65 GiB";
  },
  "a GPU that is not there": (world, at) => {
    someService(world, at)[2].gpu = true;
  },
  "a GPU for one": (world, at, more) => {
    someService(world, at)[2].gpu = true;
    someService(world, more)[2].gpu = true;
    onHosts(world, () => ({ gpu: 1 }));
  },
  "little disk for logs": (world) => onHosts(world, () => ({ logDisk: "100 MiB" })),
  "few processors to give": (world) => onHosts(world, () => ({ cpus: 2, cpuOvercommit: 1.5 })),
  "few networks": (world) =>
    onHosts(world, () => ({ addressPools: [{ base: "10.200.0.0/22", size: 24 }] })),
  "small networks": (world) =>
    onHosts(world, () => ({ addressPools: [{ base: "10.200.0.0/16", size: 29 }] })),
  "stacks that disagree": (world, at) => {
    const [first, ...others] = world.stacks;
    const figures: Partial<Host>[] = [
      { memory: `${toBytes("63 GiB") / 2 ** 20} MiB` },
      { cpus: 7 },
      { platform: "linux/arm64" },
      { gpu: 4 },
    ];
    if (first)
      world.stacks = [{ ...first, host: { ...first.host, ...figures[at % 4] } }, ...others];
  },
  "one address under two ids": (world) => onHosts(world, () => ({ docker: "ssh://ann@server" })),
  "an environment twice": (world) => {
    const [first] = world.stacks;
    world.stacks = world.stacks.map((stack) => ({
      ...stack,
      environment: first?.environment ?? "dev",
    }));
  },
  "a stack twice": (world) => {
    const [first] = world.stacks;
    if (first) world.stacks = [...world.stacks, { ...first, stack: "second" }];
  },
  "another platform": (world) => {
    const digest = `sha256:${"0".repeat(64)}`;
    world.lock = { "redis:7.4.2-alpine": { digest, platforms: ["linux/arm64/v8"] } };
  },
  "another platform of a base": (world) => {
    const digest = `sha256:${"0".repeat(64)}`;
    world.lock = { "node:20.19.5": { digest, platforms: ["linux/s390x"] } };
  },
};

/** Mistakes in one service or system that the invariants of a host rule out. */
const entryFlaws: Record<string, Flaw> = {
  "needs in a circle": (world, at) => {
    const [owner] = someService(world, at);
    const endpoints = { http: { port: 80, role: "internal" as const } };
    const needing = (other: string) =>
      service({ endpoints, needs: { other: { endpoint: other } } });
    owner.services = {
      ...owner.services,
      "circle-a": needing("circle-b"),
      "circle-b": needing("circle-a"),
    };
  },
  "no exact version": (world, at, more) => {
    const references = ["redis:latest", "redis:7", "node:20-alpine3.22", "redis"];
    const registry = references[more % references.length] ?? "redis";
    someService(world, at)[2].image = { registry };
  },
  "no exact version of a base": (world, at) => {
    someService(world, at)[2].image = { build: { bases: { NODE: "node:lts" } } };
  },
  "no memory limit": (world, at) => {
    delete someService(world, at)[2].memory;
  },
  "no health check": (world, at) => {
    const [, , entry] = someService(world, at);
    if (entry.kind !== "job") delete (entry as { health?: unknown }).health;
  },
  "an absence without a reason": (world, at) => {
    someService(world, at)[2].prod = { absent: "" };
  },
  "an absence with its reason": (world, at) => {
    someService(world, at)[2].dev = { absent: "only what is sold needs it" };
  },
  "a system without a reason": (world, at) => {
    someService(world, at)[0].absent = { dev: "no" };
  },
  "a system twice": (world, at) => {
    world.systems.push({ ...someService(world, at)[0] });
  },
  "replicas on a port": (world, at) => {
    const [owner] = someService(world, at);
    const endpoints = { http: { ...published(18), routes: {} } };
    owner.services = { ...owner.services, many: service({ endpoints, replicas: 3 }) };
  },
  "two endpoints on a port": (world, at) => {
    const [owner] = someService(world, at);
    const endpoints = { http: published(17), other: { ...published(17), port: 81 } };
    owner.services = { ...owner.services, both: service({ endpoints }) };
  },
  "two services on a port": (world, at) => {
    const [owner] = someService(world, at);
    const twin = () => service({ endpoints: { http: published(16) } });
    owner.services = { ...owner.services, "port-a": twin(), "port-b": twin() };
  },
  "a slot beyond the slice": (world, at) => {
    const [owner] = someService(world, at);
    owner.projects = { ...owner.projects, [owner.name]: { ports: { block: 9, slice: 4 } } };
    owner.services = {
      ...owner.services,
      beyond: service({ endpoints: { http: published(20) } }),
    };
  },
  "a host that leads two ways": (world, at) => {
    const [owner] = someService(world, at);
    const on = (path: string) =>
      service({ endpoints: { http: routed({ host: "ways.example.org", path }) } });
    owner.services = { ...owner.services, "way-a": on("/a"), "way-b": on("/b") };
    routeAll(world, { [`${owner.name}/way-b`]: { public: "cloudflareTunnel" } });
  },
  "two services at an address": (world, at) => {
    const [owner] = someService(world, at);
    const twin = () => service({ endpoints: { http: routed({ host: "twin.example.org" }) } });
    owner.services = { ...owner.services, "twin-a": twin(), "twin-b": twin() };
    routeAll(world, {});
  },
  "one network of all": (world) => {
    for (const system of world.systems) system.networks.main = { name: "lan" };
  },
  "one network twice": (world, at) => {
    someService(world, at)[2].networks = ["main", "main"];
  },
  "two mounts on a path": (world, at) => {
    someService(world, at)[2].tmpfs = ["/tmp", "/tmp"];
  },
  "two volumes of a name": (world, at) => {
    const [owner] = someService(world, at);
    const name = Object.values(owner.volumes ?? {})[0]?.name ?? "disk";
    owner.volumes = { ...owner.volumes, other: { name }, another: { name } };
  },
  "a cache in a kept volume": (world, at) => {
    const [owner, , entry] = someService(world, at);
    entry.container = "web-{environment}";
    entry.mounts = [{ cache: "modules", target: "/modules" }];
    owner.volumes = { ...owner.volumes, kept: { name: "web-{environment}-modules" } };
  },
  "a database of two owners": (world, at) => {
    const [owner] = someService(world, at);
    const needing = (role: string) =>
      job({ networks: ["data"], needs: { sql: { database: "server#shop", role } } });
    owner.services = {
      ...owner.services,
      server: service({
        networks: ["data"],
        endpoints: { sql: { port: 5432, protocol: "tcp", role: "internal" } },
        postgres: { endpoint: "sql" },
        tmpfs: ["/var/lib/postgresql"],
      }),
      ...{ "one-owner": needing("one"), "other-owner": needing("other") },
    };
  },
  "a variable twice": (world, at) => {
    const [, , entry] = someService(world, at);
    entry.needs = { ...entry.needs, extra: { secret: "extra", variables: { MODE: "{value}" } } };
  },
};

/** All that can be wrong with a world, by what was done to it. */
export const allFlaws: Record<string, Flaw> = { ...flaws, ...hostFlaws, ...entryFlaws };
