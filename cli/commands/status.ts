import type { Command } from "commander";

export function status(program: Command): void {
  program
    .command("status")
    .summary("show how the services of a stack are")
    .description(
      "Asks Docker about every service of the stack's plan. Ends with exit code 1 unless all of\n" +
        "them are healthy.",
    )
    .argument("[stack]", "the stack", "dev")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
Examples:
  berth status
  berth status prod --json`,
    )
    .action(async (stack: string, options: { json?: boolean }) => {
      const { showStatus } = await import("../update/status");
      await showStatus({ ...options, stack });
    });
}
