import { formatIssue } from "../../config/issues";
import { serviceId, type Plan, type PlannedService } from "../types";
import { budgetColumns, budgetRows } from "./budget";
import {
  count,
  counts,
  exceptionsOf,
  localNeeds,
  memory,
  portText,
  substitutionsOf,
  substitutionTitle,
  systemsOf,
  totalsOf,
} from "./format";

/** The plan for documentation and pull request comments, in GitHub's Markdown. */
export function renderMarkdown(plan: Plan): string {
  const sections = [
    overview(plan),
    issues(plan),
    urls(plan),
    ...systems(plan),
    routes(plan),
    budget(plan),
    exceptions(plan),
    substitutions(plan),
    list(
      "Notes",
      plan.notes.map((note) => escape(`${note.path}: ${note.message}`)),
    ),
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

/** Text that stays text: neither a table's bar, nor HTML, nor emphasis. */
export function escape(text: string): string {
  return text
    .replace(/[\\`*_[\]|]/g, "\\$&")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/\s*\n\s*/g, " ");
}

function overview(plan: Plan): string {
  const totals = totalsOf(plan.services);
  const figures = [
    counts(totals),
    count(plan.networks.length, "network"),
    count(plan.volumes.length, "volume"),
    `${memory(totals.memoryBytes)} of memory`,
  ];
  return [
    `## Stack \`${plan.stack}\``,
    "",
    `Environment \`${plan.environment}\` on host \`${plan.host}\`: ${figures.join(", ")}.`,
  ].join("\n");
}

function issues(plan: Plan): string {
  return list(
    count(plan.issues.length, "issue"),
    plan.issues.map((issue) => escape(formatIssue(issue))),
  );
}

function urls(plan: Plan): string {
  const ordered = systemsOf(plan).flatMap((system) => system.services);
  const rows = [
    ...ordered.flatMap((service) =>
      service.url === null ? [] : [[escape(serviceId(service)), service.role, link(service.url)]],
    ),
    ...plan.externals.map((external) => [
      escape(`${external.system}/${external.name}`),
      "elsewhere",
      link(external.url),
    ]),
  ];
  return titled("URLs", table(["Service", "Role", "URL"], rows));
}

function systems(plan: Plan): string[] {
  return systemsOf(plan).map((system) => {
    const rows = system.services.map((service) => [
      escape(service.service) + (service.kind === "job" ? " (job)" : ""),
      code(service.container),
      service.ports.map((port) => code(portText(port))).join("<br>"),
      service.networks.map(code).join("<br>"),
      localNeeds(service).map(code).join("<br>"),
      limits(service),
    ]);
    const volumes = system.volumes.map(
      (volume) =>
        `- ${code(volume.name)}: ${code(`${volume.service}:${volume.path}`)}${volume.retained ? "" : " (not kept)"}`,
    );
    const head = ["Service", "Container", "Ports", "Networks", "Needs", "Limits"];
    const body = titled(escape(system.name), table(head, rows));
    return volumes.length > 0 ? `${body}\n\nVolumes:\n\n${volumes.join("\n")}` : body;
  });
}

/** "512 MiB, 2 CPUs, 8192 processes of its user × 3": what is not limited is left out. */
function limits({ memoryBytes, cpus, processes, replicas }: PlannedService): string {
  const parts = [
    memory(memoryBytes),
    ...(cpus === null ? [] : [count(cpus, "CPU")]),
    ...(processes === null ? [] : [`${processes} processes of its user`]),
  ];
  return parts.join(", ") + (replicas > 1 ? ` × ${replicas}` : "");
}

function routes(plan: Plan): string {
  const rows = plan.routes.map((route) => [
    code(route.host + route.path),
    route.via,
    code(`${route.container}:${route.port}`),
    route.rule === null ? "open" : code(route.rule),
  ]);
  return titled("Routes", table(["Host and path", "Via", "To", "Access"], rows));
}

function budget({ budget, host }: Plan): string {
  if (budget === null) return "";
  return titled(`Budget of host ${escape(host)}`, table(budgetColumns, budgetRows(budget)));
}

function exceptions(plan: Plan): string {
  const rows = systemsOf(plan).flatMap((system) =>
    exceptionsOf(system).map((exception) => [
      exception.services.map((service) => escape(`${system.name}/${service}`)).join(", "),
      exception.allow,
      exception.value === undefined ? "" : code(exception.value),
      escape(exception.reason),
    ]),
  );
  return titled("Exceptions from the hardening", table(["Services", "Allows", "", "Reason"], rows));
}

function substitutions(plan: Plan): string {
  const rows = substitutionsOf(plan).map((each) => [
    each.by === "stand-in" ? substitutionTitle(each) : code(each.by),
    each.services.map(escape).join(", "),
  ]);
  return titled("Substitutions", table(["Runs", "In the place of"], rows));
}

/** Inline code; a bar is escaped even there, as tables split before code is seen. */
export function code(text: string): string {
  return `\`${text.replace(/`/g, "'").replace(/\|/g, "\\|")}\``;
}

function link(url: string): string {
  return `<${url.replace(/[<>|\s]/g, encodeURIComponent)}>`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function list(title: string, items: readonly string[]): string {
  return titled(title, items.map((item) => `- ${item}`).join("\n"));
}

function titled(title: string, body: string): string {
  return body === "" ? "" : `### ${title}\n\n${body}`;
}
