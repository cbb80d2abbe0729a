import { createInterface } from "node:readline/promises";
import { createColors } from "picocolors";

type Colors = ReturnType<typeof createColors>;

/** Colours only where a person looks: on a terminal, and never with NO_COLOR. */
function colorsOf(stream: NodeJS.WriteStream): Colors {
  const { NO_COLOR, TERM } = process.env;
  return createColors(
    stream.isTTY === true && (NO_COLOR === undefined || NO_COLOR === "") && TERM !== "dumb",
  );
}

/** For data, on stdout. */
export const dataColors: Colors = colorsOf(process.stdout);
/** For everything else, on stderr. */
export const colors: Colors = colorsOf(process.stderr);

/** Columns that data may take. What reads a pipe searches by line: there nothing is wrapped. */
export const dataWidth = (): number =>
  process.stdout.isTTY ? process.stdout.columns || 100 : Infinity;

/** Whether progress may redraw itself. */
export const isLive = (): boolean => process.stderr.isTTY === true && process.env.TERM !== "dumb";

/** Prints data. */
export function print(text: string): void {
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** Says something about what is going on. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A step's name and what came of it, aligned. */
export function step(name: string, outcome: string): void {
  say(`${colors.bold(name.padEnd(9))} ${outcome}`);
}

/** Whether there is somebody to ask. */
export const canAsk = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;

/** Asks for a line on the terminal. A closed input (Ctrl-D) answers nothing. */
export async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise<string>((resolve) => terminal.once("close", () => resolve("")));
  try {
    return (await Promise.race([terminal.question(question), closed])).trim();
  } finally {
    terminal.close();
  }
}

/** Asks a question on the terminal; anything but yes is no. */
export async function confirm(question: string): Promise<boolean> {
  return /^y(es)?$/i.test(await ask(`${question} [y/N] `));
}

/** "4 s", "1 min 20 s". */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
