import type { Plan } from "../planning/types";
import type { Finding } from "./types";

/** A finding about a whole object that `up` mends; what differs from that is said by its maker. */
export function findingOf(
  plan: Pick<Plan, "stack">,
  kind: Finding["kind"],
  object: Finding["object"],
  name: string,
  service: string | null = null,
): Finding {
  return {
    ...{ kind, object, service, name, field: null },
    ...{ planned: null, found: null, secret: false, since: null },
    ...{ mendedByUp: true, mend: upCommand(plan.stack) },
  };
}

/** The command that brings a stack back to its plan. */
export function upCommand(stack: string): string {
  return `./berth up --stack ${stack}`;
}

/** Docker's time without its nanoseconds; null where it never was. */
export function isoTime(text: string | undefined): string | null {
  const time = text === undefined ? NaN : Date.parse(text);
  return Number.isNaN(time) || time <= 0 ? null : new Date(time).toISOString();
}
