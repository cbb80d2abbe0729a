/** A finding that stops: where, what (with the other party), and what to do about it. */
export interface Issue {
  path: string;
  message: string;
  remedy: string;
}

/** A finding that does not stop. */
export interface Note {
  path: string;
  message: string;
}

/** One line for an issue: `path: message; remedy`. */
export function formatIssue(issue: Issue): string {
  return `${issue.path}: ${issue.message}; ${issue.remedy}`;
}

/** Findings that mean the user has to change something; printed without a stack trace. */
export class IssuesError extends Error {
  constructor(readonly issues: readonly Issue[]) {
    super(issues.map(formatIssue).join("\n"));
    this.name = "IssuesError";
  }
}

/** The candidate most like `wanted`, if any is close enough to have been meant. */
export function nearest(wanted: string, candidates: readonly string[]): string | undefined {
  let best: { candidate: string; distance: number } | undefined;
  // Sorted: of two that are equally near, every machine names the same.
  for (const candidate of [...candidates].sort()) {
    const distance = editDistance(wanted, candidate);
    if (best === undefined || distance < best.distance) best = { candidate, distance };
  }
  return best && best.distance <= Math.max(2, Math.ceil(wanted.length / 2))
    ? best.candidate
    : undefined;
}

/** "; did you mean X?" as a remedy, or the list of what there is. */
export function suggest(wanted: string, candidates: readonly string[]): string {
  const match = nearest(wanted, candidates);
  if (match !== undefined) return `did you mean '${match}'?`;
  return candidates.length > 0 ? `there is ${[...candidates].sort().join(", ")}` : "there is none";
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
