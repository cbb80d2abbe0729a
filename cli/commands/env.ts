import type { Command } from "commander";
import { print } from "../terminal";

export function env(program: Command): void {
  program
    .command("env")
    .summary("print what plain pulumi needs")
    .description("Prints the settings with which plain pulumi sees the same stack, for a shell.")
    .argument("[stack]", "the stack", "dev")
    .addHelpText(
      "after",
      `
Examples:
  eval "$(berth env)" && pulumi preview --stack dev
  eval "$(berth env prod)" && pulumi stack output --stack prod`,
    )
    .action(async (stack: string) => {
      const { shellEnvironment } = await import("../shell-environment");
      print(await shellEnvironment(stack));
    });
}
