import { runCommand } from "../../offline/run-command";
import { problem } from "../errors";
import { root } from "../root";

/** A commit to compare with, and how it was named. */
export interface Base {
  ref: string;
  commit: string;
}

async function git(...args: string[]): Promise<string | undefined> {
  const { code, stdout } = await runCommand("git", ["-C", root, ...args]);
  return code === 0 ? stdout.trim() : undefined;
}

/**
 * The commit that a ref is; without one, where this branch left the default branch, and the last
 * commit where there is no such branch.
 */
export async function findBase(ref: string | undefined): Promise<Base> {
  if ((await git("rev-parse", "--git-dir")) === undefined) throw noRepository();
  if (ref !== undefined) return { ref, commit: await commitOf(ref) };
  for (const branch of await defaultBranches()) {
    const commit = await git("merge-base", "HEAD", branch);
    if (commit !== undefined) return { ref: branch, commit };
  }
  return { ref: "HEAD", commit: await commitOf("HEAD") };
}

function noRepository(): Error {
  return problem("diff", `${root} is no git repository`, "run it in a clone");
}

async function defaultBranches(): Promise<string[]> {
  const remote = await git("symbolic-ref", "--short", "refs/remotes/origin/HEAD");
  return [...(remote === undefined ? [] : [remote]), "origin/main", "main"];
}

async function commitOf(ref: string): Promise<string> {
  // What starts with a dash would be an option of git's.
  const commit = ref.startsWith("-")
    ? undefined
    : await git("rev-parse", "--verify", "--quiet", `${ref}^{commit}`);
  if (commit !== undefined) return commit;
  const shallow = (await git("rev-parse", "--is-shallow-repository")) === "true";
  throw problem(
    `--base ${ref}`,
    shallow ? "is not in this clone, which is shallow" : "is no commit of this repository",
    shallow
      ? `fetch it with 'git fetch origin ${ref}', or all with 'git fetch --unshallow'`
      : `see 'git branch --all' and 'git log', or fetch it with 'git fetch origin'`,
  );
}

/** Writes Berth's own folder as it is at a commit into a tar file. */
export async function archive(commit: string, file: string): Promise<void> {
  const prefix = (await git("rev-parse", "--show-prefix")) ?? "";
  const tree = prefix === "" ? commit : `${commit}:${prefix}`;
  const { code, stderr } = await runCommand("git", [
    ...["-C", root, "archive", "--format=tar", `--output=${file}`, tree],
  ]);
  if (code !== 0)
    throw problem(
      `base ${commit.slice(0, 8)}`,
      `can't be read: ${stderr.trim()}`,
      "fetch it again",
    );
}

/** A file as it is at a commit, relative to Berth's folder; undefined where it has none. */
export function fileAt(commit: string, file: string): Promise<string | undefined> {
  return git("show", `${commit}:./${file}`);
}

/** Files that differ from a commit's, new ones too, relative to Berth's folder. */
export async function changedFiles(commit: string): Promise<string[]> {
  const known = await git("diff", "--name-only", "--relative", commit, "--", ".");
  const others = await git("ls-files", "--others", "--exclude-standard", "--", ".");
  return [known, others].flatMap((list) => (list ?? "").split("\n").filter(Boolean)).sort();
}
