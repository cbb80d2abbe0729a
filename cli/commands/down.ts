import type { Command } from "commander";
import { chosenStack, takesStack } from "./stack";

export function down(program: Command): void {
  takesStack(program.command("down"))
    .summary("take a stack down and keep its data")
    .description(
      "Takes containers and networks away. Volumes with data stay; the next up finds them.",
    )
    .option("-y, --yes", "do not ask")
    .addHelpText(
      "after",
      `
Examples:
  berth down            take dev down
  berth down prod -y    take prod down without asking`,
    )
    .action(async (given: string | undefined, options: { yes?: boolean }, command: Command) => {
      const stack = chosenStack(given, command);
      const { takeDown } = await import("../update/down");
      await takeDown({ ...options, stack });
    });
}
