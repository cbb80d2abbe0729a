import { suggest, type Issue } from "../config/issues";
import type { Settings } from "../config/schema/settings";
import { compare } from "./compare";
import { passwordLabel } from "./exposure/traefik";
import type { Bindings } from "./bindings";

/**
 * Findings about derived secrets: a label of two lengths would be two values, and a version of a
 * label that no service has would rotate nothing. `absent` are the systems that the stack leaves out.
 */
export function secretIssues(
  bindings: ReadonlyMap<string, Bindings>,
  settings: Settings,
  absent: readonly string[],
): Issue[] {
  const issues: Issue[] = [];
  const resting = new Set(
    Object.entries(settings.access).flatMap(([rule, { basicAuth = [] }]) =>
      basicAuth.map((user) => passwordLabel(rule, user)),
    ),
  );
  const first = new Map<string, { length: number; id: string }>();
  for (const [id, { secrets }] of [...bindings].sort(([a], [b]) => compare(a, b))) {
    for (const { origin, label, length } of Object.values(secrets)) {
      if (origin !== "derived") continue;
      const other = first.get(label);
      if (other === undefined) first.set(label, { length, id });
      else if (other.length !== length) {
        issues.push({
          path: `systems/${id}.needs`,
          message: `secret ${label} has ${length} characters here and ${other.length} in ${other.id}`,
          remedy: "give both the same length",
        });
      }
    }
  }
  for (const label of Object.keys(settings.secretVersions)) {
    if (first.has(label) || absent.includes(label.split("/")[0] ?? "")) continue;
    // Its rule may rest: without the version an old password would come back with it.
    if (resting.has(label)) continue;
    issues.push({
      path: `Pulumi.${settings.stack}.yaml.secretVersions.${label}`,
      message: "no service has a secret of this label",
      remedy: suggest(label, [...first.keys()]),
    });
  }
  return issues;
}
