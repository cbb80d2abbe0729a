import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { forms } from "../../../planning/masking";
import { docker } from "./docker";

/** A secret value of a test, and the containers that may know it. */
export interface Canary {
  name: string;
  value: string;
  consumers: readonly string[];
}

/** Names of the canaries that are in a text, in any form that a log, a URL or a file may give them. */
export function canariesIn(text: string, canaries: readonly Canary[]): string[] {
  return canaries
    .filter(({ value }) => forms(value).some((form) => form.length >= 6 && text.includes(form)))
    .map(({ name }) => name);
}

/** Canaries in the files below a folder, as "file: canary". `own` are files that may have all. */
export function canariesBelow(
  folder: string,
  canaries: readonly Canary[],
  own: readonly string[] = [],
): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !own.includes(file))
    .flatMap((file) =>
      canariesIn(readFileSync(file, "latin1"), canaries).map((name) => `${file}: ${name}`),
    );
}

/** Canaries in what Docker tells of anything but their own consumers, as "object: canary". */
export async function canariesInDocker(canaries: readonly Canary[]): Promise<string[]> {
  const found: string[] = [];
  const look = (object: string, told: unknown, known: readonly Canary[] = []): void => {
    const foreign = canaries.filter((canary) => !known.includes(canary));
    found.push(
      ...canariesIn(JSON.stringify(told), foreign).map((canary) => `${object}: ${canary}`),
    );
  };
  for (const { Id, Names, Labels } of await docker.listContainers({ all: true })) {
    const name = (Names[0] ?? "").slice(1);
    const known = canaries.filter(({ consumers }) => consumers.includes(name));
    look(`container ${name}`, await docker.getContainer(Id).inspect(), known);
    look(`labels of container ${name}`, Labels);
  }
  for (const { Id, Name } of await docker.listNetworks())
    look(`network ${Name}`, await docker.getNetwork(Id).inspect());
  for (const volume of (await docker.listVolumes()).Volumes) look(`volume ${volume.Name}`, volume);
  for (const { Id } of await docker.listImages()) {
    const image = docker.getImage(Id);
    look(`image ${Id}`, [await image.inspect(), await image.history()]);
  }
  return found;
}

/** Watches the command lines of all processes, which any user of the machine sees. */
export class ProcessWatch {
  private readonly seen = new Set<string>();
  private readonly timer = setInterval(() => this.look(), 100);

  private look(): void {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try {
        this.seen.add(readFileSync(`/proc/${pid}/cmdline`, "utf8"));
      } catch {
        // it has ended
      }
    }
  }

  /** All that was seen. */
  stop(): string[] {
    clearInterval(this.timer);
    return [...this.seen].map((line) => line.replaceAll("\0", " ").trim());
  }
}
