import { readdir, readFile, readlink } from "node:fs/promises";
import { basename } from "node:path";

export interface Process {
  pid: number;
  command: string;
}

interface Listener {
  /** "127.0.0.1", "0.0.0.0" or "::". */
  address: string;
  port: number;
  inode: string;
}

const listening = "0A";

/**
 * The process that listens on an address and port of this machine, undefined where the system does
 * not tell (another user's process, or not Linux). Its arguments are not read: they may hold secrets.
 */
export async function listenerOn(ip: string, port: number): Promise<Process | undefined> {
  const tables = await Promise.all(
    ["/proc/net/tcp", "/proc/net/tcp6"].map((file) => readFile(file, "utf8").catch(() => "")),
  );
  const listener = tables
    .flatMap(parseListeners)
    .find((each) => each.port === port && overlaps(each.address, ip));
  return listener && (await processWithSocket(`socket:[${listener.inode}]`));
}

/** The listening sockets of a table such as /proc/net/tcp. */
export function parseListeners(table: string): Listener[] {
  return table.split("\n").flatMap((line) => {
    const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
    const [address = "", port = ""] = local.split(":");
    if (state !== listening) return [];
    return [{ address: ipOf(address), port: parseInt(port, 16), inode }];
  });
}

/** Whether two addresses can't both be bound to the same port. */
export function overlaps(a: string, b: string): boolean {
  return a === b || isWildcard(a) || isWildcard(b);
}

function isWildcard(ip: string): boolean {
  return ip === "0.0.0.0" || ip === "::" || ip === "";
}

/** An address as the kernel writes it: four bytes in reverse, or IPv6, perhaps an IPv4 in it. */
function ipOf(hex: string): string {
  if (hex.length === 8) {
    return (hex.match(/../g) ?? [])
      .reverse()
      .map((byte) => parseInt(byte, 16))
      .join(".");
  }
  if (/^0+$/.test(hex)) return "::";
  return /^0{16}FFFF0000/i.test(hex) ? ipOf(hex.slice(24)) : hex;
}

async function processWithSocket(socket: string): Promise<Process | undefined> {
  const entries = await readdir("/proc").catch(() => []);
  for (const entry of entries.filter((name) => /^\d+$/.test(name))) {
    const folder = `/proc/${entry}`;
    const handles = await readdir(`${folder}/fd`).catch(() => []);
    const targets = await Promise.all(
      handles.map((handle) => readlink(`${folder}/fd/${handle}`).catch(() => "")),
    );
    if (!targets.includes(socket)) continue;
    const program = await readlink(`${folder}/exe`).catch(() => "");
    const command =
      program === ""
        ? await readFile(`${folder}/comm`, "utf8").catch(() => "unknown")
        : basename(program);
    return { pid: Number(entry), command: command.trim() };
  }
  return undefined;
}
