import type { z } from "zod";
import { suggest, type Issue } from "../issues";

type Problem = z.core.$ZodIssue;

/** A schema's complaints as issues: one line each, with the path of the value that is meant. */
export function describeProblems(
  error: { issues: readonly Problem[] },
  path: string,
  known: readonly string[] = [],
): Issue[] {
  return error.issues.flatMap((problem) => describe(problem, path, known));
}

function describe(problem: Problem, base: string, known: readonly string[]): Issue[] {
  const path = [base, ...problem.path.map(String)].join(".");
  switch (problem.code) {
    case "unrecognized_keys":
      return problem.keys.map((key) => ({
        path: `${path}.${key}`,
        message: "is not a known setting",
        remedy:
          known.length > 0 && problem.path.length === 0
            ? suggest(key, known)
            : "correct its spelling or remove it",
      }));
    case "invalid_union": {
      const branches = problem.errors.filter((branch) => branch.length > 0);
      const closest = branches.reduce<readonly Problem[] | undefined>(
        (best, branch) => (best === undefined || distance(branch) < distance(best) ? branch : best),
        undefined,
      );
      if (closest === undefined)
        return [{ path, message: problem.message, remedy: "see config/schema" }];
      return closest.flatMap((inner) => describe(inner, path, known));
    }
    case "invalid_value":
      if (problem.input === undefined) {
        const values = problem.values.map((value) => `'${String(value)}'`).join(" or ");
        return [{ path, message: "is missing", remedy: `give it the value ${values}` }];
      }
      return [
        {
          path,
          message: `${show(problem.input)} is not one of ${problem.values.map((value) => `'${String(value)}'`).join(", ")}`,
          remedy:
            typeof problem.input === "string"
              ? suggest(problem.input, problem.values.map(String))
              : "give one of them",
        },
      ];
    case "invalid_type":
      return [
        problem.input === undefined
          ? { path, message: "is missing", remedy: `give it a value of type ${problem.expected}` }
          : {
              path,
              message: `${show(problem.input)} is not of type ${problem.expected}`,
              remedy: "correct it",
            },
      ];
    default:
      return [
        { path, message: `${show(problem.input)} ${problem.message}`.trim(), remedy: "correct it" },
      ];
  }
}

/** How far a union's branch is from what was written: other keys count more than wrong values. */
function distance(branch: readonly Problem[]): number {
  return branch.reduce(
    (sum, problem) =>
      sum +
      (problem.code === "unrecognized_keys" ? 10 * problem.keys.length : 0) +
      (problem.code === "invalid_type" && problem.path.length <= 1 ? 5 : 1),
    0,
  );
}

function show(value: unknown): string {
  if (value === undefined) return "";
  const text = typeof value === "string" ? `'${value}'` : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
