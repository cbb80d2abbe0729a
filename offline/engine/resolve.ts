import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { cacheFolder } from "../../config/folders";
import { Failure } from "../failure";
import { runCommand } from "../run-command";
import {
  builtOfflineEngine,
  ensureOfflineEngine,
  type EngineOptions,
  type OfflineEngine,
} from "./build";
import { isRecord } from "./provider-server/wire";

const REPOSITORY = join(__dirname, "..", "..");
const DAY_MS = 24 * 60 * 60 * 1000;
const PROBE_MS = 30_000;
const DOWNLOAD_MS = 10 * 60_000;
const PROVIDERS = ["docker", "cloudflare"] as const;

/** A Pulumi that can run the program on this machine. */
export interface Engine {
  kind: "official" | "offline";
  /** One line that says what runs. */
  description: string;
  /** The `pulumi` command. */
  cli: string;
  /** To be added to the environment of every `pulumi` command. */
  env: Record<string, string>;
}

interface ResolveOptions extends EngineOptions {
  /** Whether the official CLI and plugins may be downloaded. */
  allowDownload?: boolean;
  /** Whether the offline engine may be built. */
  install?: boolean;
}

/** The official engine where it can be had, else the offline one. */
export async function resolveEngine(options: ResolveOptions = {}): Promise<Engine> {
  const memory = join(options.cacheDir ?? cacheFolder(), "engine", "official-unreachable");
  const official = await findOfficialEngine(options, memory);
  if (official) return official;
  const outOfReach = await isFresh(memory);
  const built = options.install
    ? await ensureOfflineEngine(options)
    : await builtOfflineEngine(options);
  if (built) return offlineEngine(built, outOfReach);
  throw new Failure({
    path: "engine",
    message: `there is no Pulumi: the official one ${outOfReach ? "can't be downloaded here" : "is not installed"}, and Berth's own isn't built yet`,
    remedy: "run ./berth up --install",
  });
}

/**
 * The official CLI with the official provider plugins: a `pulumi` on PATH, else the one that the npm
 * package `pulumi` has or downloads. What can't be downloaded isn't tried again for a day.
 */
async function findOfficialEngine(
  options: ResolveOptions,
  memory: string,
): Promise<Engine | undefined> {
  const mayDownload = options.allowDownload === true && !(await isFresh(memory));
  const cli = (await cliOnPath()) ?? (await cliOfNpm(mayDownload));
  const version = cli === undefined ? undefined : await cliVersion(cli);
  const complete =
    cli !== undefined && version !== undefined && (await hasPlugins(cli, mayDownload));
  if (complete) {
    return {
      kind: "official",
      description: `engine: Pulumi ${version} with the official plugins`,
      cli,
      // The language host lies beside the CLI.
      env: {
        PATH: [dirname(cli), process.env["PATH"]].filter(Boolean).join(delimiter),
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    };
  }
  if (mayDownload) {
    await mkdir(dirname(memory), { recursive: true });
    await writeFile(
      memory,
      "The official engine could not be downloaded; tried again a day later.\n",
    );
  }
  return undefined;
}

async function isFresh(file: string): Promise<boolean> {
  const info = await stat(file).catch(() => undefined);
  return info !== undefined && Date.now() - info.mtimeMs < DAY_MS;
}

/** A complete official CLI on PATH: with its language host, and neither npm's shim nor our own. */
async function cliOnPath(): Promise<string | undefined> {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter(Boolean);
  for (const folder of folders) {
    const cli = join(folder, "pulumi");
    if (folder.includes("node_modules") || !existsSync(cli)) continue;
    const host = await readHead(join(folder, "pulumi-language-nodejs"));
    // Ours is a shell script, the official one a program.
    if (host !== undefined && !host.startsWith("#!")) return cli;
  }
  return undefined;
}

async function readHead(file: string): Promise<string | undefined> {
  return readFile(file).then(
    (content) => content.subarray(0, 2).toString("latin1"),
    () => undefined,
  );
}

/** The CLI that the npm package `pulumi` keeps in `$PULUMI_HOME/versions`. */
async function cliOfNpm(mayDownload: boolean): Promise<string | undefined> {
  const load = createRequire(join(REPOSITORY, "package.json"));
  const { version } = load("pulumi/package.json") as { version: string };
  const { cacheDir } = load("pulumi/lib/cache") as {
    cacheDir: (version: string) => string;
  };
  const cli = join(cacheDir(version), "bin", "pulumi");
  // Under `berth env` our own stands there, a shell script, so that `npx pulumi` finds it.
  if (existsSync(cli)) return (await readHead(cli)) === "#!" ? undefined : cli;
  if (!mayDownload) return undefined;
  // Its own command downloads the CLI before it does anything else.
  const shim = load.resolve("pulumi/run.js");
  await runCommand(process.execPath, [shim, "version"], { timeoutMs: DOWNLOAD_MS });
  return existsSync(cli) ? cli : undefined;
}

async function cliVersion(cli: string): Promise<string | undefined> {
  const result = await runCommand(cli, ["version"], { timeoutMs: PROBE_MS });
  return result.code === 0 ? result.stdout.trim().replace(/^v/, "") : undefined;
}

async function hasPlugins(cli: string, mayDownload: boolean): Promise<boolean> {
  const listing = await runCommand(cli, ["plugin", "ls", "--json"], { timeoutMs: PROBE_MS });
  const installed: unknown = listing.code === 0 ? JSON.parse(listing.stdout) : [];
  for (const name of PROVIDERS) {
    const version = await packageVersion(name);
    if (isListed(installed, name, version)) continue;
    if (!mayDownload) return false;
    const install = ["plugin", "install", "resource", name, version];
    if ((await runCommand(cli, install, { timeoutMs: DOWNLOAD_MS })).code !== 0) return false;
  }
  return true;
}

function isListed(installed: unknown, name: string, version: string): boolean {
  return (
    Array.isArray(installed) &&
    installed.some(
      (plugin: unknown) =>
        isRecord(plugin) && plugin["name"] === name && plugin["version"] === version,
    )
  );
}

async function packageVersion(provider: string): Promise<string> {
  const manifest = join(REPOSITORY, "node_modules", "@pulumi", provider, "package.json");
  return (JSON.parse(await readFile(manifest, "utf8")) as { version: string }).version;
}

/** The environment with which the offline CLI finds its own plugins and nothing asks the network. */
export function offlineEnvironment(engine: OfflineEngine): Record<string, string> {
  return {
    PATH: [engine.binDir, process.env["PATH"]].filter(Boolean).join(delimiter),
    PULUMI_HOME: engine.home,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}

/** `outOfReach`: whether a download of the official engine was tried and failed. */
function offlineEngine(engine: OfflineEngine, outOfReach: boolean): Engine {
  const official = outOfReach ? "can't be downloaded here" : "are not installed";
  return {
    kind: "offline",
    description: `engine: Pulumi ${engine.cliVersion} built from its Go module, with Berth's own provider plugins (the official ones ${official})`,
    cli: engine.cli,
    env: offlineEnvironment(engine),
  };
}
