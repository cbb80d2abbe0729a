import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";

/**
 * A machine beyond this host: a network namespace with an address kept for documentation
 * (RFC 5737), to which the host forwards as it does to the internet, and a server on its port 80.
 */
export async function startOutside(): Promise<{ address: string; stop: () => void }> {
  const name = `berth-${process.pid}`;
  const [here, there] = [`bh${process.pid}`, `bt${process.pid}`];
  const [gateway, address] = ["203.0.113.1", "203.0.113.2"];
  const ip = (...args: string[]) => execFileSync("ip", args, { stdio: "pipe" });
  ip("netns", "add", name);
  ip("link", "add", here, "type", "veth", "peer", "name", there, "netns", name);
  ip("address", "add", `${gateway}/30`, "dev", here);
  ip("link", "set", here, "up");
  ip("-n", name, "address", "add", `${address}/30`, "dev", there);
  ip("-n", name, "link", "set", there, "up");
  ip("-n", name, "route", "add", "default", "via", gateway);
  const program =
    'require("http").createServer((_, answer) => answer.end("outside")).listen(80, () => console.log("up"))';
  const server = spawn("ip", ["netns", "exec", name, process.execPath, "-e", program]);
  await once(server.stdout, "data");
  return {
    address,
    stop: () => {
      server.kill();
      ip("netns", "delete", name); // takes both ends of the pair with it
    },
  };
}
