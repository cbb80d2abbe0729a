import { IssuesError, type Issue } from "../config/issues";

/** Work that this machine could not do: where, why, what to do, and the last that it printed. */
export class Failure extends IssuesError {
  constructor(
    issue: Issue,
    readonly details: readonly string[] = [],
    options: { cause?: unknown } = {},
  ) {
    super([issue]);
    this.name = "Failure";
    if (options.cause !== undefined) this.cause = options.cause;
  }
}
