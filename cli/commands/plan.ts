import { Option, type Command } from "commander";
import { exitCodes } from "../exit-codes";
import { print } from "../terminal";
import { chosenStack, takesStack } from "./stack";

interface PlanOptions {
  json?: boolean;
  markdown?: boolean;
  mermaid?: boolean;
  here?: boolean;
}

export function plan(program: Command): void {
  takesStack(program.command("plan"))
    .summary("show what a stack would be")
    .description(
      "Shows every name, port, network, route and limit of a stack, judged from committed files " +
        "alone: no Docker, no engine, no network. Ends with exit code 1 if there are issues.",
    )
    .addOption(new Option("--json", "as JSON").conflicts(["markdown", "mermaid"]))
    .addOption(new Option("--markdown", "as Markdown").conflicts(["json", "mermaid"]))
    .addOption(new Option("--mermaid", "as a Mermaid diagram").conflicts(["json", "markdown"]))
    .option("--here", "take this machine's sources and local images into account")
    .addHelpText(
      "after",
      `
Examples:
  berth plan                            dev, to read
  berth plan prod --json                prod, for a program
  berth plan --mermaid > systems.mmd    the picture`,
    )
    .action(async (given: string | undefined, options: PlanOptions, command: Command) => {
      const stack = chosenStack(given, command);
      const { loadPlan } = await import("../load-plan");
      const { renderPlan } = await import("../render-plan");
      const { plan } = loadPlan(stack, { here: options.here ?? false });
      const { json, markdown, mermaid } = options;
      print(
        await renderPlan(
          plan,
          json ? "json" : markdown ? "markdown" : mermaid ? "mermaid" : "text",
        ),
      );
      process.exitCode = plan.issues.length > 0 ? exitCodes.failed : exitCodes.ok;
    });
}
