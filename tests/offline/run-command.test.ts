import { lastLines, runCommand } from "../../offline/run-command";

test("a command gives its exit code and both outputs, line by line if asked", async () => {
  const lines: string[] = [];
  const script = "echo one; echo two >&2; exit 3";
  const result = await runCommand("sh", ["-c", script], { log: (line) => lines.push(line) });
  expect(result).toEqual({ code: 3, stdout: "one\n", stderr: "two\n" });
  expect(lines.sort()).toEqual(["one", "two"]);
  expect(lastLines(result, 1)).toEqual(["two"]);
});

test("arguments are words, whatever they hold", async () => {
  const result = await runCommand("printf", ["%s", "a b; $HOME 'c'"]);
  expect(result.stdout).toBe("a b; $HOME 'c'");
});

test("a command that isn't there has code 127, one that takes too long has another than 0", async () => {
  expect((await runCommand("berth-has-no-such-command", [])).code).toBe(127);
  expect((await runCommand("sleep", ["30"], { timeoutMs: 200 })).code).not.toBe(0);
});
