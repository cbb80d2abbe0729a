import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";

export const repository = join(__dirname, "../..");

/**
 * Copies the tree as it is, committed or not, without what git ignores, and with the packages of
 * this checkout.
 */
export function copyTree(
  target: string,
  { wanted = () => true }: { wanted?: (file: string) => boolean } = {},
): void {
  const files = execFileSync("git", ["ls-files", "-z", "-co", "--exclude-standard"], {
    cwd: repository,
    encoding: "utf8",
  });
  for (const file of files.split("\0").filter((each) => each !== "" && wanted(each))) {
    // One that was deleted and is not committed yet.
    if (!existsSync(join(repository, file))) continue;
    mkdirSync(dirname(join(target, file)), { recursive: true });
    cpSync(join(repository, file), join(target, file), { verbatimSymlinks: true });
  }
  symlinkSync(join(repository, "node_modules"), join(target, "node_modules"));
}
