import { randomBytes } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Catalogue } from "./catalogue";
import { dockerAddress, isElsewhere } from "./docker-address";
import { stateFolder } from "./folders";
import type { Settings } from "./schema/settings";
import { localImageFor } from "../offline/images/substitutes";
import type { MachineFacts } from "../planning/types";

/** How images are had on a Docker host: from registries, or built from here. */
export type ImageSource = "registry" | "local";

/**
 * The root secret of this machine, from which every password is derived; made once, mode 0600.
 * A team sets `berth:rootSecret` as Pulumi secret config instead.
 */
export function rootSecret(): string {
  return keepSecret("root-secret");
}

/** The root secret of this machine, undefined where none was made. */
export function knownRootSecret(): string | undefined {
  return existsSync(join(stateFolder(), "root-secret")) ? rootSecret() : undefined;
}

/** A secret file of the state folder: read, or made if it is not there. Never overwritten. */
export function keepSecret(name: string): string {
  const folder = stateFolder();
  const path = join(folder, name);
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const draft = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
    writeFileSync(draft, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
    try {
      linkSync(draft, path); // fails where another process was first: its secret counts
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    } finally {
      rmSync(draft);
    }
  }
  return readFileSync(path, "utf8").trim();
}

/** A Docker host elsewhere reaches other registries than this machine's. */
function imageSourceFile(settings: Pick<Settings, "host">): string {
  const elsewhere = isElsewhere(dockerAddress(settings).url);
  return join(stateFolder(), elsewhere ? `images-${settings.host.id}` : "images");
}

/** The choice made for the stack's Docker host, undefined until one was made. */
export function imageSource(settings: Pick<Settings, "host">): ImageSource | undefined {
  const path = imageSourceFile(settings);
  if (!existsSync(path)) return undefined;
  return readFileSync(path, "utf8").trim() === "local" ? "local" : "registry";
}

/** Keeps the choice: a plan must not change with the weather of the network. */
export function keepImageSource(settings: Pick<Settings, "host">, source: ImageSource): void {
  mkdirSync(stateFolder(), { recursive: true, mode: 0o700 });
  writeFileSync(imageSourceFile(settings), `${source}\n`);
}

/** The sources folder with `~` resolved. */
export function sourcesFolder(settings: Settings): string {
  return settings.sources.replace(/^~(?=\/|$)/, homedir());
}

/** What the planner asks of this machine: missing sources, and local images where there is no registry. */
export function observeMachine(catalogue: Catalogue, settings: Settings): MachineFacts {
  const folder = sourcesFolder(settings);
  const missingSources = catalogue.systems[settings.environment]
    .flatMap((system) => Object.entries(system.projects))
    .map(([name, project]) => `${settings.environment}/${project.source ?? name}`)
    .filter((source) => !existsSync(join(folder, source)));
  return {
    missingSources: [...new Set(missingSources)],
    localImages: imageSource(settings) === "local" ? localImageFor : "unused",
  };
}
