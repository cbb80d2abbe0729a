import { Option, type Command } from "commander";

export function test(program: Command): void {
  program
    .command("test")
    .summary("run everything that proves the project")
    .description(
      "Runs the checks (format, lint, types), the unit tests, and the tests on a real engine and " +
        "Docker. The last line counts all of them.",
    )
    .addOption(new Option("--fast", "leave out what needs an engine and Docker").conflicts("soak"))
    .option("--soak", "add the long tests")
    .addHelpText(
      "after",
      `
Examples:
  berth test --fast    checks and unit tests
  berth test           everything but the long ones`,
    )
    .action(async (options: { fast?: boolean; soak?: boolean }) => {
      const { runTests } = await import("../run-tests");
      await runTests(options);
    });
}
