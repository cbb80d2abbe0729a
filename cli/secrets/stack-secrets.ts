import type { Stack } from "@pulumi/pulumi/automation";
import { $ } from "zx";
import type { Engine } from "../../offline/engine/resolve";
import { lastLines } from "../../offline/run-command";
import { Failure } from "../../offline/failure";
import { mask } from "../../planning/masking";
import { root } from "../root";

/**
 * Sets secrets of a stack. Not by the Automation API: it gives the values as arguments, which any
 * user of this machine can see in the list of processes, and which its errors repeat.
 */
export async function setSecrets(
  stack: Stack,
  engine: Engine,
  secrets: readonly { key: string; value: string }[],
): Promise<void> {
  for (const [index, { key, value }] of secrets.entries()) {
    const set = await $({
      ...{ cwd: root, nothrow: true, quiet: true, detached: false },
      // The engine takes one line break away.
      input: `${value}\n`,
    })`${engine.cli} config set --secret ${key} --stack ${stack.name} --non-interactive`;
    if (set.exitCode === 0) continue;
    const { stdout, stderr } = set;
    const said = lastLines({ code: 1, stdout, stderr }).map((line) => mask(line, [value]));
    const before = index === 0 ? "nothing was changed" : `the ${index} before it are set`;
    throw new Failure(
      {
        path: `stacks/${stack.name}`,
        message: `${key} could not be set; ${before}`,
        remedy: "mend the cause and import again",
      },
      said,
    );
  }
}
