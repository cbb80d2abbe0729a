import { suggest, type Issue } from "../config/issues";
import type { Draft } from "./drafts";
import { entryOf } from "./lookup";
import type { SecretVariable } from "./types";

/** A need that is met: by what, and what the service gets of it. */
export interface MetNeed {
  name: string;
  /** "system/service" or "system/service#database"; the external's or secret's name for those. */
  target: string;
  kind: "endpoint" | "database" | "secret" | "external" | "job";
  reach: "container" | "browser" | "external" | "none";
  host: string;
  port: number;
  protocol: "http" | "tcp" | "redis" | "postgres";
  url: string;
  /** The service that meets it, where it is one of the stack. */
  draft?: Draft;
  /** The role that logs in, of a database. */
  role?: string;
  /** Variable → template as the catalogue gives it. */
  templates: Record<string, string>;
}

export interface Bindings {
  needs: MetNeed[];
  variables: Record<string, string>;
  secrets: Record<string, SecretVariable>;
  /** Networks that its needs add to its own. */
  networks: string[];
  /** Labels of the secrets that a job makes valid. */
  appliesSecrets?: string[];
}

/** Gives a service the variables of a need that is met; one that another fills too is an issue. */
export function fillVariables(
  issues: Issue[],
  draft: Draft,
  need: MetNeed,
  parts: Record<string, string>,
  secret: Omit<SecretVariable, "template"> | undefined,
  bound: Bindings,
  path: string,
): void {
  for (const [variable, template] of Object.entries(need.templates)) {
    const other = bound.needs.find(
      (earlier) => earlier !== need && Object.hasOwn(earlier.templates, variable),
    );
    if (other !== undefined || Object.hasOwn(draft.variables, variable)) {
      issues.push({
        path: `${path}.variables.${variable}`,
        message: `is given a value by ${other === undefined ? "the service's variables" : `need '${other.name}'`} too`,
        remedy: "leave one of them out",
      });
      continue;
    }
    const value = template.replaceAll(/\{([a-z]+)\}/g, (placeholder, part: string) => {
      const filled = entryOf(parts, part);
      if (filled !== undefined) return filled;
      issues.push({
        path: `${path}.variables.${variable}`,
        message: `a need of this kind has no part '{${part}}'`,
        remedy: suggest(part, Object.keys(parts)),
      });
      return placeholder;
    });
    if (secret && value.includes("{secret}")) {
      bound.secrets[variable] = { ...secret, template: value };
      bound.variables[variable] = `secret:${secret.label}`;
    } else {
      bound.variables[variable] = value;
    }
  }
}
