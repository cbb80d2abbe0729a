import type { Command } from "commander";

export function images(program: Command): void {
  const group = program
    .command("images")
    .summary("lock the catalogue's images")
    .description("Works on the images that the catalogue has from registries.")
    .addHelpText(
      "after",
      `
Examples:
  berth images lock
  berth images lock --check`,
    );
  lock(group);
  for (const command of group.commands)
    command.showHelpAfterError(`(berth images ${command.name()} --help lists what there is)`);
}

function lock(group: Command): void {
  group
    .command("lock")
    .summary("write images.lock.json")
    .description(
      "Asks the registries, by way of Docker and without a pull, for the digest and the platforms " +
        "of every image in the catalogue, and writes them to images.lock.json, to be committed. " +
        "Images that can't be had are named, keep what the lock knew of them, and make the exit code 1.",
    )
    .option("--check", "ask nobody; exit code 1 if the lock lacks an image or has one too many")
    .addHelpText(
      "after",
      `
Examples:
  berth images lock            after the catalogue's images changed
  berth images lock --check    for a pull request: whether that was done`,
    )
    .action(async (options: { check?: boolean }) => {
      const { checkLock, lockImages } = await import("../lock-images");
      if (options.check === true) checkLock();
      else await lockImages();
    });
}
