import { repositoryAndVersion } from "./image-version";
import { serviceId, type Plan, type PlannedMount, type PlannedService } from "../types";
import type { DataConsequence } from "./types";

/** What becomes of volumes and databases: what is at risk first. */
export function dataConsequences(base: Plan, head: Plan): DataConsequence[] {
  const found = [
    ...removedVolumes(base, head),
    ...servicesData(base, head),
    ...newVolumes(base, head),
    ...databases(base, head),
  ];
  const order = ["atRisk", "kept", "deleted", "new"];
  // One of each name and text: replicas and mounts tell the same twice.
  const once = new Map(found.map((each) => [`${each.name} ${each.text}`, each]));
  return [...once.values()].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
}

function removedVolumes(base: Plan, head: Plan): DataConsequence[] {
  const left = new Set(head.volumes.map(({ name }) => name));
  return base.volumes
    .filter(({ name }) => !left.has(name))
    .map(({ name, retained, system, path }): DataConsequence => {
      if (!retained)
        return { name, state: "deleted", text: `cache at ${path}, made again where it is needed` };
      const heir = heirOf(base, head, name);
      const text =
        heir === undefined
          ? `of ${system} is kept on the host, used by nobody`
          : `is kept on the host, used by nobody: ${heir.service} starts with ${heir.volume} in its place, which is empty`;
      return { name, state: heir === undefined ? "kept" : "atRisk", text };
    });
}

/** The service that mounts a new volume where it, or the one whose place it takes, had the old one. */
function heirOf(
  base: Plan,
  head: Plan,
  volume: string,
): { service: string; volume: string } | undefined {
  const known = new Set(base.volumes.map(({ name }) => name));
  const before = new Set(base.services.map(serviceId));
  const after = new Set(head.services.map(serviceId));
  for (const old of base.services) {
    const mount = volumesOf(old).find(({ source }) => source === volume);
    if (mount === undefined) continue;
    for (const now of head.services) {
      const follows =
        serviceId(now) === serviceId(old) ||
        now.container === old.container ||
        (!after.has(serviceId(old)) && !before.has(serviceId(now)));
      const next = volumesOf(now).find(({ target }) => target === mount.target);
      if (follows && next && !known.has(next.source))
        return { service: serviceId(now), volume: next.source };
    }
  }
  return undefined;
}

/** Services that are in both plans: where they look for their data, and with what. */
function servicesData(base: Plan, head: Plan): DataConsequence[] {
  const now = new Map(head.services.map((service) => [serviceId(service), service]));
  const retained = new Set(
    base.volumes.flatMap(({ name, retained: kept }) => (kept ? [name] : [])),
  );
  const planned = new Set(head.volumes.map(({ name }) => name));
  const known = new Set(base.volumes.map(({ name }) => name));
  return base.services.flatMap((before) => {
    const after = now.get(serviceId(before));
    if (after === undefined) return [];
    return volumesOf(before)
      .filter(({ source, readOnly }) => retained.has(source) && !readOnly)
      .flatMap((mount): DataConsequence[] => {
        const texts = [
          ...moved(mount, after, planned, known),
          ...(volumesOf(after).some(({ source }) => source === mount.source)
            ? opened(before, after)
            : []),
        ];
        return texts.map((text) => ({
          name: mount.source,
          state: "atRisk",
          text: `${serviceId(after)} ${text}`,
        }));
      });
  });
}

function moved(
  mount: PlannedMount,
  after: PlannedService,
  planned: ReadonlySet<string>,
  known: ReadonlySet<string>,
): string[] {
  const own = volumesOf(after).filter(({ source }) => source === mount.source);
  if (own.some(({ target }) => target === mount.target)) return [];
  const there = after.mounts.find(({ target }) => target === mount.target);
  const elsewhere = own[0];
  if (elsewhere) return [`has it at ${elsewhere.target}, no longer at ${mount.target}`];
  if (there === undefined)
    return [`has it no longer: what it writes to ${mount.target} is lost with its container`];
  if (there.type === "tmpfs") return [`has memory at ${mount.target} in its place`];
  if (there.type === "bind") return [`has ${there.source} at ${mount.target} in its place`];
  if (known.has(there.source)) return [`finds the data of ${there.source} in its place`];
  // Where nobody has the old one any more, its own line tells.
  return planned.has(mount.source)
    ? [`starts with ${there.source} in its place, which is empty`]
    : [];
}

/** Data that another program, or another user, opens from now on. */
function opened(before: PlannedService, after: PlannedService): string[] {
  const texts: string[] = [];
  const [old, now] = [before.postgres?.version, after.postgres?.version];
  if (old && now && old !== now) {
    texts.push(`opens it with another major version of PostgreSQL, which can't: ${old} → ${now}`);
  } else if (before.build === null && after.build === null) {
    const [was, is] = [repositoryAndVersion(before.image), repositoryAndVersion(after.image)];
    if (was.repository !== is.repository)
      texts.push(`opens it with ${is.repository} instead of ${was.repository}`);
    else if (was.major !== is.major)
      texts.push(
        `opens it with another major version: ${was.major ?? "none"} → ${is.major ?? "none"}`,
      );
  }
  if (before.postgres && after.postgres && isMusl(before.image) !== isMusl(after.image))
    texts.push("sorts text by another C library from now on: reindex its databases");
  if (before.security.user !== after.security.user)
    texts.push(
      `opens it as another user: ${before.security.user ?? "the image's"} → ${after.security.user ?? "the image's"}`,
    );
  return texts;
}

/** Alpine's C library; Debian's sorts otherwise, and indexes keep the order that they were made in. */
const isMusl = (image: string): boolean => image.includes("alpine");

function newVolumes(base: Plan, head: Plan): DataConsequence[] {
  const known = new Map(base.volumes.map((volume) => [volume.name, volume]));
  return head.volumes.flatMap(({ name, service, system, path, retained }): DataConsequence[] => {
    const before = known.get(name);
    if (before === undefined)
      return [{ name, state: "new", text: `for ${system}/${service} at ${path}` }];
    if (before.retained && !retained)
      return [
        { name, state: "atRisk", text: "is deleted with the stack from now on: it is a cache" },
      ];
    return [];
  });
}

/** Databases on servers that stay. */
function databases(base: Plan, head: Plan): DataConsequence[] {
  const needed = (plan: Plan) =>
    new Set(plan.services.flatMap(({ needs }) => needs.filter((need) => need.includes("#"))));
  const servers = new Set(head.services.map(serviceId));
  const isDatabase = (need: string) => {
    const [server = "", name = ""] = need.split("#");
    const all = [...base.services, ...head.services];
    const job = all.find((service) => serviceId(service) === `${server}-databases`);
    return servers.has(server) && job !== undefined && name !== "";
  };
  const [old, now] = [needed(base), needed(head)];
  return [
    ...[...old]
      .filter((need) => !now.has(need) && isDatabase(need))
      .map((name): DataConsequence => ({
        name,
        state: "kept",
        text: "database is kept; no service needs it any more",
      })),
    ...[...now]
      .filter((need) => !old.has(need) && isDatabase(need))
      .map((name): DataConsequence => ({ name, state: "new", text: "database" })),
  ];
}

function volumesOf(service: PlannedService): PlannedMount[] {
  return service.mounts.filter(({ type }) => type === "volume");
}
