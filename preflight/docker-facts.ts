import type Docker from "dockerode";

/** What a Docker Engine says of itself and of what it holds, as far as a plan can collide with it. */
export interface DockerFacts {
  containers: ContainerFact[];
  networks: NetworkFact[];
  /** Names of volumes. */
  volumes: string[];
  /** "linux/amd64", as the catalogue writes platforms. */
  platform: string;
  /** Processors. */
  cpus: number;
  /** Whether it can give a container a GPU. */
  gpu: boolean;
}

export interface ContainerFact {
  names: string[];
  image: string;
  labels: Record<string, string>;
  /** Published ports of a running container. */
  ports: { ip: string; port: number }[];
  running: boolean;
  /** Volumes in it, and where. */
  mounts: { volume: string; target: string; writable: boolean }[];
  /** Names of the networks it is on. */
  networks?: string[];
}

export interface NetworkFact {
  name: string;
  labels: Record<string, string>;
}

const architectures: Record<string, string> = { x86_64: "amd64", aarch64: "arm64" };

/** Asks the engine for all of it at once; changes nothing. */
export async function gatherDockerFacts(docker: Docker): Promise<DockerFacts> {
  const [containers, networks, volumes, info] = await Promise.all([
    docker.listContainers({ all: true }),
    docker.listNetworks(),
    docker.listVolumes(),
    docker.info() as Promise<EngineInfo>,
  ]);
  return {
    containers: containers.map((container) => ({
      names: container.Names.map((name) => name.replace(/^\//, "")),
      image: container.Image,
      labels: container.Labels,
      ports: container.Ports.flatMap((port) =>
        port.Type === "tcp" && port.PublicPort ? [{ ip: port.IP, port: port.PublicPort }] : [],
      ),
      running: !["created", "exited", "dead"].includes(container.State),
      mounts: (container.Mounts ?? []).flatMap((mount) =>
        mount.Type === "volume" && mount.Name
          ? [{ volume: mount.Name, target: mount.Destination, writable: mount.RW }]
          : [],
      ),
      networks: Object.keys(container.NetworkSettings?.Networks ?? {}),
    })),
    networks: networks.map((network) => ({ name: network.Name, labels: network.Labels ?? {} })),
    // Null where there is none.
    volumes: ((volumes.Volumes ?? []) as { Name: string }[]).map(({ Name }) => Name),
    platform: `${info.OSType}/${architectures[info.Architecture] ?? info.Architecture}`,
    cpus: info.NCPU,
    gpu:
      info.Runtimes?.nvidia !== undefined ||
      (info.DiscoveredDevices ?? []).some((device) => device.ID.startsWith("nvidia.com/gpu")),
  };
}

interface EngineInfo {
  OSType: string;
  Architecture: string;
  NCPU: number;
  Runtimes?: Record<string, unknown>;
  DiscoveredDevices?: { ID: string }[];
}
