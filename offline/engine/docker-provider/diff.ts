import {
  type DiffPlan,
  type PropertyChange,
  type Recorded,
  TAINTED,
} from "../provider-server/resource-type";
import { hasFixedName } from "../provider-server/check";
import { changesByTable, type SemanticsTable } from "../provider-server/semantics";
import type { Props } from "../provider-server/wire";

/** Recorded when a refresh finds a container stopped that must run. */
export const STOPPED = "__stopped";

/**
 * What the new inputs change, by the table alone. A resource whose creation failed half way, and a
 * container found stopped, are replaced even when nothing else changed.
 */
export function diffByTable(table: SemanticsTable, old: Recorded, news: Props): DiffPlan {
  const changes = changesByTable(table, old.inputs, news);
  if (old.state[TAINTED] === true) forceReplace(changes, "name");
  if (old.state[STOPPED] === true && news["mustRun"] !== false) forceReplace(changes, "mustRun");
  return { changes, deleteBeforeReplace: hasFixedName(news) };
}

function forceReplace(changes: PropertyChange[], property: string): void {
  const found = changes.find((change) => change.property === property);
  if (found) found.replace = true;
  else changes.push({ property, kind: "update", replace: true });
}
