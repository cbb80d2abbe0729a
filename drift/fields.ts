import type { ContainerInspectInfo } from "dockerode";
import type { PlannedService } from "../planning/types";
import type { ImageInfo } from "./docker-state";
import type { Files } from "./files";
import { hostFields } from "./host-fields";
import { networkFields } from "./network-fields";
import { processFields } from "./process-fields";
import type { ExpectedVariable } from "./variables";
import { differingEntries } from "./words";

/** A field of a container that is not as planned. Null: it is not there, or a secret. */
export interface FieldDifference {
  field: string;
  planned: string | null;
  found: string | null;
  secret: boolean;
}

/** What a container of a service should be, as far as the plan alone does not say it. */
export interface Expectation {
  /** Its own name: that of one replica. */
  container: string;
  labels: Readonly<Record<string, string>>;
  variables: ReadonlyMap<string, ExpectedVariable>;
  /** Absolute path of the sources folder. */
  sources: string;
  /** Id of the image that is to run; undefined where it is not on the host. */
  imageId: string | undefined;
  /** The image that does run; undefined where Docker does not have it any more. */
  image: ImageInfo | undefined;
  /** The service's configuration files as the container has them. */
  files: Files;
  /** Ids of the networks that are there now, by name. */
  networkIds: ReadonlyMap<string, string>;
  limitsSwap: boolean;
}

const changedInPlace: ReadonlySet<string> = new Set([
  ...[
    "memory",
    "memory with swap",
    "memory reservation",
    "CPUs",
    "CPU shares",
    "CPU quota",
    "CPU set",
  ],
  ...["number of processes", "restart policy", "networks", "name"],
]);

/** Whether it can change on a living container: when, Docker does not say. */
export function isChangedInPlace(field: string): boolean {
  return changedInPlace.has(field) || /^(aliases on|file) /.test(field);
}

/** Every field in which a container differs from its plan. */
export function differingFields(
  service: PlannedService,
  info: ContainerInspectInfo,
  expected: Expectation,
): FieldDifference[] {
  return [
    ...variableDifferences(info, expected),
    ...labelDifferences(info, expected),
    ...fileDifferences(service, expected),
    ...[
      ...processFields(service, info, expected),
      ...networkFields(service, info, expected),
      ...hostFields(service, info, expected),
    ]
      .filter(([, planned, found]) => planned !== found)
      .map(([field, planned, found]) => ({ field, planned, found, secret: false })),
  ];
}

/** Configuration that was put into the container; too long to be shown, and maybe not for everybody. */
function fileDifferences({ files }: PlannedService, expected: Expectation): FieldDifference[] {
  return Object.entries(files)
    .filter(([path, content]) => expected.files.get(path) !== content)
    .map(([path]) => {
      const missing = !expected.files.has(path);
      const shown = missing
        ? { planned: "there", found: "missing" }
        : { planned: null, found: null };
      return { field: `file ${path}`, ...shown, secret: !missing };
    });
}

function variableDifferences(
  { Config }: ContainerInspectInfo,
  { variables, image }: Expectation,
): FieldDifference[] {
  const found = assignments(Config.Env);
  const ofImage = assignments(image?.Config.Env);
  const result: FieldDifference[] = [];
  for (const [name, { value, secret, optional }] of variables) {
    const actual = found.get(name);
    if (actual === undefined && optional) continue;
    if (actual !== undefined && (value === undefined || value === actual)) continue;
    const shown = secret ? [null, null] : [value ?? null, actual ?? null];
    result.push({
      ...{ field: `variable ${name}`, secret: secret && actual !== undefined },
      ...{ planned: secret && actual === undefined ? "set" : (shown[0] ?? null) },
      found: actual === undefined ? "missing" : (shown[1] ?? null),
    });
  }
  // Without its image, nobody knows what came with that.
  if (image === undefined) return result;
  for (const [name, actual] of found) {
    if (variables.has(name) || ofImage.get(name) === actual) continue;
    // Nobody knows what somebody's own variable holds.
    result.push({ field: `variable ${name}`, planned: "none", found: "set", secret: false });
  }
  return result;
}

function assignments(lines: readonly string[] | null | undefined): Map<string, string> {
  return new Map(
    (lines ?? []).map((line): [string, string] => {
      const separator = line.indexOf("=");
      return separator < 0 ? [line, ""] : [line.slice(0, separator), line.slice(separator + 1)];
    }),
  );
}

function labelDifferences(
  { Config }: ContainerInspectInfo,
  { labels, image }: Expectation,
): FieldDifference[] {
  const planned = { ...image?.Config.Labels, ...labels };
  const differing = differingEntries(planned, Config.Labels ?? {}).filter(
    ([, before]) => image !== undefined || before !== undefined,
  );
  return differing.map(([name, before, after]) => ({
    ...{ field: `label ${name}`, planned: before ?? "none", found: after ?? "missing" },
    secret: false,
  }));
}
