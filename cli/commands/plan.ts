import { Option, type Command } from "commander";
import { exitCodes } from "../exit-codes";
import { print, say } from "../terminal";
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
      "Shows every name, port, network, route and memory limit of a stack, judged from committed " +
        "files alone: no Docker, no engine, no network. --json has every other field as well. " +
        "Ends with exit code 1 if there are issues.",
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
      const { count } = await import("../../planning/render/format");
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
      // Where the plan goes into a pipe or a file, nobody sees its issues.
      if (plan.issues.length > 0 && !process.stdout.isTTY)
        say(`Stack ${plan.stack}: ${count(plan.issues.length, "issue")}`);
      process.exitCode = plan.issues.length > 0 ? exitCodes.failed : exitCodes.ok;
    });
}
