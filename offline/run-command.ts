import { createInterface } from "node:readline";
import { $ } from "zx";

interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  timeoutMs?: number;
  /** Told each line as it is printed. */
  log?: (line: string) => void;
}

/** Runs a command to its end and returns what it said; a command that can't start has code 127. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const running = $({
    nothrow: true,
    quiet: true,
    // Ctrl-C reaches the command, too.
    detached: false,
    stdio: ["ignore", "pipe", "pipe"],
    env: options.env ?? process.env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
  })`${command} ${args}`;
  for (const input of options.log === undefined ? [] : [running.stdout, running.stderr])
    createInterface({ input }).on("line", (line) => options.log?.(line));
  const { exitCode, stdout, stderr } = await running;
  return { code: exitCode ?? 1, stdout, stderr };
}

/** The last lines of what a failed command said. */
export function lastLines(result: CommandResult, count = 20): string[] {
  const lines = `${result.stdout}\n${result.stderr}`.split("\n").filter((line) => line.trim());
  return lines.slice(-count);
}
