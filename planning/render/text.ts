import { formatIssue } from "../../config/issues";
import type { Plan, PlannedService } from "../types";
import { budgetColumns, budgetRows } from "./budget";
import {
  count,
  counts,
  exceptionsOf,
  limitsOf,
  localNeeds,
  memory,
  published,
  substitutionsOf,
  substitutionTitle,
  systemsOf,
  totalsOf,
  type SystemView,
} from "./format";
import { hanging, noPaint, tableLines, type Paint } from "./table";

export interface TextOptions {
  /** Columns of the terminal; `Infinity` wraps nothing. @default 100 */
  width?: number;
  /** Colours. @default none */
  paint?: Paint;
}

/** The whole plan as a person reads it in a terminal or a pipe. */
export function renderText(plan: Plan, options: TextOptions = {}): string {
  const width = options.width ?? 100;
  const paint = options.paint ?? noPaint;
  // Where nothing could be planned, what is empty says nothing.
  const planned = plan.issues.length === 0 || plan.services.length > 0;
  const sections = planned ? planSections(plan, width, paint) : [];
  // Last, where a terminal's reader is.
  return [...sections, issueLines(plan, paint)]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function planSections(plan: Plan, width: number, paint: Paint): string[][] {
  return [
    header(plan, paint),
    ...systemsOf(plan).map((system) => systemLines(system, width, paint)),
    routeLines(plan, width, paint),
    externalLines(plan, width, paint),
    limitLines(plan, width, paint),
    budgetLines(plan, width, paint),
    exceptionLines(plan, width, paint),
    substitutionLines(plan, width, paint),
    noteLines(plan, width, paint),
    totalLines(plan, width, paint),
  ];
}

/** The first line: which stack this is. */
export function header(plan: Plan, paint: Paint): string[] {
  return [
    `${paint.bold(`Stack ${plan.stack}`)}: environment ${plan.environment}, host ${plan.host}`,
  ];
}

/** Findings that stop, each on one line whatever the width, so that it can be searched for. */
export function issueLines(plan: Plan, paint: Paint): string[] {
  if (plan.issues.length === 0) return [];
  return [
    paint.red(paint.bold(count(plan.issues.length, "issue"))),
    ...plan.issues.map((issue) => `  ${formatIssue(issue)}`),
  ];
}

/** Findings that do not stop. */
export function noteLines(plan: Plan, width: number, paint: Paint): string[] {
  return section(
    paint.yellow("Notes"),
    plan.notes.flatMap((note) => hanging("  ", `${note.path}: ${note.message}`, width)),
  );
}

function systemLines(system: SystemView, width: number, paint: Paint): string[] {
  const totals = totalsOf(system.services);
  const title = `${paint.bold(paint.cyan(system.name))}  ${paint.dim(`${counts(totals)}, ${memory(totals.memoryBytes)}`)}`;
  const table = tableLines(
    [
      { title: "SERVICE", paint: paint.bold },
      { title: "CONTAINER", whole: true },
      { title: "MEMORY", whole: true },
      { title: "PUBLISHED", floor: 24, paint: paint.green },
      { title: "NETWORKS" },
      { title: "NEEDS", floor: 14 },
    ],
    system.services.map((service) => [
      serviceText(service),
      service.container,
      memory(service.memoryBytes),
      published(service).join(width === Infinity ? ", " : "\n"),
      service.networks.join(", "),
      localNeeds(service).join(", "),
    ]),
    width - 2,
    paint,
  );
  return [title, ...indent(table), ...volumeLines(system, width, paint)];
}

function serviceText(service: PlannedService): string {
  const marks = [
    ...(service.kind === "job" ? ["job"] : []),
    ...(service.replicas > 1 ? [`×${service.replicas}`] : []),
  ];
  return marks.length > 0 ? `${service.service} (${marks.join(", ")})` : service.service;
}

function volumeLines(system: SystemView, width: number, paint: Paint): string[] {
  if (system.volumes.length === 0) return [];
  const names = system.volumes.map(
    (volume) =>
      `${volume.name} (${volume.service}:${volume.path}${volume.retained ? "" : ", not kept"})`,
  );
  const [first = "", ...rest] = hanging("  Volumes  ", names.join(", "), width, 11);
  return ["", first.replace("Volumes", paint.dim("Volumes")), ...rest];
}

function routeLines(plan: Plan, width: number, paint: Paint): string[] {
  return section(
    paint.bold("Routes"),
    indent(
      tableLines(
        [{ title: "HOST AND PATH" }, { title: "VIA" }, { title: "TO" }, { title: "ACCESS" }],
        plan.routes.map((route) => [
          route.host + route.path,
          route.via,
          `${route.container}:${route.port}`,
          route.rule ?? "open",
        ]),
        width - 2,
        paint,
      ),
    ),
    plan.routes.length > 0,
  );
}

function externalLines(plan: Plan, width: number, paint: Paint): string[] {
  return section(
    paint.bold("Elsewhere"),
    plan.externals.flatMap((external) =>
      hanging(
        "  ",
        `${external.system}/${external.name}: ${external.url} (${external.about})`,
        width,
      ),
    ),
  );
}

/** Processors and processes; only a limit that few have names its services. */
function limitLines(plan: Plan, width: number, paint: Paint): string[] {
  return section(
    paint.bold("Limits"),
    limitsOf(plan).flatMap((limits) =>
      limits.flatMap(({ limit, services }, index) => {
        const whose = index > 0 ? services.join(", ") : limits.length > 1 ? "all others" : "all";
        return hanging("  ", `${limit}: ${whose}`, width);
      }),
    ),
  );
}

/** What the host's stacks may take of it, and what is left. */
function budgetLines({ budget, host }: Plan, width: number, paint: Paint): string[] {
  if (budget === null) return [];
  const columns = budgetColumns.map((title) => ({
    title: title.toUpperCase(),
    whole: title !== "CPUs",
  }));
  return section(
    paint.bold(`Budget of host ${host}`),
    indent(tableLines(columns, budgetRows(budget), width - 2, paint)),
  );
}

function exceptionLines(plan: Plan, width: number, paint: Paint): string[] {
  return section(
    paint.bold("Exceptions from the hardening"),
    systemsOf(plan).flatMap((system) =>
      section(
        `  ${paint.cyan(system.name)}`,
        exceptionsOf(system).flatMap(({ services, allow, value, reason }) => {
          const what = value === undefined ? allow : `${allow} ${value}`;
          return hanging("    ", `${services.join(", ")}: ${what}: ${reason}`, width, 6);
        }),
      ),
    ),
  );
}

function substitutionLines(plan: Plan, width: number, paint: Paint): string[] {
  return section(
    paint.bold("Substitutions"),
    substitutionsOf(plan).flatMap((each) =>
      hanging("  ", `${substitutionTitle(each)}: ${each.services.join(", ")}`, width),
    ),
  );
}

function totalLines(plan: Plan, width: number, paint: Paint): string[] {
  const totals = totalsOf(plan.services);
  const parts = [
    counts(totals),
    count(plan.networks.length, "network"),
    count(plan.volumes.length, "volume"),
    `${memory(totals.memoryBytes)} of memory`,
  ];
  const [first = "", ...rest] = hanging("Total: ", parts.join(", "), width, 7);
  return [first.replace("Total", paint.bold("Total")), ...rest];
}

function section(title: string, lines: string[], shown = lines.length > 0): string[] {
  return shown ? [title, ...lines] : [];
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => (line === "" ? "" : `  ${line}`));
}
