import { parse } from "dotenv";

/** A variable of a `.env` file. */
export interface EnvEntry {
  line: number;
  name: string;
  value: string;
  /**
   * The comments above it, the nearest first, up to one that an empty line sets apart. They may
   * hold anything: never show them.
   */
  sections: string[];
}

export interface EnvFile {
  entries: EnvEntry[];
  /** Lines that can't be read, and why. What they say is never told. */
  malformed: { line: number; why: string }[];
}

const commentedOut = /^(?:export\s+)?[\w.-]+\s*=(?!=)/;
const openingQuote = /^\s*(?:export\s+)?[\w.-]+(?:\s*=\s*|:\s+)(['"`])/;
const environmentName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Reads a `.env` file variable by variable, each by the dotenv library, which is what the
 * applications read it with; so a value keeps its line and its section.
 */
export function readEnvFile(text: string): EnvFile {
  const lines = text.split(/\r\n|\r|\n/);
  const file: EnvFile = { entries: [], malformed: [] };
  let sections: string[] = [];
  let before: "empty" | "comment" | "variable" = "empty";
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? "";
    const content = line.trim();
    if (content === "") {
      before = "empty";
      continue;
    }
    if (content.startsWith("#")) {
      const comment = content.replace(/^#+/, "").trim();
      if (commentedOut.test(comment)) continue;
      const [nearest = "", ...above] = sections;
      if (before === "empty") sections = [comment];
      else if (before === "variable") sections = [comment, ...sections];
      else sections = [`${nearest} ${comment}`, ...above];
      before = "comment";
      continue;
    }
    before = "variable";
    const last = lastLine(lines, index);
    if (last === undefined) {
      const why = "opens a quote that nothing closes";
      file.malformed.push({ line: index + 1, why });
      // What follows may be the value's: none of it is read.
      return file;
    }
    const parsed = Object.entries(parse(lines.slice(index, last + 1).join("\n")));
    const [name = "", value = ""] = parsed[0] ?? [];
    // A value of padding alone is the end of a key that was broken into lines.
    if (parsed.length === 1 && environmentName.test(name) && !/^=+$/.test(value))
      file.entries.push({ line: index + 1, name, value, sections });
    else file.malformed.push({ line: index + 1, why: "is no NAME=value" });
    index = last;
  }
  return file;
}

/** Where the value that starts on a line ends; undefined where its quote is never closed. */
function lastLine(lines: readonly string[], start: number): number | undefined {
  const opening = openingQuote.exec(lines[start] ?? "");
  const quote = opening?.[1];
  if (opening === null || quote === undefined) return start;
  let rest = (lines[start] ?? "").slice(opening[0].length);
  for (let index = start; index < lines.length; index++) {
    if (index > start) rest = lines[index] ?? "";
    if (rest.replaceAll(`\\${quote}`, "").includes(quote)) return index;
  }
  return undefined;
}
