import { homedir } from "node:os";
import { join } from "node:path";

/** Berth's folder for what belongs to this machine and must outlive a clone. */
export function stateFolder(): string {
  return join(process.env.XDG_STATE_HOME || join(homedir(), ".local/state"), "berth");
}

/** Berth's folder for what can be made again. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "berth");
}
