import { execFileSync } from "node:child_process";

/** Addresses other than the loopback's on which this host listens, TCP and UDP: "tcp 0.0.0.0:443". */
export function openSockets(): string[] {
  const lines = execFileSync("ss", ["--listening", "--numeric", "--no-header", "--tcp", "--udp"], {
    encoding: "utf8",
  });
  const sockets = lines.split("\n").flatMap((line) => {
    const [protocol = "", , , , address = ""] = line.trim().split(/\s+/);
    return address === "" || isLoopback(address) ? [] : [`${protocol} ${address}`];
  });
  return [...new Set(sockets)].sort();
}

const isLoopback = (address: string) => /^(127\.|\[::1\]|\[::ffff:127\.)/.test(address);
