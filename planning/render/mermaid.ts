import { serviceId, type Plan, type PlannedService } from "../types";
import { counts, portRange, systemsOf, totalsOf, type SystemView } from "./format";

export interface MermaidOptions {
  /** Every service, or one box per system. @default "services" */
  level?: "services" | "systems";
}

const styles = [
  "classDef public fill:#d3f2dd,stroke:#1f8a4c,color:#10331f",
  "classDef dashboard fill:#dbe7fd,stroke:#3565c4,color:#14264d",
  "classDef internal fill:#f1f1f4,stroke:#8a8a99,color:#26262e",
  "classDef job fill:#fdf0d2,stroke:#b5831b,color:#42300a,stroke-dasharray:4 3",
  "classDef system fill:#8a8a9914,stroke:#8a8a99",
  "classDef external fill:none,stroke:#8a8a99,stroke-dasharray:2 3",
];

/**
 * The plan as a Mermaid flowchart: a box per system and project, services by role, and an arrow
 * from each service to what it needs, dashed where the browser is what needs it.
 */
export function renderMermaid(plan: Plan, options: MermaidOptions = {}): string {
  const systems = systemsOf(plan);
  const names = nodeNames(plan);
  const all = (options.level ?? "services") === "services";
  const body = all
    ? [...systems.flatMap((system) => systemLines(system, names)), ...needEdges(plan, names)]
    : [...systems.map((system) => systemNode(system, names)), ...systemEdges(plan, names)];
  const externals = plan.externals.map(
    (external) =>
      `${nameOf(names, `external ${external.system}/${external.name}`)}(["${label(external.name)}<br/>${label(external.url)}"]):::external`,
  );
  return `${[`flowchart ${all ? "LR" : "TB"}`, ...[...body, ...externals, ...styles].map((line) => `  ${line}`)].join("\n")}\n`;
}

/** A label's text inside Mermaid's quotes. */
export function label(text: string): string {
  return text
    .replace(/#/g, "#35;")
    .replace(/"/g, "#quot;")
    .replace(/</g, "#lt;")
    .replace(/>/g, "#gt;")
    .replace(/\s+/g, " ");
}

function systemLines(system: SystemView, names: Map<string, string>): string[] {
  const own = (services: readonly PlannedService[]) =>
    services.map((service) => serviceNode(service, names));
  const several = system.projects.length > 1;
  const inner = system.projects.flatMap((project) =>
    several
      ? box(
          nameOf(names, `project ${system.name}/${project.name}`),
          project.name,
          own(project.services),
        )
      : own(project.services),
  );
  return box(nameOf(names, `system ${system.name}`), system.name, inner);
}

function box(id: string, title: string, lines: readonly string[]): string[] {
  return [
    `subgraph ${id}["${label(title)}"]`,
    ...["direction LR", ...lines].map((line) => `  ${line}`),
    "end",
    `class ${id} system`,
  ];
}

function serviceNode(service: PlannedService, names: Map<string, string>): string {
  const ports = service.ports.map((port) => `${port.host} → ${port.container}`);
  const text = [`<b>${label(service.service)}</b>`, label(service.container), ...ports].join(
    "<br/>",
  );
  const style = service.kind === "job" ? "job" : service.role;
  return `${nameOf(names, serviceId(service))}["${text}"]:::${style}`;
}

function needEdges(plan: Plan, names: Map<string, string>): string[] {
  return plan.services.flatMap((service) =>
    [...new Set(service.needs)].flatMap((need) => {
      const [target = "", database] = need.split("#");
      const to = names.get(target);
      if (to === undefined) return [];
      const arrow = isBrowserNeed(service, need) ? "-.->" : "-->";
      const text = database === undefined ? "" : `|"${label(database)}"|`;
      return [`${nameOf(names, serviceId(service))} ${arrow}${text} ${to}`];
    }),
  );
}

/** A need that the container itself does not wait for is one that the user's browser has. */
export function isBrowserNeed(service: PlannedService, need: string): boolean {
  return !need.includes("#") && !service.startsAfter.includes(need);
}

function systemNode(system: SystemView, names: Map<string, string>): string {
  const range = portRange(system.services);
  const text = [
    `<b>${label(system.name)}</b>`,
    ...(system.projects.length > 1
      ? [system.projects.map((project) => label(project.name)).join(", ")]
      : []),
    counts(totalsOf(system.services)),
    ...(range === undefined ? [] : [`ports ${range}`]),
  ].join("<br/>");
  return `${nameOf(names, `system ${system.name}`)}["${text}"]:::public`;
}

function systemEdges(plan: Plan, names: Map<string, string>): string[] {
  const edges = plan.services.flatMap((service) =>
    service.needs.flatMap((need) => {
      const other = need.split("/")[0] ?? "";
      const to = names.get(`system ${other}`);
      if (other === service.system || to === undefined) return [];
      return [`${nameOf(names, `system ${service.system}`)} --> ${to}`];
    }),
  );
  return [...new Set(edges)].sort();
}

/** An identifier for each thing shown: letters, digits and underscores, unique in the diagram. */
function nodeNames(plan: Plan): Map<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const add = (key: string, wanted: string) => {
    if (names.has(key)) return;
    const base = wanted.replace(/[^A-Za-z0-9]+/g, "_");
    let name = base;
    for (let next = 2; taken.has(name); next++) name = `${base}_${next}`;
    taken.add(name);
    names.set(key, name);
  };
  for (const service of plan.services) {
    add(`system ${service.system}`, `system_${service.system}`);
    add(
      `project ${service.system}/${service.project}`,
      `project_${service.system}_${service.project}`,
    );
    add(serviceId(service), `service_${service.system}_${service.service}`);
  }
  for (const external of plan.externals) {
    add(
      `external ${external.system}/${external.name}`,
      `external_${external.system}_${external.name}`,
    );
  }
  return names;
}

function nameOf(names: Map<string, string>, key: string): string {
  return names.get(key) ?? "unknown";
}
