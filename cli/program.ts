import { Command } from "commander";
import { version } from "../package.json";
import { diff } from "./commands/diff";
import { down } from "./commands/down";
import { drift } from "./commands/drift";
import { env } from "./commands/env";
import { images } from "./commands/images";
import { plan } from "./commands/plan";
import { secrets } from "./commands/secrets";
import { status } from "./commands/status";
import { test } from "./commands/test";
import { up } from "./commands/up";
import { colors } from "./terminal";

/** The command line. Command files stay light; what a command does is loaded when it runs. */
export function buildProgram(): Command {
  const program = new Command("berth")
    .description("Brings five small systems up side by side on one Docker host.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .showSuggestionAfterError()
    .showHelpAfterError("(berth --help lists what there is)")
    .configureOutput({ outputError: (text, write) => write(colors.red(text)) })
    .exitOverride()
    .addHelpText(
      "after",
      `
Examples:
  berth up --install          bring the dev stack up, installing what is missing
  berth plan prod             what prod would be, from the committed files alone
  berth diff                  what this branch would do to what runs
  eval "$(berth env)"         let plain pulumi see the same stack

Exit codes: 0 done, 1 issues or an error, 2 a mistake in the command line, 7 drift,
130 interrupted.
BERTH_DEBUG=1 shows where an unexpected error comes from.`,
    );
  for (const add of [up, down, plan, diff, status, drift, secrets, images, env, test]) add(program);
  for (const command of program.commands)
    command.showHelpAfterError(`(berth ${command.name()} --help lists what there is)`);
  return program;
}
