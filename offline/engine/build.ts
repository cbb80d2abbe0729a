import { copyFile, link, mkdir, readFile, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { cacheFolder } from "../../config/folders";
import { contentKey, fillOnce, markUsed, removeUnused } from "../cache";
import {
  ensureGoProgram,
  goProgramFolder,
  goProgramVersion,
  type GoBuildOptions,
  type GoProgram,
} from "../go/program";
import { pluginsKey, writePlugins } from "./plugins";

const VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/** The Pulumi CLI, at the version of the SDK. */
export const pulumiCli: GoProgram = {
  title: "Pulumi",
  path: "offline/engine/cli",
  wrapper: join(__dirname, "cli"),
  module: "github.com/pulumi/pulumi/pkg/v3",
  commands: ["cmd/pulumi"],
  flags: (version) => ["-ldflags", `-X ${VERSION_VARIABLE}=v${version}`],
  cache: { folder: "engine", name: "cli" },
};

export type EngineOptions = GoBuildOptions;

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
  const { engine, engineFolder, cliFolder } = layout(options);
  if (!existsSync(engine.cli)) return undefined;
  await markUsed([engineFolder, cliFolder]);
  return engine;
}

/**
 * Builds the CLI from its Go module and bundles the plugins of this checkout, each only if its
 * sources have changed since.
 */
export async function ensureOfflineEngine(options: EngineOptions = {}): Promise<OfflineEngine> {
  const { engine, engineFolder, cacheDir } = layout(options);
  const built = await builtOfflineEngine(options);
  if (built) return built;
  const cliFolder = await ensureGoProgram(pulumiCli, options);
  await fillOnce(engineFolder, async (temporary) => {
    await writePlugins(temporary, engineFolder);
    // The CLI expects the language host beside itself, and looks through symbolic links.
    await linkOrCopy(join(cliFolder, "pulumi"), join(temporary, "bin", "pulumi"));
    await writeNpmEntry(temporary, engine.cli);
  });
  await markUsed([engineFolder]);
  await removeUnused(join(cacheDir, "engine"));
  return engine;
}

function layout(options: EngineOptions) {
  const cacheDir = options.cacheDir ?? cacheFolder();
  const cliFolder = goProgramFolder(pulumiCli, cacheDir);
  const engineFolder = join(cacheDir, "engine", contentKey([basename(cliFolder), pluginsKey()]));
  const binDir = join(engineFolder, "bin");
  const engine: OfflineEngine = {
    binDir,
    home: join(engineFolder, "home"),
    cli: join(binDir, "pulumi"),
    cliVersion: goProgramVersion(pulumiCli),
  };
  return { engine, cliFolder, engineFolder, cacheDir };
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
