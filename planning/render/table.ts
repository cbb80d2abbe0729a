import Table from "cli-table3";

/** Colours for a terminal; each adds no visible characters. picocolors fits. */
export interface Paint {
  bold: (text: string) => string;
  dim: (text: string) => string;
  red: (text: string) => string;
  yellow: (text: string) => string;
  green: (text: string) => string;
  cyan: (text: string) => string;
}

const same = (text: string) => text;

/** No colours: for a pipe, a file or a test. */
export const noPaint: Paint = {
  bold: same,
  dim: same,
  red: same,
  yellow: same,
  green: same,
  cyan: same,
};

export interface Column {
  title: string;
  /** Narrower than this only where nothing else gives way any more. @default 12 */
  floor?: number;
  /** Never broken, even where the table becomes too wide: names that are copied or searched for. */
  whole?: boolean;
  paint?: (text: string) => string;
}

const gap = 2;

/**
 * Lines of a table without borders whose texts wrap so that it is at most `width` wide: at spaces
 * first, inside names where it must be; an infinite width wraps nothing. Columns that nothing fills are left out.
 */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
  paint: Paint,
): string[] {
  const used = columns.flatMap((column, index) =>
    rows.some((row) => cell(row, index) !== "") ? [{ column, index }] : [],
  );
  const texts = used.map(({ index }) => rows.map((row) => cell(row, index)));
  const widths = fit(
    used.map(({ column }) => column),
    texts,
    width - gap * (used.length - 1),
  );
  const table = new Table({
    head: used.map(({ column }) => paint.dim(column.title)),
    chars: Object.fromEntries(
      [
        ...["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left"],
        ...["bottom-right", "left", "left-mid", "mid", "mid-mid", "right", "right-mid"],
      ].map((side) => [side, ""]),
    ),
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  table.options.chars.middle = " ".repeat(gap);
  rows.forEach((_, line) => {
    table.push(
      used.map(({ column }, position) =>
        wrap(texts[position]?.[line] ?? "", widths[position] ?? 1)
          .map(column.paint ?? same)
          .join("\n"),
      ),
    );
  });
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd());
}

/** Lines of at most `width` characters: broken at spaces, inside a word only where it is longer. */
export function wrap(text: string, width: number): string[] {
  return text.split("\n").flatMap((paragraph) => {
    const lines: string[] = [];
    let line = "";
    for (const piece of paragraph.split(" ").flatMap((word) => breakWord(word, width))) {
      const joined = line === "" ? piece.text : `${line}${piece.glued ? "" : " "}${piece.text}`;
      if (line !== "" && joined.length > width) {
        lines.push(line);
        line = piece.text;
      } else line = joined;
    }
    return [...lines, line];
  });
}

/** A text of which the first line follows `lead` and the next ones are indented by `rest`. */
export function hanging(lead: string, text: string, width: number, rest = 4): string[] {
  return wrap(text, Math.max(20, width - Math.max(lead.length, rest))).map((line, index) =>
    index === 0 ? lead + line : " ".repeat(rest) + line,
  );
}

interface Piece {
  text: string;
  /** Continues the word before it. */
  glued: boolean;
}

/** A word too long for a line in pieces that end after a separator, or in the middle. */
function breakWord(word: string, width: number): Piece[] {
  if (word.length <= width) return [{ text: word, glued: false }];
  const parts = word.match(/[^-/#_.:]+[-/#_.:]*|[-/#_.:]+/g) ?? [word];
  return parts
    .flatMap((part) => part.match(new RegExp(`.{1,${width}}`, "g")) ?? [part])
    .map((text, index) => ({ text, glued: index > 0 }));
}

function cell(row: readonly string[], index: number): string {
  return row[index] ?? "";
}

/** Widths that fit `available`: the widest gives way first, down to its longest word, then further. */
function fit(columns: readonly Column[], texts: readonly string[][], available: number): number[] {
  const widest = (index: number, split: RegExp) =>
    Math.max(
      columns[index]?.title.length ?? 0,
      ...(texts[index] ?? []).flatMap((text) => text.split(split).map((part) => part.length)),
    );
  const widths = columns.map((_, index) => widest(index, /\n/));
  const words = columns.map((column, index) =>
    widest(index, column.whole === true ? /\n/ : /[\n ]/),
  );
  const floors = columns.map((column, index) =>
    Math.min(words[index] ?? 0, column.whole === true ? Infinity : (column.floor ?? 12)),
  );
  const titles = columns.map((column, index) =>
    Math.min(floors[index] ?? 0, column.whole === true ? Infinity : column.title.length),
  );
  for (const least of [words, floors, titles]) {
    while (widths.reduce((sum, each) => sum + each, 0) > available) {
      const room = widths.map((each, index) => (each > (least[index] ?? 0) ? each : -1));
      const candidate = room.indexOf(Math.max(...room));
      if ((room[candidate] ?? -1) < 0) break;
      widths[candidate] = (widths[candidate] ?? 1) - 1;
    }
  }
  return widths;
}
