import { createWriteStream, mkdirSync, readdirSync, rmSync, type WriteStream } from "node:fs";
import { join } from "node:path";
import { stateFolder } from "../../config/folders";

const kept = 20;

/** What the engine says in one run, in a file of the state folder; old ones go. */
export function openRunLog(stack: string): { file: string; stream: WriteStream } {
  const folder = join(stateFolder(), "logs");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const logs = readdirSync(folder)
    .filter((name) => name.startsWith(`${stack}-`) && name.endsWith(".log"))
    .sort();
  for (const old of logs.slice(0, Math.max(0, logs.length - kept + 1)))
    rmSync(join(folder, old), { force: true });
  const time = new Date().toISOString().replace(/[:.]/g, "-");
  const file = join(folder, `${stack}-${time}.log`);
  return { file, stream: createWriteStream(file, { mode: 0o600 }) };
}
