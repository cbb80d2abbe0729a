import { build } from "esbuild";
import { readdirSync, readFileSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { contentKey } from "../cache";

const REPOSITORY = join(__dirname, "..", "..");
const PROVIDER_FOLDER = /^(.+)-provider$/;

/** A program of this checkout that the CLI starts as a plugin. */
interface Plugin {
  /** The name of the executable. */
  command: string;
  /** The TypeScript file that it runs. */
  entry: string;
  /** Where it is looked for, relative to the engine's folder. */
  folder: string;
}

/**
 * The language host and every `<name>-provider/main.ts` beside this file. A provider goes into the
 * CLI's plugin folder under the version of its npm package: found on PATH instead, the CLI would
 * warn about it on every run.
 */
export function plugins(): Plugin[] {
  const providers = readdirSync(__dirname).flatMap((folder) => {
    const name = PROVIDER_FOLDER.exec(folder)?.[1];
    return name === undefined ? [] : [providerPlugin(name, join(__dirname, folder, "main.ts"))];
  });
  const languageHost = {
    command: "pulumi-language-nodejs",
    entry: join(__dirname, "language-host.ts"),
    folder: "bin",
  };
  return [languageHost, ...providers];
}

function providerPlugin(name: string, entry: string): Plugin {
  const manifest = join(REPOSITORY, "node_modules", "@pulumi", name, "package.json");
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  return {
    command: `pulumi-resource-${name}`,
    entry,
    folder: join("home", "plugins", `resource-${name}-v${version}`),
  };
}

/** A name for the plugins' code as it is now, their dependencies included. */
export function pluginsKey(): string {
  // Docker's client and the build context's rules are bundled too.
  const files = [
    ...sourcesBelow(__dirname),
    ...sourcesBelow(join(REPOSITORY, "docker")),
    join(REPOSITORY, "config/build-context.ts"),
  ];
  const sources = files.map((file) => readFileSync(file));
  const lock = readFileSync(join(REPOSITORY, "package-lock.json"));
  return contentKey([...sources, lock, process.execPath]);
}

function sourcesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return sourcesBelow(path);
      return entry.name.endsWith(".ts") ? [path] : [];
    })
    .sort();
}

/** Bundles the plugins into `folder`; `home` is that folder's place once it is complete. */
export async function writePlugins(folder: string, home: string): Promise<void> {
  const all = plugins();
  await build({
    absWorkingDir: REPOSITORY,
    entryPoints: Object.fromEntries(all.map(({ command, entry }) => [command, entry])),
    outdir: join(folder, "lib"),
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    logLevel: "error",
    // Optional native code that the bundle does without.
    external: ["cpu-features", "*.node"],
  });
  for (const { command, folder: place } of all) {
    await mkdir(join(folder, place), { recursive: true });
    const script = `#!/bin/sh\nexec ${quote(process.execPath)} ${quote(join(home, "lib", `${command}.js`))} "$@"\n`;
    await writeFile(join(folder, place, command), script);
    await chmod(join(folder, place, command), 0o755);
  }
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
