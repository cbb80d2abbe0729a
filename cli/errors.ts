import { formatIssue, IssuesError } from "../config/issues";
import { Failure } from "../offline/failure";
import { exitCodes, type ExitCode } from "./exit-codes";

/** Ctrl-C or a terminate signal, after what was running has been brought to an end. */
export class Interrupted extends Error {
  constructor(message = "interrupted") {
    super(message);
    this.name = "Interrupted";
  }
}

/** One finding that the user has to deal with. */
export function problem(path: string, message: string, remedy: string): IssuesError {
  return new IssuesError([{ path, message, remedy }]);
}

/**
 * What is printed for an error: findings line by line, below them what a failed command said last;
 * anything else in one line, the stack on demand.
 */
export function describeError(error: unknown, debug: boolean): string[] {
  if (error instanceof IssuesError) {
    const details = error instanceof Failure ? error.details : [];
    return [...error.issues.map(formatIssue), ...details.map((line) => `    ${line}`)];
  }
  if (error instanceof Interrupted) return [`berth: ${error.message}`];
  const thrown = error instanceof Error ? error : new Error(String(error));
  if (debug) return [thrown.stack ?? thrown.message];
  const [line = "", next = ""] = thrown.message.trim().split("\n");
  // A headline such as "Transform failed with 1 error:" says nothing without what follows it.
  const told = line.endsWith(":") ? `${line} ${next.trim()}` : line;
  return [`berth: ${told || thrown.name}`, "Set BERTH_DEBUG=1 to see where this comes from."];
}

export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof Interrupted ? exitCodes.interrupted : exitCodes.failed;
}
