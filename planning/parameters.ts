import { suggest, type Issue } from "../config/issues";
import type { Settings } from "../config/schema/settings";
import type { SystemSpec } from "../config/schema/system";
import { entryOf } from "./lookup";

/** What a parameter of a system is asked for: issues name both. */
interface Asking {
  system: SystemSpec;
  settings: Settings;
  /** Place in the catalogue that names the parameter. */
  where: string;
  /** What needs its value. */
  owner: string;
  issues: Issue[];
}

/** Value of a parameter in this stack, undefined where it has none. */
export function parameterValue(
  name: string,
  system: SystemSpec,
  settings: Settings,
): string | undefined {
  return entryOf(settings.parameters, name) ?? entryOf(system.parameters, name)?.default;
}

/** Value of a parameter in this stack, undefined and an issue where there is none. */
export function readParameter(
  name: string,
  { system, settings, where, owner, issues }: Asking,
): string | undefined {
  const declared = entryOf(system.parameters, name);
  if (declared === undefined) {
    issues.push({
      path: where,
      message: `${system.name} declares no parameter '${name}'`,
      remedy: suggest(name, Object.keys(system.parameters)),
    });
    return undefined;
  }
  const value = parameterValue(name, system, settings);
  if (value === undefined) {
    issues.push({
      path: `Pulumi.${settings.stack}.yaml.parameters`,
      message: `${name} is missing, which ${owner} needs (${declared.about})`,
      remedy: "give it a value under berth:parameters",
    });
  }
  return value;
}
