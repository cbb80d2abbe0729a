import type { Diff, StackConsequences } from "../consequences/types";
import {
  baseText,
  containerRows,
  estimates,
  headline,
  sectionsOf,
  type Section,
} from "./consequences";
import { code, escape, table } from "./markdown";

/** More rows than a reader takes in at a glance go into the details. */
const shownRows = 12;

/** What a change does, for a pull request's comment: short, the most important first. */
export function renderConsequencesMarkdown(diff: Diff): string {
  const changed = diff.stacks.filter((stack) => stack.changed);
  const others = diff.stacks.filter((stack) => !stack.changed).map(({ stack }) => code(stack));
  const blocks = [
    "## What this change does",
    ...changed.map(stackBlock),
    others.length > 0 ? `No consequences for ${others.join(", ")}.` : "",
    ...diff.notes.map((note) => `> ${escape(note)}`),
    `<sub>Plan of the working tree against ${escape(baseText(diff))}, from committed data alone. Downtimes are estimates.</sub>`,
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function stackBlock(stack: StackConsequences): string {
  const sections = sectionsOf(stack);
  const of = (weight: Section["weight"]) => sections.filter((section) => section.weight === weight);
  const rows = stack.presence === "removed" ? [] : containerRows(stack);
  const containers = table(
    ["Container", "Is", "Down", "Because", "Missed by"],
    rows.map(({ containers: names, effect, downtime, because, without }) => [
      code(names),
      effect,
      downtime,
      because.map(escape).join("<br>"),
      without.map(escape).join("<br>"),
    ]),
  );
  const short = rows.length <= shownRows;
  return [
    `### Stack ${code(stack.stack)}: ${escape(headline(stack))}`,
    ...of("alarm").map((section) => bullets(`**${section.title}**`, section)),
    short ? containers : "",
    ...of("normal").map((section) => bullets(section.title, section)),
    details([
      short ? "" : containers,
      ...of("detail").map((section) => `${section.title}: ${section.items.map(code).join(", ")}`),
      estimates(stack)
        .map((line) => `- ${escape(line)}`)
        .join("\n"),
    ]),
  ]
    .filter((block) => block !== "")
    .join("\n\n");
}

/** One fact on the title's own line, several below it. */
function bullets(title: string, { items }: Section): string {
  const [first = ""] = items;
  if (items.length === 1) return `${title}: ${escape(first)}`;
  return [`${title}:`, "", ...items.map((item) => `- ${escape(item)}`)].join("\n");
}

function details(blocks: readonly string[]): string {
  const shown = blocks.filter((block) => block !== "");
  if (shown.length === 0) return "";
  return ["<details><summary>Details</summary>", ...shown, "</details>"].join("\n\n");
}
