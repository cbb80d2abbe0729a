import { CommanderError } from "commander";
import { describeError, exitCodeOf } from "./errors";
import { exitCodes } from "./exit-codes";
import { buildProgram } from "./program";
import { colors, say } from "./terminal";

/** Runs a command line and gives its exit code. */
async function main(args: readonly string[]): Promise<number> {
  try {
    await buildProgram().parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? exitCodes.ok);
  } catch (error) {
    // Commander has printed its message; what it calls an error is a mistake in the command line.
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    for (const line of describeError(error, Boolean(process.env.BERTH_DEBUG)))
      say(colors.red(line));
    return exitCodeOf(error);
  }
}

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // `berth plan | head` is no error.
  if (error.code === "EPIPE") process.exit(exitCodes.ok);
  say(colors.red(`berth: the output cannot be written: ${error.message}`));
  process.exit(exitCodes.failed);
});

void main(process.argv.slice(2)).then((code) => {
  // Set, not called: what is still in the pipe gets written first.
  process.exitCode = code;
});
