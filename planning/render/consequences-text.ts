import { baseText, containerRows, headline, sectionsOf, type Section } from "./consequences";
import { count } from "./format";
import { hanging, noPaint, tableLines, type Paint } from "./table";
import type { TextOptions } from "./text";
import type { Diff, StackConsequences } from "../consequences/types";

/** What a change does to every stack, as a person reads it in a terminal or a pipe. */
export function renderConsequences(diff: Diff, options: TextOptions = {}): string {
  const width = options.width ?? 100;
  const paint = options.paint ?? noPaint;
  const changed = diff.stacks.filter((stack) => stack.changed);
  const others = diff.stacks.filter((stack) => !stack.changed).map(({ stack }) => stack);
  return [
    [`Working tree against ${baseText(diff)}`],
    ...changed.map((stack) => stackLines(stack, width, paint)),
    others.length > 0 ? [`No consequences for ${others.join(", ")}`] : [],
    diff.notes.flatMap((note) => hanging("Note: ", note, width, 6)),
  ]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function stackLines(stack: StackConsequences, width: number, paint: Paint): string[] {
  const sections = sectionsOf(stack);
  const named = (weight: Section["weight"]) =>
    sections
      .filter((section) => section.weight === weight)
      .flatMap((section) => sectionLines(section, width, paint));
  const untouched = sections.find(({ weight }) => weight === "detail")?.items.length ?? 0;
  return [
    `${paint.bold(`Stack ${stack.stack}`)}: ${headline(stack)}`,
    ...named("alarm"),
    ...containerLines(stack, width, paint),
    ...named("normal"),
    ...(untouched > 0 ? [`  ${paint.dim(`Untouched: ${count(untouched, "container")}`)}`] : []),
  ];
}

function sectionLines({ title, items, weight }: Section, width: number, paint: Paint): string[] {
  const heading = weight === "alarm" ? paint.yellow(title) : paint.bold(title);
  return [`  ${heading}`, ...items.flatMap((item) => hanging("    ", item, width, 6))];
}

function containerLines(stack: StackConsequences, width: number, paint: Paint): string[] {
  const rows = containerRows(stack);
  if (rows.length === 0 || stack.presence === "removed") return [];
  const lines = tableLines(
    [
      { title: "CONTAINER", whole: true },
      { title: "IS" },
      { title: "DOWN" },
      { title: "BECAUSE", floor: 24 },
      { title: "MISSED BY" },
    ],
    rows.map(({ containers, effect, downtime, because, without }) => [
      containers,
      effect,
      downtime,
      because.join(width === Infinity ? "; " : "\n"),
      without.join(", "),
    ]),
    width - 2,
    paint,
  );
  return lines.map((line) => `  ${line}`);
}
