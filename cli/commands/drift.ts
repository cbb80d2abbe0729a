import type { Command } from "commander";
import { chosenStack, takesStack } from "./stack";

export function drift(program: Command): void {
  takesStack(program.command("drift"))
    .summary("show what is no longer as planned")
    .description(
      "Compares the plan, the engine's refreshed state and what Docker itself reports, down to " +
        "variables, labels and networks, and says what differs, since when and how to mend it. " +
        "Changes nothing, shows no secret. Ends with exit code 7 if there is drift.",
    )
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
Examples:
  berth drift
  berth drift prod --json`,
    )
    .action(async (given: string | undefined, options: { json?: boolean }, command: Command) => {
      const stack = chosenStack(given, command);
      const { showDrift } = await import("../drift/show");
      await showDrift({ ...options, stack });
    });
}
