import { execFileSync } from "node:child_process";
import { exportLines } from "../../cli/shell-environment";

test.each([
  ["a space", "/home/an n/state"],
  ["quotes", `it's "here"`],
  ["what a shell would run", "$(touch /tmp/no) `id` $HOME \\ ;&|"],
  ["nothing", ""],
  ["two lines", "a\nb"],
])("a shell that evaluates the lines gets a value with %s back", (_, value) => {
  const lines = exportLines({ PULUMI_TEST: value });
  const read = execFileSync("sh", ["-c", 'eval "$1"; printf %s "$PULUMI_TEST"', "sh", lines]);
  expect(read.toString()).toBe(value);
});

test("one line for each variable, sorted", () => {
  expect(exportLines({ B: "2", A: "1" })).toBe("export A='1'\nexport B='2'");
});
