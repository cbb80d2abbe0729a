import { cp, link, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../../config/folders";
import { Failure } from "../failure";
import { lastLines, runCommand } from "../run-command";
import { contentKey, fillOnce, markUsed, removeUnused } from "./cache";
import { goToolchain } from "./go-toolchain";
import { pluginsKey, writePlugins } from "./plugins";

const CLI_FOLDER = join(__dirname, "cli");
const CLI_PACKAGE = "github.com/pulumi/pulumi/pkg/v3";
const VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

export interface EngineOptions {
  /** Default: `$XDG_CACHE_HOME/berth` or `~/.cache/berth`. */
  cacheDir?: string;
  log?: (line: string) => void;
}

export interface OfflineEngine {
  /** Holds `pulumi` and the language host; goes first on PATH. */
  binDir: string;
  /** `PULUMI_HOME` of this engine: holds the provider plugins. */
  home: string;
  cli: string;
  cliVersion: string;
}

/** The offline engine if everything it needs has been built from the present sources. */
export async function builtOfflineEngine(
  options: EngineOptions = {},
): Promise<OfflineEngine | undefined> {
  const { engine, engineFolder, cliFolder } = await layout(options);
  if (!existsSync(engine.cli)) return undefined;
  await markUsed([engineFolder, cliFolder]);
  return engine;
}

/**
 * Builds the CLI from its Go module and bundles the plugins of this checkout, each only if its
 * sources have changed since.
 */
export async function ensureOfflineEngine(options: EngineOptions = {}): Promise<OfflineEngine> {
  const log = options.log ?? (() => undefined);
  const { engine, cliFolder, engineFolder, cacheDir } = await layout(options);
  const built = await builtOfflineEngine(options);
  if (built) return built;
  await fillOnce(cliFolder, (temporary) => buildCli(temporary, engine.cliVersion, cacheDir, log));
  await fillOnce(engineFolder, async (temporary) => {
    await writePlugins(temporary, engineFolder);
    // The CLI expects the language host beside itself, and looks through symbolic links.
    await linkOrCopy(join(cliFolder, "pulumi"), join(temporary, "bin", "pulumi"));
    await writeNpmEntry(temporary, engine.cli);
  });
  await markUsed([engineFolder, cliFolder]);
  await removeUnused(join(cacheDir, "engine"));
  return engine;
}

async function layout(options: EngineOptions) {
  const cacheDir = options.cacheDir ?? cacheFolder();
  const gomod = await readFile(join(CLI_FOLDER, "go.mod"), "utf8");
  const gosum = await readFile(join(CLI_FOLDER, "go.sum"), "utf8");
  const cliKey = contentKey([gomod, gosum]);
  const cliFolder = join(cacheDir, "engine", `cli-${cliKey}`);
  const engineFolder = join(cacheDir, "engine", contentKey([cliKey, pluginsKey()]));
  const binDir = join(engineFolder, "bin");
  const engine: OfflineEngine = {
    binDir,
    home: join(engineFolder, "home"),
    cli: join(binDir, "pulumi"),
    cliVersion: cliVersionOf(gomod),
  };
  return { engine, cliFolder, engineFolder, cacheDir };
}

/** The version of the CLI that a go.mod requires, without the `v`. */
export function cliVersionOf(gomod: string): string {
  const line = gomod.split("\n").find((text) => text.includes(`${CLI_PACKAGE} v`));
  const version =
    line &&
    /v(\d+\.\d+\.\d+)/.exec(line.slice(line.indexOf(CLI_PACKAGE) + CLI_PACKAGE.length))?.[1];
  if (!version)
    throw new Failure({
      path: "offline/engine/cli/go.mod",
      message: `requires no ${CLI_PACKAGE}`,
      remedy: "restore it",
    });
  return version;
}

async function buildCli(
  folder: string,
  version: string,
  cacheDir: string,
  log: (line: string) => void,
): Promise<void> {
  const { go, env } = await goToolchain(cacheDir, log);
  log(`Building Pulumi ${version} from its Go module; the first time takes minutes`);
  const module = join(folder, "module");
  await mkdir(module);
  for (const file of ["go.mod", "go.sum", "tools.go"]) {
    await cp(join(CLI_FOLDER, file), join(module, file));
  }
  const result = await runCommand(
    go,
    [
      ...["build", "-buildvcs=false", "-ldflags", `-X ${VERSION_VARIABLE}=v${version}`],
      ...["-o", join(folder, "pulumi"), `${CLI_PACKAGE}/cmd/pulumi`],
    ],
    { cwd: module, env: { ...process.env, ...env } },
  );
  if (result.code !== 0) {
    throw new Failure(
      {
        path: "engine",
        message: `Pulumi ${version} can't be built from its Go module`,
        remedy: "mend what its last lines name, then run it again",
      },
      lastLines(result),
    );
  }
}

/** Where the npm package `pulumi` looks before it downloads: so `npx pulumi` finds this CLI too. */
async function writeNpmEntry(engineFolder: string, cli: string): Promise<void> {
  const { version } = JSON.parse(
    await readFile(require.resolve("pulumi/package.json"), "utf8"),
  ) as { version: string };
  const folder = join(engineFolder, "home", "versions", version, "bin");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "pulumi"), `#!/bin/sh\nexec '${cli}' "$@"\n`, { mode: 0o755 });
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch {
    await copyFile(from, to);
  }
}
