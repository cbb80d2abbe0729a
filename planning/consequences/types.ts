import type { Issue, Note } from "../../config/issues";
import type { Environment } from "../../config/schema/common";

/**
 * What a change does, stack by stack. This is the contract of `berth diff --json`: plain JSON that
 * others build on. Add to it, take nothing away.
 */
export interface Diff {
  /** A git ref as it was given, and the commit that it is. */
  base: { ref: string; commit: string };
  stacks: StackConsequences[];
  /** What else a reader has to know. */
  notes: string[];
}

/** What becomes of what runs when one plan follows another. */
export interface StackConsequences {
  stack: string;
  environment: Environment;
  host: string;
  /** Whether the stack is in both plans, in the new one alone or in the old one alone. */
  presence: "kept" | "added" | "removed";
  /** Whether issues of the new plan keep `up` from changing anything. */
  stopped: boolean;
  /** Whether anything that follows says more than that all stays as it is. */
  changed: boolean;
  /** Every container of either plan, in the new plan's start order. */
  containers: ContainerConsequence[];
  data: DataConsequence[];
  routes: RouteConsequence[];
  /** Public host names that are new, and that lead nowhere any more. */
  hosts: { opened: string[]; closed: string[] };
  ports: PortConsequence[];
  /** Who passes an access rule and did not before, and the other way round. */
  access: { rule: string; admitted: string[]; expelled: string[] }[];
  networks: { name: string; change: "created" | "removed" | "replaced"; because: string | null }[];
  /** Limits of all containers; `freeBytes` is what the host has left beside all of its stacks. */
  memory: { beforeBytes: number; afterBytes: number; freeBytes: number | null };
  /** Jobs that run, for the first time or again: "system/service". */
  jobs: string[];
  /** What the engine can't do in one update, as it makes what is new before it takes away what is old. */
  conflicts: Issue[];
  /** Of the plan; `left` is how many there are now. */
  issues: { added: Issue[]; solved: Issue[]; left: number };
  /** Those of the plan that are new. */
  notes: Note[];
}

export interface ContainerConsequence {
  container: string;
  /** "system/service". */
  service: string;
  kind: "service" | "job";
  /**
   * `replaced` is deleted and made anew, `updated` is changed while it runs, `untouched` goes on as
   * it is. A job's container that is created or replaced runs.
   */
  effect: "created" | "removed" | "replaced" | "updated" | "untouched";
  /** Why, field by field; for an untouched container what changes without touching it. */
  changes: Change[];
  /** For how long it does not answer; both are 0 where it always does. */
  downtime: Downtime;
  /** Who has to do without it for that time. */
  interrupts: { services: string[]; urls: string[] };
}

export interface Change {
  /** "image", "variables.LOG_LEVEL", "mounts./data". */
  field: string;
  /** Null where there was none, and where it is not shown: secrets and contents of files. */
  before: string | null;
  after: string | null;
  /** The change in words: "LOG_LEVEL: info → debug", "PASSWORD: rotated". */
  text: string;
}

export interface Downtime {
  leastSeconds: number;
  mostSeconds: number;
  /** How it is estimated, or why there is none. */
  why: string;
}

export interface DataConsequence {
  /** A volume, or a database on a server as "system/service#database". */
  name: string;
  /**
   * `atRisk`: a service would not find its data, or might spoil it. `kept`: nobody uses it any more.
   * `deleted`: a cache that is made again. `new`: empty, unless there is one of that name already.
   */
  state: "atRisk" | "kept" | "deleted" | "new";
  text: string;
}

export interface RouteConsequence {
  /** Host and path. */
  address: string;
  change: "opened" | "closed" | "changed";
  /** The access rule that guards it from now on (before, where it is closed); null: everyone may pass. */
  rule: string | null;
  /** Whether more people get through than before. */
  opens: boolean;
  text: string;
}

export interface PortConsequence {
  /** "127.0.0.1:4400". */
  address: string;
  change: "opened" | "closed" | "moved";
  service: string;
  /** Whether other machines reach it. */
  toOthers: boolean;
  text: string;
}
