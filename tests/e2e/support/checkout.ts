import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { $ } from "zx";
import { copyTree, repository } from "../../support/copy-tree";

export { repository };

/** Of the loopback network, and of this run alone: neither of the user's stacks nor of another run's. */
export const testAddress = `127.0.42.${(process.pid % 250) + 1}`;

export interface Outcome {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** A copy of the committed (and not yet committed) files with a machine state of its own. */
export interface Checkout {
  folder: string;
  /** Where this checkout's stacks look for `<environment>/<project>`. */
  sources: string;
  env: NodeJS.ProcessEnv;
  berth: (...args: string[]) => Promise<Outcome>;
  run: (command: string, ...args: string[]) => Promise<Outcome>;
  /** Sets `berth:` values of a stack file; "host.cpus" is a value inside of another. */
  configure: (stack: string, values: Record<string, unknown>) => void;
  /** Replaces the first such text in a file of the checkout; it has to be there. */
  edit: (file: string, from: string | RegExp, to: string) => void;
  remove: () => void;
}

/**
 * What a newcomer has after cloning, in a temporary folder; `node_modules` is shared with this
 * checkout. Engine and images come from this machine's cache.
 */
export async function createCheckout(): Promise<Checkout> {
  const home = mkdtempSync(join(tmpdir(), "berth-e2e-"));
  const folder = join(home, "berth");
  const sources = join(home, "projects");
  mkdirSync(sources);
  copyTree(folder);
  // The launcher would install into the shared folder if this checkout's own were not up to date.
  await $({ cwd: repository, quiet: true })`./berth --version`;
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    XDG_STATE_HOME: join(home, "state"),
    NO_COLOR: "1",
  };
  const run = async (command: string, ...args: string[]): Promise<Outcome> => {
    const { exitCode, stdout, stderr } = await $({
      cwd: folder,
      env,
      quiet: true,
      nothrow: true,
      stdio: ["ignore", "pipe", "pipe"],
    })`${command} ${args}`;
    return { exitCode, stdout, stderr };
  };
  const configure = (stack: string, values: Record<string, unknown>): void => {
    const path = join(folder, `Pulumi.${stack}.yaml`);
    const document = parseDocument(readFileSync(path, "utf8"));
    for (const [key, value] of Object.entries(values))
      document.setIn(["config", ...`berth:${key}`.split(".")], value);
    writeFileSync(path, document.toString());
  };
  const edit = (file: string, from: string | RegExp, to: string): void => {
    const path = join(folder, file);
    const text = readFileSync(path, "utf8");
    const edited = text.replace(from, to);
    if (edited === text) throw new Error(`${file} has no ${from}`);
    writeFileSync(path, edited);
  };
  for (const stack of ["dev", "prod"]) configure(stack, { sources, bindAddress: testAddress });
  return {
    folder,
    sources,
    env,
    run,
    configure,
    edit,
    berth: (...args) => run(join(folder, "berth"), ...args),
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** Puts one of the small real applications where a user's private source would be. */
export function installSource(
  checkout: Checkout,
  environment: "dev" | "prod",
  project: string,
): string {
  const target = join(checkout.sources, environment, project);
  cpSync(join(repository, "tests/e2e/fixtures/sources", project), target, { recursive: true });
  return target;
}
