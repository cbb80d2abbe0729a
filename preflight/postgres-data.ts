import { posix } from "node:path";
import type Docker from "dockerode";
import type { Issue } from "../config/issues";
import type { ContainerFile } from "../docker/archive";
import { serviceId, type Plan, type PlannedPostgres, type PlannedService } from "../planning/types";
import type { DockerFacts } from "./docker-facts";
import { lookIntoVolume, type VolumeReader } from "./volume-files";

/** Where projects keep a server's data in a volume; the official images do so by version since 18. */
const usualFolders = [
  ...["", "data", "pgdata"],
  ...Array.from({ length: 10 }, (_, index) => `${18 + index}/docker`),
];

/** What is in a server's volume. */
export type PostgresData =
  | { kind: "empty" }
  | { kind: "cluster"; folder: string; version: string; uid: number }
  | { kind: "other" };

/**
 * Data that a planned server could not start with: of another major version, of another user, in
 * another folder, or none of PostgreSQL's at all. `note` is told what could not be looked at.
 */
export async function postgresDataIssues(
  docker: Docker,
  plan: Plan,
  facts: Pick<DockerFacts, "containers" | "volumes">,
  note: (text: string) => void,
): Promise<Issue[]> {
  const issues: Issue[] = [];
  for (const service of plan.services) {
    const volume = service.postgres?.volume;
    if (!service.postgres || !volume || !facts.volumes.some(({ name }) => name === volume))
      continue;
    const { path } = service.postgres;
    const data = await lookIntoVolume(docker, facts, volume, plan.stack, (reader) =>
      examine(reader, path),
    ).catch((error: Error) => error);
    if (data === undefined || data instanceof Error) {
      const why = data === undefined ? "no image is there to do it with" : data.message;
      note(`${serviceId(service)}: volume ${volume} could not be looked into: ${why}`);
      continue;
    }
    const adopted = plan.volumes.some((one) => one.name === volume && one.adopted);
    issues.push(...dataIssues(service, service.postgres, data, adopted));
  }
  return issues;
}

async function examine(reader: VolumeReader, planned: string): Promise<PostgresData> {
  for (const folder of [planned, ...usualFolders.filter((one) => one !== planned)]) {
    const file: ContainerFile | undefined = await reader.file(posix.join(folder, "PG_VERSION"));
    if (file) return { kind: "cluster", folder, version: file.content.trim(), uid: file.uid };
  }
  return { kind: (await reader.isEmpty()) ? "empty" : "other" };
}

export function dataIssues(
  service: PlannedService,
  { version, volume, path }: PlannedPostgres,
  data: PostgresData,
  adopted: boolean,
): Issue[] {
  if (data.kind === "empty") return [];
  const issue = (message: string, remedy: string) => ({
    path: serviceId(service),
    message,
    remedy,
  });
  if (data.kind === "other") {
    // The image makes its own folder beside what else is there.
    if (!adopted && path !== "") return [];
    return [
      issue(
        `volume ${volume} has data, and none of PostgreSQL's`,
        adopted
          ? "take over another one in berth:volumes"
          : "name another volume in its catalogue file",
      ),
    ];
  }
  const issues: Issue[] = [];
  const inVolume = (folder: string) =>
    folder === "" ? "the volume itself" : `its folder '${folder}'`;
  const otherVersion = version !== null && data.version !== version;
  // Another version's data is in another folder, and is not to be read from there.
  if (data.folder !== path && !otherVersion)
    issues.push(
      issue(
        `volume ${volume} has PostgreSQL's data in ${inVolume(data.folder)}, but the server looks in ${inVolume(path)}`,
        "set PGDATA among the server's variables to where it is",
      ),
    );
  if (otherVersion)
    issues.push(
      issue(
        `volume ${volume} has data of PostgreSQL ${data.version}, but ${service.substitutedBy ?? service.image} is PostgreSQL ${version}`,
        `keep to an image of version ${data.version}, or bring the data over as docs/operate.md says in 'Another major version of PostgreSQL'`,
      ),
    );
  const user = /^(\d+)(?::|$)/.exec(service.security.user ?? "")?.[1];
  // As root, the image hands the data over itself.
  if (user !== undefined && user !== "0" && Number(user) !== data.uid)
    issues.push(
      issue(
        `volume ${volume} belongs to user ${data.uid}, but the server runs as ${user}`,
        `hand it over: docker run --rm --user 0 --entrypoint chown -v ${volume}:/data ${service.substitutedBy ?? service.image} -R ${service.security.user} /data`,
      ),
    );
  return issues;
}
