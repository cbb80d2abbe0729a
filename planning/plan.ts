import type { Catalogue } from "../config/catalogue";
import type { Settings } from "../config/schema/settings";
import type { MachineFacts, Plan } from "./types";

export interface PlanInput {
  catalogue: Catalogue;
  /** The settings of every stack; those on the same host are proved together. */
  stacks: readonly Settings[];
  /** Name of the stack to plan. */
  stack: string;
  /** What the machine says; without it the plan speaks of committed data alone. */
  machine?: MachineFacts;
}

/** Plans one stack and proves it against all the stacks that share its host. Never throws. */
export function planStack(_input: PlanInput): Plan {
  throw new Error("in progress");
}
