import { serviceId, type Plan, type PlannedService } from "../types";
import { counts, memory, systemsOf, totalsOf, type SystemView } from "./format";
import { isBrowserNeed } from "./mermaid";
import { svgStyle } from "./svg-style";

const page = { width: 1200, margin: 20, gap: 20, columns: 3, head: 76 };
const card = { head: 46, gutter: 46, project: 24, row: 36, foot: 10, right: 16 };
const cardWidth = (page.width - 2 * page.margin - (page.columns - 1) * page.gap) / page.columns;

interface Row {
  service: PlannedService;
  /** Middle of the row, from the card's top. */
  y: number;
}

interface Card {
  system: SystemView;
  titles: { text: string; y: number }[];
  rows: Row[];
  height: number;
}

interface Place {
  card: Card;
  x: number;
  y: number;
}

/**
 * A picture of the plan: a card per system, a row per service with its container and ports, and at
 * the left of a card what needs what. The same bytes for the same plan; light and dark.
 */
export function renderSvg(plan: Plan): string {
  const places = arrange(systemsOf(plan).map(layOut));
  const height = Math.max(0, ...places.map((place) => place.y + place.card.height)) + page.margin;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${page.width} ${height}" width="${page.width}" height="${height}" role="img" aria-label="${escape(title(plan))}">`,
    `<style>${svgStyle}</style>`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto"><path class="tip" d="M0 0.5 L8 4 L0 7.5 Z"/></marker></defs>',
    `<rect class="page" width="${page.width}" height="${height}" rx="14"/>`,
    text("title", page.margin + 2, 36, title(plan)),
    ...legend(),
    ...places.flatMap(drawCard),
    "</svg>",
  ].join("\n")}\n`;
}

function title(plan: Plan): string {
  const totals = totalsOf(plan.services);
  return `Stack ${plan.stack} on ${plan.host}: ${counts(totals)}, ${memory(totals.memoryBytes)}`;
}

function legend(): string[] {
  const entries = ["public", "dashboard", "internal", "job"];
  return [
    ...entries.flatMap((entry, index) => [
      `<circle class="dot ${entry}" cx="${page.margin + 8 + index * 96}" cy="58" r="5"/>`,
      text("small", page.margin + 18 + index * 96, 62, entry),
    ]),
    text(
      "small",
      page.margin + 2 + entries.length * 96,
      62,
      "arrow: needs (dashed: in the browser); numbers: host port → container port",
    ),
  ];
}

function layOut(system: SystemView): Card {
  const several = system.projects.length > 1;
  const titles: Card["titles"] = [];
  const rows: Row[] = [];
  let y = card.head;
  for (const project of system.projects) {
    if (several) {
      titles.push({ text: project.name, y: y + 17 });
      y += card.project;
    }
    for (const service of project.services) {
      rows.push({ service, y: y + card.row / 2 });
      y += card.row;
    }
  }
  return { system, titles, rows, height: y + card.foot };
}

/** Each card to the shortest column, the tallest first, so that the columns end about level. */
function arrange(cards: readonly Card[]): Place[] {
  const ends = Array.from({ length: page.columns }, () => page.head);
  const ordered = cards
    .map((each, index) => ({ each, index }))
    .sort((a, b) => b.each.height - a.each.height || a.index - b.index);
  return ordered.map(({ each }) => {
    const y = Math.min(...ends);
    const column = ends.indexOf(y);
    ends[column] = y + each.height + page.gap;
    return { card: each, x: page.margin + column * (cardWidth + page.gap), y };
  });
}

function drawCard({ card: drawn, x, y }: Place): string[] {
  const { system, titles, rows, height } = drawn;
  const totals = totalsOf(system.services);
  return [
    `<g transform="translate(${x} ${y})">`,
    `<rect class="card" width="${cardWidth}" height="${height}" rx="10"/>`,
    text("system", 16, 29, system.name),
    text(
      "small end",
      cardWidth - card.right,
      28,
      `${counts(totals)}, ${memory(totals.memoryBytes)}`,
    ),
    ...titles.map((each) => text("project", card.gutter, each.y, each.text)),
    ...rows.flatMap((row) => drawNeeds(row, rows)),
    ...rows.flatMap(drawRow),
    "</g>",
  ];
}

function drawRow({ service, y }: Row): string[] {
  const role = service.kind === "job" ? "job" : service.role;
  const replicas = service.replicas > 1 ? ` ×${service.replicas}` : "";
  const ports = service.ports.map((port) => `${port.host} → ${port.container}`);
  const shown = ports.length > 2 ? [ports[0] ?? "", `and ${ports.length - 1} more`] : ports;
  return [
    `<circle class="dot ${role}" cx="${card.gutter + 6}" cy="${y}" r="6"/>`,
    text("service", card.gutter + 20, y - 2, service.service + replicas),
    text("container", card.gutter + 20, y + 12, service.container),
    ...shown.map((port, index) =>
      text("port end", cardWidth - card.right, y + (shown.length > 1 ? -3 + index * 14 : 3), port),
    ),
  ];
}

/** Arcs at the left of the rows, wider the farther they reach; needs of other systems as a word. */
function drawNeeds({ service, y }: Row, rows: readonly Row[]): string[] {
  const needs = [...new Map(service.needs.map((need) => [need.split("#")[0] ?? "", need]))];
  const others = needs
    .map(([target]) => target)
    .filter((id) => !id.startsWith(`${service.system}/`));
  const arcs = needs.flatMap(([target, need]) => {
    const to = rows.find((row) => serviceId(row.service) === target);
    if (to === undefined) return [];
    const bend = Math.min(card.gutter - 2, 14 + (Math.abs(to.y - y) / card.row) * 4);
    const [from, end] = y < to.y ? [y + 3, to.y - 3] : [y - 3, to.y + 3];
    const edge = card.gutter - 2;
    const kind = isBrowserNeed(service, need) ? "need browser" : "need";
    return [
      `<path class="${kind}" marker-end="url(#tip)" d="M${edge} ${from} C${edge - bend} ${from} ${edge - bend} ${end} ${edge} ${end}"/>`,
    ];
  });
  if (others.length === 0) return arcs;
  return [...arcs, text("container end", cardWidth - card.right, y + 14, `→ ${others.join(", ")}`)];
}

function text(style: string, x: number, y: number, content: string): string {
  return `<text class="${style}" x="${x}" y="${y}">${escape(content)}</text>`;
}

function escape(content: string): string {
  return content
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;");
}
