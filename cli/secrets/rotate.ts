import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isMap, parseDocument } from "yaml";
import { suggest } from "../../config/issues";
import type { Settings } from "../../config/schema/settings";
import { setCommand } from "../../config/secret-keys";
import { matchingLabels, plannedSecrets, type PlannedSecret } from "../../planning/inventory";
import type { Plan } from "../../planning/types";
import { Interrupted, problem } from "../errors";
import { soundPlan } from "../load-plan";
import { shellFor } from "../machine/config-secrets";
import { keepsState } from "../machine/pulumi-environment";
import { settingsOfMachine } from "../machine/stack-settings";
import { root } from "../root";
import { canAsk, confirm, say } from "../terminal";

export interface RotateOptions {
  stack: string;
  name: string;
  yes?: boolean;
}

const setting = "berth:secretVersions";

/** Writes the next version of a derived secret into the committed stack file. */
export async function rotateSecret({ stack, name, yes }: RotateOptions): Promise<void> {
  const { plan, settings } = soundPlan(stack);
  const secret = findDerived(name, plan);
  const committed = join(root, `Pulumi.${stack}.yaml`);
  if (keepsState() && settingsOfMachine(committed, stack).includes(setting)) {
    const message = "is set on this machine alone, where the committed one does not count";
    const remedy = `run: ${shellFor(stack)}pulumi config rm ${setting} --stack ${stack}`;
    throw problem(`Pulumi.${stack}.yaml.secretVersions`, message, remedy);
  }
  const version = secret.version + 1;
  say(`${secret.label}: version ${secret.version} → ${version}`);
  say(`The next up of ${stack} replaces ${secret.services.join(", ")}.`);
  if (yes !== true) {
    if (!canAsk()) throw problem("secrets rotate", "there is no terminal to ask on", "add --yes");
    if (!(await confirm("Rotate it?"))) throw new Interrupted("nothing was changed");
  }
  const text = readFileSync(committed, "utf8");
  writeFileSync(committed, withVersion(text, settings, secret.label, version));
  say(`Pulumi.${stack}.yaml has the new version; run ./berth up ${stack}`);
}

/** The one derived secret that a name means. */
export function findDerived(name: string, plan: Plan): PlannedSecret {
  const secrets = plannedSecrets(plan);
  const given = secrets.find(({ label, origin }) => label === name && origin !== "derived");
  if (given?.origin === "config")
    throw problem(
      name,
      "is not derived",
      `set another with: ${shellFor(plan.stack)}${setCommand(name, plan.stack)}`,
    );
  const derived = secrets.filter(({ origin }) => origin === "derived");
  const labels = derived.map(({ label }) => label);
  const [label, ...others] = matchingLabels(name, labels);
  if (label !== undefined && others.length > 0)
    throw problem(name, "is several secrets", `name one of ${[label, ...others].join(", ")}`);
  const found = derived.find((secret) => secret.label === label);
  if (found === undefined)
    throw problem(
      name,
      `no service of stack ${plan.stack} has a derived secret of this label`,
      suggest(name, labels),
    );
  return found;
}

/** A stack file with a secret's version, its comments, order and layout kept. */
export function withVersion(
  text: string,
  { secretVersions }: Pick<Settings, "secretVersions">,
  label: string,
  version: number,
): string {
  const document = parseDocument(text);
  const path = ["config", setting];
  if (isMap(document.getIn(path))) document.setIn([...path, label], version);
  else document.setIn(path, document.createNode({ ...secretVersions, [label]: version }));
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
