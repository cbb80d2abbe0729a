import { Option, type Command } from "commander";
import type { UpOptions } from "../update/up";
import { chosenStack, takesStack } from "./stack";

export function up(program: Command): void {
  takesStack(program.command("up"))
    .summary("bring a stack up")
    .description(
      "Makes sure of Docker, the engine and the images, shows the plan in short, asks, and brings " +
        "every service of the stack up until it is healthy.",
    )
    .option("--install", "install Docker where it is missing (Debian-like systems, as root)")
    .option("-y, --yes", "do not ask")
    .addOption(
      new Option("--images <from>", "where third-party images come from; kept for later runs")
        .choices(["auto", "registry", "local"])
        .default("auto"),
    )
    .addHelpText(
      "after",
      `
Examples:
  berth up                    bring dev up
  berth up --install --yes    on a fresh machine, without questions
  berth up prod               the other environment, beside dev`,
    )
    .action(
      async (given: string | undefined, options: Omit<UpOptions, "stack">, command: Command) => {
        const stack = chosenStack(given, command);
        const { bringUp } = await import("../update/up");
        await bringUp({ ...options, stack });
      },
    );
}
