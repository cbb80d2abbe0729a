import { ProviderError } from "../provider-server/resource-type";
import { isRecord } from "../provider-server/wire";

/** The HTTP status with which the daemon refused, if it was the daemon. */
export function statusOf(error: unknown): number | undefined {
  return isRecord(error) && typeof error["statusCode"] === "number"
    ? error["statusCode"]
    : undefined;
}

/** What the daemon said, without the client's decoration. */
export function messageOf(error: unknown): string {
  const json = isRecord(error) ? error["json"] : undefined;
  const said = isRecord(json) ? json["message"] : undefined;
  if (typeof said === "string" && said !== "") return said.trim();
  return error instanceof Error ? error.message : String(error);
}

/** Runs one call to the daemon; a refusal becomes one line that begins with what was tried. */
export async function engineCall<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    throw new ProviderError(`${what}: ${messageOf(error)}`);
  }
}

/** The result of the call, or undefined where the daemon doesn't know the thing. */
export async function unlessGone<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
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
