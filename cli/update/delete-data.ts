import { setTimeout } from "node:timers/promises";
import type Docker from "dockerode";
import { resourceTypes } from "../../components/resource-types";
import { IssuesError } from "../../config/issues";
import { messageOf, unlessGone } from "../../docker/errors";
import { count } from "../../planning/render/format";
import { tableLines } from "../../planning/render/table";
import type { Plan } from "../../planning/types";
import { gatherDockerFacts } from "../../preflight/docker-facts";
import { removeProbes } from "../../preflight/volume-files";
import { stackVolumes, type OwnVolume } from "../../preflight/volumes";
import { Interrupted, problem } from "../errors";
import { ask, canAsk, colors, say } from "../terminal";
import type { StateResource } from "./engine-state";

const sizePatience = 20_000;

/** The stack's volumes on the Docker host; an error where a container of others mounts one. */
export async function findData(
  docker: Docker,
  plan: Plan,
  resources: readonly StateResource[],
): Promise<{ own: OwnVolume[]; foreign: string[] }> {
  await removeProbes(docker, plan.stack);
  const { own, foreign, issues } = stackVolumes({
    plan,
    inState: new Set(
      resources.flatMap(({ type, id }) =>
        type === resourceTypes.volume && id !== undefined ? [id] : [],
      ),
    ),
    ...(await gatherDockerFacts(docker)),
  });
  if (issues.length > 0) throw new IssuesError(issues);
  return { own, foreign };
}

/** Without somebody to ask, only the stack's own name says that its data may go. */
export function requireConfirmation(stack: string, confirmed: string | undefined): void {
  if (confirmed === undefined && canAsk()) return;
  if (confirmed === stack) return;
  throw problem(
    "down --delete-data",
    confirmed === undefined
      ? "there is no terminal to ask on, and --yes is not enough to delete data"
      : `--confirm names '${confirmed}', and the stack is '${stack}'`,
    confirmed === undefined ? `add --confirm ${stack}` : "name the stack whose data is to go",
  );
}

/** Shows what goes for good, and asks for the stack's name unless it was given beforehand. */
export async function confirmDeletion(
  docker: Docker,
  stack: string,
  { own, foreign }: { own: readonly OwnVolume[]; foreign: readonly string[] },
  confirmed: string | undefined,
): Promise<void> {
  say(describeData(stack, own, await volumeSizes(docker)).join("\n"));
  for (const volume of foreign)
    say(`${colors.yellow("note")} not known to be of stack ${stack}, and left alone: ${volume}`);
  if (confirmed !== undefined) return;
  const question = `Type ${stack} to take the stack down and to delete ${count(own.length, "volume")} for good: `;
  if ((await ask(question)) !== stack) throw new Interrupted("nothing was changed");
}

/** A line for each volume: its name, its service, its size where Docker knows it. */
export function describeData(
  stack: string,
  own: readonly OwnVolume[],
  sizes: ReadonlyMap<string, number>,
): string[] {
  if (own.length === 0) return [`Stack ${stack} has no volumes on this Docker host.`];
  const rows = own.map(({ name, service, remark }) => [
    name,
    service,
    sizeText(sizes.get(name)),
    remark,
  ]);
  const columns = ["VOLUME", "SERVICE", "SIZE", "REMARK"].map((title) => ({ title, whole: true }));
  return [
    `With stack ${stack} these volumes and all data on them go for good:`,
    ...tableLines(columns, rows, Infinity, colors),
  ];
}

function sizeText(bytes: number | undefined): string {
  if (bytes === undefined) return "–";
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return `${Number((bytes / 1000 ** power).toFixed(1))} ${units[power]}`;
}

/** As `docker system df` has them. Docker looks at every file: what takes too long is left out. */
async function volumeSizes(docker: Docker): Promise<Map<string, number>> {
  const tooLong = setTimeout(sizePatience, {}, { ref: false });
  const usage = (await Promise.race([docker.df(), tooLong]).catch(() => ({}))) as {
    Volumes?: { Name: string; UsageData?: { Size: number } | null }[] | null;
  };
  return new Map(
    (usage.Volumes ?? []).flatMap(({ Name, UsageData }) =>
      UsageData && UsageData.Size >= 0 ? [[Name, UsageData.Size]] : [],
    ),
  );
}

/** Removes the volumes; one that is gone already is as it should be. */
export async function deleteVolumes(docker: Docker, stack: string, names: string[]): Promise<void> {
  const issues = [];
  for (const name of names) {
    try {
      await unlessGone(() => docker.getVolume(name).remove());
    } catch (error) {
      issues.push({
        path: `volumes/${name}`,
        message: `could not be deleted: ${messageOf(error)}`,
        remedy: `mend the cause, then run ./berth down ${stack} --delete-data again`,
      });
    }
  }
  if (issues.length > 0) throw new IssuesError(issues);
}
