import { Option, type Command } from "commander";
import type { UpOptions } from "../update/up";

export function up(program: Command): void {
  program
    .command("up")
    .summary("bring a stack up")
    .description(
      "Makes sure of Docker, the engine and the images, shows the plan in short, asks, and brings\n" +
        "every service of the stack up until it is healthy.",
    )
    .argument("[stack]", "the stack", "dev")
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
    .action(async (stack: string, options: Omit<UpOptions, "stack">) => {
      const { bringUp } = await import("../update/up");
      await bringUp({ ...options, stack });
    });
}
