import { Interrupted } from "../errors";
import { colors, say } from "../terminal";

/**
 * Runs an update that Ctrl-C brings to an end: the engine finishes what is under way and writes
 * its state. On a terminal the whole foreground group gets Ctrl-C, the engine included, and a
 * second one would make it break off: it is passed on only where it reached Berth alone.
 */
export async function interruptible<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let interrupted = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (!interrupted)
      say(colors.yellow("Stopping: what is being started is brought to an end first."));
    interrupted = true;
    if (signal === "SIGTERM" || process.stdin.isTTY !== true) controller.abort();
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    const result = await run(controller.signal);
    if (interrupted) throw new Interrupted();
    return result;
  } catch (error) {
    if (interrupted) throw new Interrupted("interrupted; the next run goes on from here");
    throw error;
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}
