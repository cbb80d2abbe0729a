import { spawn } from "node:child_process";

/** Runs a command and hands on each line of its output; rejects with its last lines. */
export function runCommand(
  command: string,
  args: readonly string[],
  log: (line: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const tail: string[] = [];
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    const take = (chunk: Buffer): void => {
      for (const line of chunk.toString("utf8").split("\n").filter(Boolean)) {
        log(line);
        tail.push(line);
        if (tail.length > 20) tail.shift();
      }
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("error", (error) => reject(new Error(`${command}: ${error.message}`)));
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${command}: exit code ${code ?? "none"}\n${tail.join("\n")}`));
    });
  });
}
