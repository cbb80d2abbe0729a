import type { ContainerInspectInfo } from "dockerode";
import type { PlannedService } from "../planning/types";
import type { Expectation } from "./fields";
import { lines, type Comparison } from "./words";

/** Networks by name; one of the same name that was made anew is another. */
export function networkFields(
  service: PlannedService,
  info: ContainerInspectInfo,
  { container, networkIds }: Expectation,
): Comparison[] {
  const found = info.NetworkSettings.Networks as Record<string, Attachment>;
  const current = ([name, { NetworkID }]: [string, Attachment]) => {
    // A container that was never started has no id yet. An ended job would not start again, either.
    const known = !NetworkID || NetworkID === networkIds.get(name);
    return known || !service.networks.includes(name) ? name : `${name} (an earlier one)`;
  };
  const own = new Set([info.Id.slice(0, 12), container, info.Name.replace(/^\//, "")]);
  const notOwn = (aliases: readonly string[] | null | undefined) =>
    lines([...new Set((aliases ?? []).filter((alias) => !own.has(alias)))]);
  return [
    ["networks", lines(service.networks), lines(Object.entries(found).map(current))],
    ...service.networks
      .filter((network) => network in found)
      .map((network): Comparison => [
        `aliases on ${network}`,
        notOwn(service.aliases[network]),
        notOwn(found[network]?.Aliases),
      ]),
  ];
}

interface Attachment {
  NetworkID?: string;
  Aliases?: string[] | null;
}
