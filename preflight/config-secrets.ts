import { cloudflareTokenKey, setCommand, shellVariables } from "../config/secret-keys";
import type { Issue } from "../config/issues";
import { serviceId, type Plan } from "../planning/types";

/** A key of the secret config: undefined where it is not set; its value where that can be seen. */
export type ConfigSecret = { value: string | undefined } | undefined;

/** How a stack has the keys of its secret config. */
export type ConfigSecrets = (key: string) => ConfigSecret;

/**
 * Every secret that services of the plan need and nobody has set, with the command for it.
 * `shell` is what has to come before that command.
 */
export function configSecretIssues(plan: Plan, secretOf: ConfigSecrets, shell = ""): Issue[] {
  return [...neededKeys(plan)]
    .filter(([key]) => secretOf(key) === undefined)
    .map(([key, { about, services }]) => {
      const variable = shellVariables[key];
      return {
        path: key,
        message: `is missing, which ${services.join(", ")} ${services.length > 1 ? "need" : "needs"}${about === undefined ? "" : ` (${about})`}`,
        remedy: `run: ${shell}${setCommand(key, plan.stack)}${variable === undefined ? "" : ` (or set ${variable})`}`,
      };
    });
}

function neededKeys({ services }: Plan): Map<string, { about?: string; services: string[] }> {
  const needed = new Map<string, { about?: string; services: string[] }>();
  for (const service of services) {
    for (const { origin, label, about, optional } of Object.values(service.secrets)) {
      if (origin === "derived" || optional) continue;
      const key = origin === "tunnel" ? cloudflareTokenKey : label;
      const known = needed.get(key) ?? { ...(about !== undefined && { about }), services: [] };
      const id = serviceId(service);
      if (!known.services.includes(id)) known.services.push(id);
      needed.set(key, known);
    }
  }
  return needed;
}
