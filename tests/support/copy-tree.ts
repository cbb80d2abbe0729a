import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";

export const repository = join(__dirname, "../..");

/**
 * Copies the committed files, and those that are not committed yet, with the packages of this
 * checkout.
 */
export function copyTree(
  target: string,
  { wanted = () => true }: { wanted?: (file: string) => boolean } = {},
): void {
  const files = execFileSync("git", ["ls-files", "-z", "-co", "--exclude-standard"], {
    cwd: repository,
    encoding: "utf8",
  });
  for (const file of files.split("\0").filter(Boolean).filter(wanted)) {
    mkdirSync(dirname(join(target, file)), { recursive: true });
    cpSync(join(repository, file), join(target, file), { verbatimSymlinks: true });
  }
  symlinkSync(join(repository, "node_modules"), join(target, "node_modules"));
}
