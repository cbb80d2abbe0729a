import type { Command } from "commander";
import { chosenStack, takesStack } from "./stack";

export function secrets(program: Command): void {
  const group = program
    .command("secrets")
    .summary("import, rotate and list secrets")
    .description("Works on the secrets of a stack. No value is ever shown.")
    .addHelpText(
      "after",
      `
Examples:
  berth secrets list
  berth secrets import ~/projects/.env --stack prod
  berth secrets rotate openmates/cms/admin --stack prod`,
    );
  for (const add of [importing, rotate, list]) add(group);
  for (const command of group.commands)
    command.showHelpAfterError(`(berth secrets ${command.name()} --help lists what there is)`);
}

function importing(group: Command): void {
  takesStack(group.command("import").argument("<file>", "the .env file"))
    .summary("set secrets from a .env file")
    .description(
      "Shows which variable of the file goes to which secret and which services get it, asks, and " +
        "sets them as Pulumi secret config. What no system declares and what Berth derives is " +
        "named and left alone. Ends with exit code 1 if a variable has no place.",
    )
    .option("-y, --yes", "do not ask")
    .option("--json", "report as JSON")
    .addHelpText(
      "after",
      `
Examples:
  berth secrets import ~/projects/dev/inpactai/Backend/.env
  berth secrets import ~/projects/.env --stack prod --yes`,
    )
    .action(
      async (
        file: string,
        given: string | undefined,
        options: { yes?: boolean; json?: boolean },
        command: Command,
      ) => {
        const stack = chosenStack(given, command);
        const { importSecrets } = await import("../secrets/import");
        await importSecrets({ ...options, file, stack });
      },
    );
}

function rotate(group: Command): void {
  takesStack(group.command("rotate").argument("<name>", "the secret's label, as list shows it"))
    .summary("give a derived secret its next version")
    .description(
      "Raises a secret's version in the committed stack file. The next up gives the new value to " +
        "all that have it.",
    )
    .option("-y, --yes", "do not ask")
    .addHelpText(
      "after",
      `
Examples:
  berth secrets rotate korczewski/shared-postgres/postgres/auth_db
  berth secrets rotate edge/access/operators/operator --stack prod`,
    )
    .action(
      async (
        name: string,
        given: string | undefined,
        options: { yes?: boolean },
        command: Command,
      ) => {
        const stack = chosenStack(given, command);
        const { rotateSecret } = await import("../secrets/rotate");
        await rotateSecret({ ...options, name, stack });
      },
    );
}

function list(group: Command): void {
  takesStack(group.command("list"))
    .summary("show a stack's secrets")
    .description(
      "Shows every secret of a stack, where it comes from, its version, and the services and " +
        "variables that have it; of one that is not derived, whether it is set.",
    )
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
Examples:
  berth secrets list
  berth secrets list prod --json`,
    )
    .action(async (given: string | undefined, options: { json?: boolean }, command: Command) => {
      const stack = chosenStack(given, command);
      const { listSecrets } = await import("../secrets/list");
      listSecrets({ ...options, stack });
    });
}
