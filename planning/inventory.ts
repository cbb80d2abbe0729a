import { compare } from "./compare";
import { serviceId, type Plan, type SecretVariable } from "./types";

/** A secret of a plan with all that use it; never its value. */
export interface PlannedSecret {
  label: string;
  origin: SecretVariable["origin"];
  version: number;
  /** "system/service". */
  services: string[];
  variables: string[];
  optional: boolean;
}

/** Every secret of a plan once, in order of their labels. */
export function plannedSecrets(plan: Plan): PlannedSecret[] {
  const found = new Map<string, PlannedSecret>();
  for (const service of plan.services) {
    for (const [variable, secret] of Object.entries(service.secrets)) {
      const { origin, label, version, optional = false } = secret;
      const known = found.get(label) ?? {
        ...{ label, origin, version, optional },
        ...{ services: [], variables: [] },
      };
      found.set(label, {
        ...known,
        services: [...new Set([...known.services, serviceId(service)])].sort(compare),
        variables: [...new Set([...known.variables, variable])].sort(compare),
      });
    }
  }
  return [...found.values()].sort((a, b) => compare(a.label, b.label));
}

/** Labels that a name means: itself, or those that have it as whole words between slashes. */
export function matchingLabels(name: string, labels: readonly string[]): string[] {
  if (labels.includes(name)) return [name];
  return labels.filter((label) => `/${label}/`.includes(`/${name}/`));
}
