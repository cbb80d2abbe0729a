import { stackLabel } from "../preflight/holder";
import type { Expected } from "./containers";
import type { DockerState, VolumeInfo } from "./docker-state";
import { findingOf, isoTime, upCommand } from "./finding";
import type { Finding } from "./types";

/** Planned volumes that are missing or are kept otherwise than planned; what is in them is not Berth's. */
export function volumeFindings({ plan }: Expected, docker: DockerState): Finding[] {
  return plan.volumes.flatMap(({ name, system, service }) => {
    const common = findingOf(plan, "differs", "volume", name, `${system}/${service}`);
    const info = docker.volumes.find((volume) => volume.Name === name);
    if (info === undefined) return [{ ...common, kind: "missing" as const }];
    return fields(info, plan.stack)
      .filter(([, planned, found]) => planned !== found)
      .map(([field, planned, found]): Finding => ({
        ...{ ...common, field, planned, found, since: isoTime(info.CreatedAt) },
        // A volume is data: only a person can say what becomes of it.
        ...{ mendedByUp: false, mend: removal(name, plan.stack) },
      }));
  });
}

/** With its data, so its backup comes first. */
function removal(name: string, stack: string): string {
  return `back up its data, then run: ./berth down ${stack} && docker volume rm ${name} && ${upCommand(stack)}`;
}

/** A volume that was taken up by its name has no labels of Berth's, and that is well. */
function fields(
  { Driver, Options, Labels }: VolumeInfo,
  stack: string,
): [string, string, string][] {
  // Their values may hold a login.
  const options = Object.keys(Options ?? {});
  return [
    ["driver", "local", Driver],
    [`label ${stackLabel}`, stack, Labels?.[stackLabel] ?? stack],
    ["options", "none", options.sort().join(", ") || "none"],
  ];
}
