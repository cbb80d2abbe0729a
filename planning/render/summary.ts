import type { Plan } from "../types";
import { headroom } from "./budget";
import {
  count,
  counts,
  memory,
  portRange,
  substitutionsOf,
  systemsOf,
  totalsOf,
  type Totals,
} from "./format";
import { hanging, noPaint, tableLines } from "./table";
import { header, issueLines, noteLines, type TextOptions } from "./text";

/** The plan in short, as `berth up` shows it before it asks. */
export function renderSummary(plan: Plan, options: TextOptions = {}): string {
  const width = options.width ?? 100;
  const paint = options.paint ?? noPaint;
  const systems = systemsOf(plan).map((system) => [
    system.name,
    ...figures(totalsOf(system.services)),
    ports(system.services),
  ]);
  const table = tableLines(
    [
      { title: "SYSTEM", paint: paint.cyan },
      { title: "RUNS" },
      { title: "MEMORY" },
      { title: "HOST PORTS" },
    ],
    [...systems, ["total", ...figures(totalsOf(plan.services)), ports(plan.services)]],
    width - 2,
    paint,
  );
  return [
    ...header(plan, paint),
    ...table.map((line) => `  ${line}`),
    ...(plan.budget ? hanging("  ", `Host ${plan.host}: ${headroom(plan.budget)}`, width) : []),
    ...substitutionLines(plan, width),
    ...noteLines(plan, width, paint),
    ...issueLines(plan, paint),
  ].join("\n");
}

function figures(totals: Totals): string[] {
  return [counts(totals), memory(totals.memoryBytes)];
}

function ports(services: Plan["services"]): string {
  return portRange(services) ?? "none";
}

/** A line for the stand-ins of each reason, and one that lists the local images. */
function substitutionLines(plan: Plan, width: number): string[] {
  const groups = substitutionsOf(plan);
  const standIns = groups.filter((group) => group.by === "stand-in");
  const images = groups.filter((group) => group.by !== "stand-in");
  const lines = standIns.flatMap((group) =>
    hanging(
      "  ",
      `${group.reason === "source" ? "Stand-ins for missing sources" : "Stand-ins for images that can't be had"} (${group.services.length}): ${group.services.join(", ")}`,
      width,
    ),
  );
  if (images.length === 0) return lines;
  const uses = images.map((group) => `${group.by} (${group.services.length})`);
  const total = images.reduce((sum, group) => sum + group.services.length, 0);
  return [
    ...lines,
    ...hanging("  ", `Local images for ${count(total, "service")}: ${uses.join(", ")}`, width),
  ];
}
