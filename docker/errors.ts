/** The HTTP status with which the daemon refused, if it was the daemon. */
export function statusOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | null | undefined)?.statusCode;
  return typeof status === "number" ? status : undefined;
}

/** What the daemon said, without the client's decoration. */
export function messageOf(error: unknown): string {
  const said = (error as { json?: { message?: unknown } } | null | undefined)?.json?.message;
  if (typeof said === "string" && said !== "") return said.trim();
  return error instanceof Error ? error.message : String(error);
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
