import type Docker from "dockerode";
import { unlessGone } from "../docker/errors";

/** What a Docker Engine says of itself and of what it holds, as far as a plan can collide with it. */
export interface DockerFacts {
  containers: ContainerFact[];
  networks: NetworkFact[];
  volumes: VolumeFact[];
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
  /** Docker starts it by itself when it starts; asked of stopped containers with volumes. */
  restarts?: boolean;
  /** Volumes in it, and where. */
  mounts: { volume: string; target: string; writable: boolean }[];
  /** Names of the networks it is on. */
  networks?: string[];
}

export interface NetworkFact {
  name: string;
  labels: Record<string, string>;
}

export interface VolumeFact {
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
    containers: await Promise.all(containers.map((container) => containerFact(docker, container))),
    networks: networks.map((network) => ({ name: network.Name, labels: network.Labels ?? {} })),
    // Null where there is none.
    volumes: ((volumes.Volumes as Docker.VolumeInspectInfo[] | null) ?? []).map(
      ({ Name, Labels }) => ({
        ...{ name: Name, labels: (Labels as Record<string, string> | null) ?? {} },
      }),
    ),
    platform: `${info.OSType}/${architectures[info.Architecture] ?? info.Architecture}`,
    cpus: info.NCPU,
    gpu:
      info.Runtimes?.nvidia !== undefined ||
      (info.DiscoveredDevices ?? []).some((device) => device.ID.startsWith("nvidia.com/gpu")),
  };
}

async function containerFact(
  docker: Docker,
  container: Docker.ContainerInfo,
): Promise<ContainerFact> {
  const mounts = (container.Mounts ?? []).flatMap((mount) =>
    mount.Type === "volume" && mount.Name
      ? [{ volume: mount.Name, target: mount.Destination, writable: mount.RW }]
      : [],
  );
  const running = !["created", "exited", "dead"].includes(container.State);
  return {
    names: container.Names.map((name) => name.replace(/^\//, "")),
    image: container.Image,
    labels: container.Labels,
    ports: container.Ports.flatMap((port) =>
      port.Type === "tcp" && port.PublicPort ? [{ ip: port.IP, port: port.PublicPort }] : [],
    ),
    running,
    restarts: !running && mounts.length > 0 && (await restarts(docker, container.Id)),
    mounts,
    networks: Object.keys(container.NetworkSettings?.Networks ?? {}),
  };
}

/** A list does not have the policy; a container that is gone by now has none. */
async function restarts(docker: Docker, id: string): Promise<boolean> {
  const found = await unlessGone(() => docker.getContainer(id).inspect());
  return !["", "no"].includes(found?.HostConfig.RestartPolicy?.Name ?? "");
}

interface EngineInfo {
  OSType: string;
  Architecture: string;
  NCPU: number;
  Runtimes?: Record<string, unknown>;
  DiscoveredDevices?: { ID: string }[];
}
