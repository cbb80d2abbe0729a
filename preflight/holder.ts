/** Whose a container or network is, by its labels. */
export type Holder =
  | { kind: "own" }
  | { kind: "stack"; stack: string }
  | { kind: "compose"; project: string; folder?: string; files: string[] }
  | { kind: "other" };

/** Label that Berth puts on all it creates. */
export const stackLabel = "berth.stack";
const compose = "com.docker.compose.project";

/** Reads the holder from Docker labels. */
export function holderOf(labels: Record<string, string>, stack: string): Holder {
  const berth = labels[stackLabel];
  if (berth !== undefined) {
    return berth === stack ? { kind: "own" } : { kind: "stack", stack: berth };
  }
  const project = labels[compose];
  if (project === undefined) return { kind: "other" };
  const folder = labels[`${compose}.working_dir`];
  return {
    kind: "compose",
    project,
    ...(folder ? { folder } : {}),
    files: (labels[`${compose}.config_files`] ?? "").split(",").filter((file) => file !== ""),
  };
}

/** "container 'web' of Compose project 'shop'". */
export function describeHolder(holder: Holder, what: string): string {
  switch (holder.kind) {
    case "compose":
      return `${what} of Compose project '${holder.project}'`;
    case "stack":
      return `${what} of Berth's stack '${holder.stack}'`;
    case "own":
      return `${what} of this stack`;
    case "other":
      return `${what}, which is not Berth's`;
    default:
      return holder satisfies never;
  }
}

/** The command that takes a Compose project's containers and networks away and keeps its volumes. */
export function composeDown(holder: Extract<Holder, { kind: "compose" }>): string {
  return [
    "docker compose",
    `-p ${quote(holder.project)}`,
    ...(holder.folder === undefined ? [] : [`--project-directory ${quote(holder.folder)}`]),
    ...holder.files.map((file) => `-f ${quote(file)}`),
    "down",
  ].join(" ");
}

/** What frees something that a Compose project, another stack or somebody else holds. */
export function release(holder: Holder, otherwise: string): string {
  switch (holder.kind) {
    case "compose":
      return `stop it with '${composeDown(holder)}', which keeps its volumes`;
    case "stack":
      return `take it down with 'berth down ${holder.stack}', which keeps its data`;
    case "own":
    case "other":
      return otherwise;
    default:
      return holder satisfies never;
  }
}

function quote(word: string): string {
  return /^[A-Za-z0-9_./:@=+-]+$/.test(word) ? word : `"${word.replace(/["\\$`]/g, "\\$&")}"`;
}
