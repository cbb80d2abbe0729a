import type { Props } from "./wire";

/** A mistake in a resource's inputs, found by check. */
export interface CheckFailure {
  property: string;
  reason: string;
}

/** One changed property as the preview shows it. */
export interface PropertyChange {
  property: string;
  kind: "add" | "delete" | "update";
  replace: boolean;
}

export interface DiffPlan {
  changes: PropertyChange[];
  deleteBeforeReplace: boolean;
}

/** A resource as the engine last recorded it. */
export interface Recorded {
  inputs: Props;
  state: Props;
}

/** How one resource type behaves. All values are plain; the server keeps secrecy and unknowns. */
export interface ResourceType {
  /** Whether a missing `name` is made up from the resource's own name plus a random suffix. */
  autoName: boolean;
  /** Outputs that only the update can know (unless the inputs already say). */
  computed: readonly string[];
  /** Inputs and outputs that are secret even where the program doesn't say so. */
  secrets?: readonly string[];
  /** What the user is told each time that one is created or deleted. */
  warnings?: { create?: string; delete?: string };
  check(inputs: Props): CheckFailure[];
  diff(old: Recorded, news: Props): DiffPlan;
  create(inputs: Props, signal: AbortSignal): Promise<{ id: string; state: Props }>;
  /** Undefined means that the thing is gone. */
  read(
    id: string,
    recorded: Partial<Recorded>,
  ): Promise<{ id: string; inputs: Props; state: Props } | undefined>;
  update(id: string, old: Recorded, news: Props): Promise<Props>;
  delete(id: string, state: Props): Promise<void>;
}

/** A provider: its resource types and functions by token. */
export interface Provider {
  version: string;
  types: Readonly<Record<string, ResourceType>>;
  /** A result may hold values made secret by `asSecret`. */
  functions: Readonly<Record<string, (args: Props) => Promise<Props>>>;
  /** Settings that are secret even where the program doesn't say so. */
  secretConfig?: readonly string[];
  checkConfig(config: Props): CheckFailure[];
  configure(config: Props): Promise<void>;
}

/** A mistake or a refusal that the user must see as one line, without a stack. */
export class ProviderError extends Error {}

/**
 * The thing exists but did not come up: it is kept in the state, marked, and replaced by the next
 * update.
 */
export class InitError extends ProviderError {
  constructor(
    message: string,
    readonly id: string,
    readonly state: Props,
  ) {
    super(message);
  }
}

/** Property that marks a resource whose creation failed half way; not shown by the engine. */
export const TAINTED = "__tainted";

/** Property that lists the inputs which the provider made up; not shown by the engine. */
export const DEFAULTED = "__defaults";
