import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { root } from "../root";
import { fileAt } from "./git";

/** Settings that decide about what runs and are in no plan, and what another value does. */
const settings: readonly { path: readonly string[]; effect: string }[] = [
  {
    path: ["host", "docker"],
    effect: "the whole stack is made on that Docker, without the data that it has now",
  },
  { path: ["host", "tls"], effect: "another Docker may answer, without the data of this one" },
  {
    path: ["sources"],
    effect: "containers that mount sources are replaced, and images are built from that folder",
  },
  { path: ["standIns"], effect: "applications without a source stop 'up', or no longer do" },
];

/** A note for each such setting that is another one in the working tree than at a commit. */
export async function unplannedSettings(
  commit: string,
  stacks: readonly string[],
): Promise<string[]> {
  const notes = stacks.map(async (stack) => {
    const file = `Pulumi.${stack}.yaml`;
    const before = await fileAt(commit, file);
    if (before === undefined || !existsSync(join(root, file))) return [];
    return changedSettings(file, before, readFileSync(join(root, file), "utf8"));
  });
  return (await Promise.all(notes)).flat();
}

/** "Pulumi.prod.yaml.host.docker: none → ssh://server: …". */
export function changedSettings(file: string, before: string, after: string): string[] {
  const [old, now] = [parseDocument(before), parseDocument(after)];
  return settings.flatMap(({ path: [first = "", ...rest], effect }) => {
    const keys = ["config", `berth:${first}`, ...rest];
    const [was, is] = [old, now].map((document) => {
      const value = document.getIn(keys) ?? "none";
      return typeof value === "string" ? value : JSON.stringify(value);
    });
    return was === is ? [] : [`${[file, first, ...rest].join(".")}: ${was} → ${is}: ${effect}`];
  });
}
