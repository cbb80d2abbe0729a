import type { z } from "zod";
import { nearest, suggest, type Issue } from "../issues";
import { alternatives, knownKeys, schemasAt } from "./known-keys";

type Problem = z.core.$ZodIssue;

type Schema = z.core.$ZodType;

/** A schema's complaints as issues: one line each, with the path of the value that is meant. */
export function describeProblems(
  error: { issues: readonly Problem[] },
  path: string,
  schema: Schema,
): Issue[] {
  return describeAll(error.issues, path, [schema]);
}

/** Problems with one value, of which the paths start there: what belongs together is one issue. */
function describeAll(
  problems: readonly Problem[],
  base: string,
  schemas: readonly Schema[],
): Issue[] {
  const misspelt = misspeltKeys(problems, schemas);
  const explained = new Set(misspelt.values());
  return problems
    .filter((problem) => !explained.has(problem) && !isPremature(problem, problems))
    .flatMap((problem) => describe(problem, base, schemas));
}

/** A rule about a whole object says nothing while one of its keys is not even known. */
function isPremature(problem: Problem, all: readonly Problem[]): boolean {
  const place = JSON.stringify(problem.path);
  return (
    problem.code === "custom" &&
    all.some((each) => each.code === "unrecognized_keys" && JSON.stringify(each.path) === place)
  );
}

function describe(problem: Problem, base: string, schemas: readonly Schema[]): Issue[] {
  const path = [base, ...problem.path.map(String)].join(".");
  switch (problem.code) {
    case "unrecognized_keys":
      return problem.keys.map((key) => ({
        path: `${path}.${key}`,
        message: "is not a known setting",
        remedy: suggest(key, candidates(problem, schemas, key)),
      }));
    case "invalid_union": {
      const options = optionsAt(schemas, problem);
      const closest = problem.errors
        .map((branch, index) => ({ branch, schemas: options[index] ?? [] }))
        .filter(({ branch }) => branch.length > 0)
        .reduce<{ branch: readonly Problem[]; schemas: Schema[] } | undefined>(
          (best, each) => (best === undefined || distance(each) < distance(best) ? each : best),
          undefined,
        );
      if (closest === undefined)
        return [{ path, message: problem.message, remedy: "see config/schema" }];
      return describeAll(closest.branch, path, closest.schemas);
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
    case "invalid_key":
      return problem.issues.map(({ message }) => ({
        path,
        message: `${show(problem.path.at(-1))} ${sentence(message)}`,
        remedy: "correct it",
      }));
    case "too_small":
      if (Array.isArray(problem.input) && problem.input.length === 0)
        return [{ path, message: "is empty", remedy: "give it one entry, or leave it out" }];
      return [complaint(path, problem)];
    default:
      return [complaint(path, problem)];
  }
}

/** A list or an object is not shown: the path says which one is meant. */
function complaint(path: string, { input, message }: Problem): Issue {
  const value = typeof input === "object" && input !== null ? "" : show(input);
  return { path, message: `${value} ${sentence(message)}`.trim(), remedy: "correct it" };
}

/** A message of zod's own as it follows the value: "Invalid URL" becomes "is not a valid URL". */
function sentence(message: string): string {
  return message
    .replace(/^Invalid string: /, "")
    .replace(/^Invalid (?!input)/, "is not a valid ")
    .replace(/^Too (?:small|big): expected \w+ to be /, "must be ");
}

/** The schemas of a union's branches, in the order of their errors. */
function optionsAt(
  schemas: readonly Schema[],
  problem: z.core.$ZodIssueInvalidUnion,
): (Schema[] | undefined)[] {
  const at = schemasAt(schemas, problem.path).flatMap(alternatives);
  return problem.errors.map((_, index) => {
    const option = at[index];
    return at.length === problem.errors.length && option !== undefined ? [option] : at;
  });
}

/** Keys that an unknown one may have been meant as: those that are not written yet come first. */
function candidates(
  problem: z.core.$ZodIssueUnrecognizedKeys,
  schemas: readonly Schema[],
  key: string,
): string[] {
  const known = knownKeys(schemasAt(schemas, problem.path), problem.input);
  const meant = nearest(key, known);
  const unused = known.filter((each) => !(each in (problem.input ?? {})));
  const missing = nearest(key, unused);
  // One that is written already is meant where it is by far the likelier: another spelling of it.
  if (missing === undefined || meant === undefined || isInside(key, meant)) return known;
  return unused;
}

/** Whether one is the other but for a letter more or less. */
function isInside(key: string, known: string): boolean {
  const [short, long] = key.length < known.length ? [key, known] : [known, key];
  return (
    long.length - short.length === 1 &&
    [...long].some((_, index) => long.slice(0, index) + long.slice(index + 1) === short)
  );
}

/** Unknown keys that stand in the place of a missing one, with the problem that it is missing. */
function misspeltKeys(
  problems: readonly Problem[],
  schemas: readonly Schema[],
): Map<string, Problem> {
  const found = new Map<string, Problem>();
  for (const problem of problems) {
    if (problem.code !== "unrecognized_keys") continue;
    for (const key of problem.keys) {
      const meant = nearest(key, candidates(problem, schemas, key));
      if (meant === undefined) continue;
      const place = JSON.stringify([...problem.path, meant]);
      const missing = problems.find(
        (each) => each.input === undefined && JSON.stringify(each.path) === place,
      );
      if (missing !== undefined) found.set(JSON.stringify([...problem.path, key]), missing);
    }
  }
  return found;
}

/** How far a union's branch is from what was written: other keys count more than wrong values. */
function distance({
  branch,
  schemas,
}: {
  branch: readonly Problem[];
  schemas: readonly Schema[];
}): number {
  const likely = misspeltKeys(branch, schemas).size;
  return branch.reduce(
    (sum, problem) =>
      sum +
      (problem.code === "unrecognized_keys" ? 10 * problem.keys.length : 0) +
      (isOfAnotherKind(problem) ? 5 : 1),
    -9 * likely,
  );
}

/** Whether a value is not even of the type that a union's branch wants. */
function isOfAnotherKind({ code, path, input }: Problem): boolean {
  if (code === "invalid_type") return path.length <= 1;
  return code === "invalid_value" && path.length === 0 && typeof input === "object";
}

function show(value: unknown): string {
  if (value === undefined) return "";
  const text = typeof value === "string" ? `'${value}'` : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
