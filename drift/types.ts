/**
 * Something that is not as planned. This is what `berth drift --json` gives: add to it, take nothing
 * away. No secret value is ever in it.
 */
export interface Finding {
  /**
   * `missing`: planned and not there. `not-running`: there, and stopped, paused, restarting, unhealthy
   * or failed. `differs`: a field is not as planned. `recreated`: of the planned name, and not the one
   * that the engine made. `extra`: there and not planned. `state`: the engine's state alone is off.
   */
  kind: "missing" | "not-running" | "differs" | "recreated" | "extra" | "state";
  object: "container" | "network" | "volume" | "image" | "resource" | "stack";
  /** "system/service"; null for what is no single service's. */
  service: string | null;
  /** Its name in Docker; of another resource that in the program. */
  name: string;
  /** What differs, such as "variable PORT" or "memory"; null where it is all of it. */
  field: string | null;
  /** Null where there is nothing to show, and for secrets. */
  planned: string | null;
  found: string | null;
  /** Whether the values are kept back. */
  secret: boolean;
  /** ISO time from which on it is certain to be so; null where Docker does not know. */
  since: string | null;
  /** Whether the next `berth up` mends it. */
  mendedByUp: boolean;
  /** The command that mends it, or where a command is not all, what to do. */
  mend: string;
}

export interface DriftReport {
  stack: string;
  findings: Finding[];
  /** What could not be compared, and why. */
  notes: string[];
  /** Whether plan, state and Docker were all compared. */
  complete: boolean;
}
