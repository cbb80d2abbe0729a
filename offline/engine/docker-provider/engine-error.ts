import { messageOf, unlessGone } from "../../../docker/errors";
import { ProviderError } from "../provider-server/resource-type";

/** Runs one call to the daemon; a refusal becomes one line that begins with what was tried. */
export async function engineCall<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    throw new ProviderError(`${what}: ${messageOf(error)}`);
  }
}

/** Repeats a removal for a while as long as the daemon says that the thing is still in use. */
export async function whileInUse(call: () => Promise<unknown>, patienceMs = 10_000): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      await unlessGone(call);
      return;
    } catch (error) {
      const busy = /active endpoints|in use|in progress/.test(messageOf(error));
      if (!busy || Date.now() > deadline) throw error;
      await sleep(500);
    }
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
