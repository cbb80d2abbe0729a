import type { Command } from "commander";

/** Lets a command take its stack as `[stack]` or, as pulumi has it, as `--stack NAME`. */
export function takesStack(command: Command): Command {
  return command
    .argument("[stack]", 'the stack (default: "dev")')
    .option("--stack <name>", "the same, as pulumi has it");
}

/** The stack that a command line names, one way or the other. */
export function chosenStack(given: string | undefined, command: Command): string {
  const { stack } = command.opts<{ stack?: string }>();
  if (given !== undefined && stack !== undefined && given !== stack)
    command.error(`error: two stacks are named, '${given}' and '${stack}'`);
  return given ?? stack ?? "dev";
}
