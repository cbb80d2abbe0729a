import type { DriftReport, Finding } from "../../drift/types";
import { count } from "../../planning/render/format";
import type { Paint } from "../../planning/render/table";

/** A line for each finding, "where: what; remedy", then the notes and the sum. */
export function renderDrift(report: DriftReport, paint: Paint): string {
  const { stack, findings, notes, complete } = report;
  const sum =
    findings.length > 0
      ? paint.red(`Stack ${stack}: ${count(findings.length, "drift")}`)
      : complete
        ? paint.green(`Stack ${stack}: no drift`)
        : paint.red(`Stack ${stack}: no drift found, but not all could be compared`);
  return [
    ...findings.map(
      (finding) => `${paint.bold(where(finding))}: ${what(finding)}; ${remedy(finding)}`,
    ),
    ...notes.map((note) => `${paint.yellow("note")} ${note}`),
    sum,
  ].join("\n");
}

/** "run: ./berth up --stack dev". */
export function remedy({ mend }: Finding): string {
  return /^(docker|\.\/berth) /.test(mend) ? `run: ${mend}` : mend;
}

/** "lab/web (lab-web-dev)" or "network lab-dev". */
export function where({ object, service, name }: Finding): string {
  return object === "container" && service !== null ? `${service} (${name})` : `${object} ${name}`;
}

/** "variable PORT: planned 80, found 81 (since 2026-11-21T08:00:00.000Z)". */
export function what(finding: Finding): string {
  const { since } = finding;
  return `${fact(finding)}${since === null ? "" : ` (since ${since})`}`;
}

function fact({ kind, object, field, planned, found, secret }: Finding): string {
  const both = secret ? "differs" : `planned ${planned ?? "none"}, found ${found ?? "none"}`;
  switch (kind) {
    case "missing":
      return object === "stack" ? "is not up" : "is missing";
    case "not-running":
      return `is not ${planned ?? "running"}: ${found ?? "stopped"}`;
    case "recreated":
      return `was made anew and not by Berth (${planned ?? ""} → ${found ?? ""})`;
    case "extra":
      return `is not planned, ${field ?? ""}: ${found ?? ""}`;
    case "differs":
      return `${field ?? object}: ${both}`;
    case "state":
      return field === null ? `state: ${both}` : `the engine would change ${field}`;
  }
}
