import type { Command } from "commander";
import { chosenStack, takesStack } from "./stack";

export function status(program: Command): void {
  takesStack(program.command("status"))
    .summary("show how the services of a stack are")
    .description(
      "Asks Docker about every service of the stack's plan. Ends with exit code 1 unless all of " +
        "them are healthy.",
    )
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
Examples:
  berth status
  berth status prod --json`,
    )
    .action(async (given: string | undefined, options: { json?: boolean }, command: Command) => {
      const stack = chosenStack(given, command);
      const { showStatus } = await import("../update/status");
      await showStatus({ ...options, stack });
    });
}
