import type Docker from "dockerode";
import type { Expected } from "../../drift/containers";
import type { DockerState } from "../../drift/docker-state";
import { expectedVariables } from "../../drift/variables";
import type { Plan, PlannedService } from "../../planning/types";
import { plannedService, smallPlan } from "../support/plan-fixture";

export const secret = "a-secret-of-32-letters-and-digits";
export const imageId = "sha256:1111";
export const containerId = "abcdef0123456789";
export const networkId = "net-1";
const created = "2026-01-02T03:04:05.678901234Z";

export const service = plannedService({
  ...{ system: "shop", service: "web", networks: ["shop-dev"], aliases: { "shop-dev": ["web"] } },
  ports: [{ ip: "127.0.0.1", host: 4000, container: 80 }],
  variables: { MODE: "one", TOKEN: "secret:token" },
  secrets: {
    TOKEN: { origin: "derived", label: "token", version: 1, length: 33, template: "{secret}" },
  },
  mounts: [
    { type: "volume", source: "shop-data", target: "/data", readOnly: false },
    { type: "bind", source: "<sources>/dev/shop", target: "/src", readOnly: true },
    { type: "tmpfs", source: "", target: "/tmp", readOnly: false },
  ],
  files: { "/etc/web.conf": "listen 80\n" },
  ...{ command: ["serve", "--all"], cpus: 0.5, processes: 100, stopSeconds: 10 },
  security: {
    ...{ user: "1000:1000", readOnlyRoot: true, addedCapabilities: ["CHOWN"] },
    noNewPrivileges: true,
  },
  health: {
    ...{ kind: "http", port: 80, path: "/", test: ["CMD", "probe"], intervalSeconds: 10 },
    ...{ timeoutSeconds: 5, retries: 3, startPeriodSeconds: 60 },
  },
});

/** What `docker inspect` says of a container that is as `service` plans it. */
export function inspected(): Docker.ContainerInspectInfo {
  return structuredClone({
    ...{ Id: containerId, Name: "/shop-web-dev", Created: created, Image: imageId },
    State: {
      ...{ Status: "running", Running: true, Paused: false, Restarting: false, ExitCode: 0 },
      ...{ StartedAt: created, FinishedAt: "0001-01-01T00:00:00Z", Health: { Status: "healthy" } },
    },
    Config: {
      ...{ User: "1000:1000", WorkingDir: "/app", Entrypoint: ["start"], Cmd: ["serve", "--all"] },
      Env: ["MODE=one", `TOKEN=${secret}`, "PATH=/bin"],
      Labels: {
        ...{ "berth.environment": "dev", "berth.project": "shop", "berth.service": "web" },
        ...{ "berth.stack": "dev", "berth.system": "shop", maintainer: "the image's" },
      },
      Healthcheck: {
        ...{ Test: ["CMD", "probe"], Interval: 10e9, Timeout: 5e9, StartPeriod: 60e9, Retries: 3 },
      },
      StopTimeout: 10,
    },
    HostConfig: {
      ...{ Memory: 256 * 2 ** 20, MemorySwap: 256 * 2 ** 20, NanoCpus: 0.5e9, Init: true },
      ...{ NetworkMode: "bridge", IpcMode: "private", PidMode: "", Privileged: false },
      PortBindings: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "4000" }] },
      Mounts: [
        { Type: "bind", Source: "/home/ann/projects/dev/shop", Target: "/src", ReadOnly: true },
        { Type: "volume", Source: "shop-data", Target: "/data" },
      ],
      ...{ Binds: null, Tmpfs: { "/tmp": "mode=1777" }, ReadonlyRootfs: true },
      ...{ CapDrop: ["ALL"], CapAdd: ["CAP_CHOWN"], SecurityOpt: ["no-new-privileges:true"] },
      Ulimits: [{ Name: "nproc", Soft: 100, Hard: 100 }],
      RestartPolicy: { Name: "unless-stopped", MaximumRetryCount: 0 },
      LogConfig: { Type: "json-file", Config: { "max-file": "3", "max-size": "10m" } },
      ...{ PidsLimit: null, CpuShares: 0, CpusetCpus: "", MemoryReservation: 0 },
    },
    NetworkSettings: {
      Networks: {
        "shop-dev": { NetworkID: networkId, Aliases: ["web", "shop-web-dev", "abcdef012345"] },
      },
    },
  }) as unknown as Docker.ContainerInspectInfo;
}

export function inspectedNetwork(): Docker.NetworkInspectInfo {
  return {
    ...{ Id: networkId, Name: "shop-dev", Created: created, Driver: "bridge", Internal: false },
    Labels: { "berth.environment": "dev", "berth.stack": "dev", "berth.system": "shop" },
  } as unknown as Docker.NetworkInspectInfo;
}

/** A plan of `service` alone. */
export function planOf(services: PlannedService[] = [service]): Plan {
  return {
    ...smallPlan(),
    networks: [{ name: "shop-dev", system: "shop", internal: false }],
    volumes: [
      {
        name: "shop-data",
        system: "shop",
        service: "web",
        path: "/data",
        retained: true,
        adopted: false,
      },
    ],
    ...{ services, issues: [] },
  };
}

export function expectedOf(values: Partial<Expected> = {}): Expected {
  return {
    ...{ plan: planOf(), sources: "/home/ann/projects", imageOf: () => "shop:1" },
    variablesOf: (planned) => expectedVariables(planned, () => secret, {}),
    stateId: undefined,
    made: new Map([
      ["container shop-web-dev", containerId],
      ["network shop-dev", networkId],
    ]),
    ...values,
  };
}

export function dockerState(values: Partial<DockerState> = {}): DockerState {
  const image = {
    Id: imageId,
    Config: {
      ...{ Env: ["PATH=/bin"], Labels: { maintainer: "the image's" }, WorkingDir: "/app" },
      ...{ Entrypoint: ["start"], Cmd: ["bare"], User: "" },
    },
  } as unknown as Docker.ImageInspectInfo;
  return {
    ...{ containers: [inspected()], networks: [inspectedNetwork()], limitsSwap: true },
    files: new Map([[containerId, new Map([["/etc/web.conf", "listen 80\n"]])]]),
    volumes: [{ Name: "shop-data", Driver: "local", Options: null, CreatedAt: created }].map(
      (volume) => volume as unknown as DockerState["volumes"][number],
    ),
    images: new Map([
      [imageId, image],
      ["shop:1", image],
    ]),
    ...values,
  };
}
