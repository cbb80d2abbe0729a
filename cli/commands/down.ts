import type { Command } from "commander";

export function down(program: Command): void {
  program
    .command("down")
    .summary("take a stack down and keep its data")
    .description(
      "Takes containers and networks away. Volumes with data stay; the next up finds them.",
    )
    .argument("[stack]", "the stack", "dev")
    .option("-y, --yes", "do not ask")
    .addHelpText(
      "after",
      `
Examples:
  berth down            take dev down
  berth down prod -y    take prod down without asking`,
    )
    .action(async (stack: string, options: { yes?: boolean }) => {
      const { takeDown } = await import("../update/down");
      await takeDown({ ...options, stack });
    });
}
