import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { recipeReference } from "../../../offline/images/references";

export interface Outcome {
  code: number;
  out: string;
}

/** What the plan asks of every container. */
export const hardened = ["--cap-drop", "ALL", "--security-opt", "no-new-privileges"];

/** The docker command; throws where it fails. */
export function docker(...args: string[]): string {
  return execFileSync("docker", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Looks twice a second until it is `done`, for half a minute at most; gives the last look. */
export async function until<T>(look: () => T, done: (seen: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries++) {
    const seen = look();
    if (done(seen) || tries === 60) return seen;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Containers of local images on a network of their own, and files for them. */
export class Lab {
  readonly prefix: string;
  private readonly folder: string;
  private readonly volumes = new Set<string>();

  constructor(name: string) {
    this.prefix = `img-${name}-${process.pid}`;
    this.folder = mkdtempSync(join(tmpdir(), `${this.prefix}-`));
    chmodSync(this.folder, 0o755);
    docker("network", "create", this.prefix);
  }

  /** Starts a container named `<prefix>-<name>` and gives that name. */
  start(name: string, recipe: string, options: string[], ...command: string[]): string {
    const container = `${this.prefix}-${name}`;
    const where = ["--name", container, "--network", this.prefix];
    docker("run", "--detach", ...where, ...options, recipeReference(recipe), ...command);
    return container;
  }

  /** Runs a shell line in a container of its own. */
  shell(recipe: string, line: string, ...options: string[]): Outcome {
    const args = ["run", "--rm", "--network", this.prefix, ...options, "--entrypoint", "sh"];
    const run = spawnSync("docker", [...args, recipeReference(recipe), "-c", line], {
      encoding: "utf8",
    });
    return { code: run.status ?? -1, out: (run.stdout + run.stderr).trim() };
  }

  /** Asks for a page from inside the network. */
  get(url: string): Outcome {
    return this.shell("base", `wget -q -O - ${url}`);
  }

  volume(name: string): string {
    this.volumes.add(`${this.prefix}-${name}`);
    return `${this.prefix}-${name}`;
  }

  /** A file that every container's user may read; gives its path. */
  file(path: string, content: string): string {
    const whole = join(this.folder, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, content);
    return whole;
  }

  close(): void {
    const filter = ["--filter", `name=${this.prefix}-`];
    const left = docker("ps", "--all", "--quiet", ...filter)
      .split("\n")
      .filter(Boolean);
    if (left.length > 0) docker("rm", "--force", "--volumes", ...left);
    docker("network", "rm", this.prefix);
    for (const volume of this.volumes) docker("volume", "rm", "--force", volume);
    rmSync(this.folder, { recursive: true });
  }
}
