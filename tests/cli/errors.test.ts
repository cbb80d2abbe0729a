import { describeError, exitCodeOf, Interrupted, problem } from "../../cli/errors";
import { exitCodes } from "../../cli/exit-codes";
import { IssuesError } from "../../config/issues";
import { Failure } from "../../offline/failure";

describe("describeError", () => {
  test("findings are one line each, without a stack", () => {
    const error = new IssuesError([
      { path: "a", message: "is wrong", remedy: "mend it" },
      { path: "b", message: "is missing", remedy: "add it" },
    ]);
    expect(describeError(error, false)).toEqual(["a: is wrong; mend it", "b: is missing; add it"]);
    expect(describeError(error, true)).toEqual(describeError(error, false));
  });

  test("below a failure stand the last lines of what failed", () => {
    const issue = { path: "a", message: "cannot be built", remedy: "mend it" };
    expect(describeError(new Failure(issue, ["step 1", "broken"]), false)).toEqual([
      "a: cannot be built; mend it",
      "    step 1",
      "    broken",
    ]);
  });

  test("what nobody expected is one line and the way to its stack trace", () => {
    expect(describeError(new TypeError("x is not a function\nmore"), false)).toEqual([
      "berth: x is not a function",
      "Set BERTH_DEBUG=1 to see where this comes from.",
    ]);
  });

  test("a headline brings along what it announces", () => {
    const error = new Error("Transform failed with 1 error:\n/x.ts:2:0: ERROR: Unexpected end");
    expect(describeError(error, false)[0]).toBe(
      "berth: Transform failed with 1 error: /x.ts:2:0: ERROR: Unexpected end",
    );
  });

  test("with BERTH_DEBUG it has its stack trace", () => {
    expect(describeError(new Error("broken"), true).join()).toMatch(/broken\n\s+at /);
  });

  test("what is thrown need not be an error", () => {
    expect(describeError("no", false)[0]).toBe("berth: no");
  });
});

test("an interruption has its own exit code", () => {
  expect(exitCodeOf(new Interrupted())).toBe(exitCodes.interrupted);
  expect(exitCodeOf(problem("a", "b", "c"))).toBe(exitCodes.failed);
  expect(exitCodeOf(new Error("x"))).toBe(exitCodes.failed);
});
