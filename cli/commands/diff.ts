import { Option, type Command } from "commander";
import { exitCodes } from "../exit-codes";
import { dataColors, dataWidth, print, say } from "../terminal";

interface Options {
  base?: string;
  json?: boolean;
  markdown?: boolean;
  here?: boolean;
}

export function diff(program: Command): void {
  program
    .command("diff")
    .summary("show what a change would do to what runs")
    .description(
      "Compares the plan of the working tree with that of a git ref, stack by stack, and shows what " +
        "follows: containers that are replaced, for how long and why, data at risk, what is opened " +
        "or closed, jobs that run. It takes for granted that what runs is what the ref plans. No " +
        "Docker, no engine, no network. Ends with exit code 1 where one of the plans can't be made " +
        "or the working tree's has issues.",
    )
    .option("--base <ref>", "the ref to compare with (default: where this branch left main)")
    .addOption(new Option("--json", "as JSON").conflicts("markdown"))
    .addOption(new Option("--markdown", "as Markdown, for a pull request").conflicts("json"))
    .option("--here", "take this machine's sources and local images into account")
    .addHelpText(
      "after",
      `
Examples:
  berth diff                         this branch against main
  berth diff --base HEAD             what is not committed yet
  berth diff --base v1.2 --markdown  for a release's notes`,
    )
    .action(async ({ base, json, markdown, here }: Options) => {
      const { makeDiff } = await import("../diff/diff");
      const found = await makeDiff({ ...(base !== undefined && { base }), here: here ?? false });
      if (json) print(JSON.stringify(found, undefined, 2));
      else if (markdown) {
        const { renderConsequencesMarkdown } =
          await import("../../planning/render/consequences-markdown");
        print(renderConsequencesMarkdown(found));
      } else {
        const { renderConsequences } = await import("../../planning/render/consequences-text");
        print(renderConsequences(found, { paint: dataColors, width: dataWidth() }));
      }
      const stopped = found.stacks.filter((each) => each.stopped).map(({ stack }) => stack);
      if (stopped.length > 0)
        say(`The working tree's plan has issues: ${stopped.join(", ")} (see ./berth plan)`);
      process.exitCode = stopped.length > 0 ? exitCodes.failed : exitCodes.ok;
    });
}
