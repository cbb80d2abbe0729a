/**
 * A container's log as text. Without a terminal it comes in frames, each with a header of 8 bytes, of
 * which the last four are the length.
 */
export function logText(log: Buffer, tty: boolean): string {
  if (tty) return log.toString("utf8");
  const parts: Buffer[] = [];
  for (let at = 0; at + 8 <= log.length;) {
    const length = log.readUInt32BE(at + 4);
    parts.push(log.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return Buffer.concat(parts).toString("utf8");
}
