import type { Command } from "commander";
import type { DownOptions } from "../update/down";
import { chosenStack, takesStack } from "./stack";

export function down(program: Command): void {
  takesStack(program.command("down"))
    .summary("take a stack down and keep its data")
    .description(
      "Takes containers and networks away. Volumes with data stay; the next up finds them. With " +
        "--delete-data the stack's volumes go as well, for good: they are listed, and the stack's " +
        "name has to be typed, or given by --confirm where there is no terminal.",
    )
    .option("-y, --yes", "do not ask; never enough to delete data")
    .option("--delete-data", "delete the stack's volumes and all data on them")
    .option("--confirm <stack>", "with --delete-data: the stack's name, instead of typing it")
    .addHelpText(
      "after",
      `
Examples:
  berth down                                  take dev down
  berth down prod -y                          take prod down without asking
  berth down dev --delete-data                be rid of dev and all its data
  berth down dev --delete-data --confirm dev  the same from a script`,
    )
    .action(
      async (given: string | undefined, options: Omit<DownOptions, "stack">, command: Command) => {
        const stack = chosenStack(given, command);
        if (options.confirm !== undefined && options.deleteData !== true)
          command.error("error: option '--confirm <stack>' goes with --delete-data alone");
        const { takeDown } = await import("../update/down");
        await takeDown({ ...options, stack });
      },
    );
}
