import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

export interface Lock {
  pid: number;
  username: string;
  hostname: string;
  timestamp: string;
}

/** The lock of a stack in a state folder, undefined if nobody holds it. */
export function readLock(backend: string, project: string, stack: string): Lock | undefined {
  const folder = join(backend, ".pulumi", "locks", "organization", project, stack);
  if (!existsSync(folder)) return undefined;
  const file = readdirSync(folder).find((name) => name.endsWith(".json"));
  if (file === undefined) return undefined;
  try {
    return JSON.parse(readFileSync(join(folder, file), "utf8")) as Lock;
  } catch {
    return undefined; // being written or taken away right now: the engine will say
  }
}

/** Whether the process that took the lock is certainly gone: only its own host can tell. */
export function isAbandoned(lock: Lock): boolean {
  if (lock.hostname !== hostname()) return false;
  try {
    process.kill(lock.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
