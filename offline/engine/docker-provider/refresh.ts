import { comparable, type SemanticsTable } from "../provider-server/semantics";
import { deepEqual, type Props } from "../provider-server/wire";

/** Recorded inputs brought up to date, for things whose inputs the daemon gives back as they are. */
export function refreshSimple(table: SemanticsTable, recorded: Props, real: Props): Props {
  const result: Props = { ...recorded };
  for (const [key, actual] of Object.entries(real)) {
    const semantics = table[key];
    const given = recorded[key];
    if (!semantics?.readBack || given === undefined) continue;
    if (!deepEqual(comparable(given, semantics), comparable(actual, semantics)))
      result[key] = actual;
  }
  return result;
}

/** Labels as the daemon has them in the form of the program's inputs. */
export function labelList(
  labels: Record<string, string> | null | undefined,
): { label: string; value: string }[] {
  return Object.entries(labels ?? {}).map(([label, value]) => ({ label, value }));
}
