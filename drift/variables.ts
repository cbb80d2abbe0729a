import { entryOf } from "../planning/lookup";
import { fillSecret } from "../planning/secrets";
import type { PlannedService, SecretVariable } from "../planning/types";

/** A variable as a container should have it. */
export interface ExpectedVariable {
  /** Undefined where it is a secret that nobody here knows. */
  value: string | undefined;
  secret: boolean;
  /** It may also be left out. */
  optional: boolean;
}

/** A secret's value: null where the stack has none, undefined where that can't be told here. */
export type SecretSource = (secret: SecretVariable) => string | null | undefined;

/** A service's variables with its secrets filled in; those of its environment files come below. */
export function expectedVariables(
  service: PlannedService,
  secretOf: SecretSource,
  fileVariables: Readonly<Record<string, string>>,
): Map<string, ExpectedVariable> {
  const result = new Map<string, ExpectedVariable>();
  for (const [name, value] of Object.entries(fileVariables))
    result.set(name, { value, secret: true, optional: false });
  for (const [name, value] of Object.entries(service.variables)) {
    const secret = entryOf(service.secrets, name);
    if (secret === undefined) {
      result.set(name, { value, secret: false, optional: false });
      continue;
    }
    const found = secretOf(secret);
    if (found === null) continue;
    const filled = found === undefined ? undefined : fillSecret(secret.template, found);
    const optional = found === undefined && secret.optional === true;
    result.set(name, { value: filled, secret: true, optional });
  }
  return result;
}
