import type { Command } from "commander";
import { print } from "../terminal";
import { chosenStack, takesStack } from "./stack";

export function env(program: Command): void {
  takesStack(program.command("env"))
    .summary("print what plain pulumi needs")
    .description("Prints the settings with which plain pulumi sees the same stack, for a shell.")
    .addHelpText(
      "after",
      `
Examples:
  eval "$(berth env)" && pulumi preview --stack dev
  eval "$(berth env prod)" && pulumi stack output --stack prod`,
    )
    .action(async (given: string | undefined, _options: unknown, command: Command) => {
      const stack = chosenStack(given, command);
      const { shellEnvironment } = await import("../shell-environment");
      print(await shellEnvironment(stack));
    });
}
