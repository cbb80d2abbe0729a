import type Docker from "dockerode";

/** This machine's address on the engine's default bridge: containers of every network reach it. */
export async function bridgeAddress(docker: Docker): Promise<string> {
  const network = await docker.getNetwork("bridge").inspect();
  const [config] = network.IPAM?.Config ?? [];
  // An engine that chose the subnet by itself tells no gateway: it is the subnet's first address.
  const address = config?.["Gateway"] ?? config?.["Subnet"]?.replace(/\d+\/\d+$/, "1");
  if (address === undefined) throw new Error("the engine's default bridge has no address");
  return address;
}
