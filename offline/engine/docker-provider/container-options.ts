import type Docker from "dockerode";
import type { ContainerInputs, Healthcheck, Mount, Port, VolumeBinding } from "./container-inputs";
import { parseDuration, toBytes } from "./units";

/** The daemon's request body for a container. Fields that the inputs leave out stay out. */
export function containerOptions(inputs: ContainerInputs): Docker.ContainerCreateOptions {
  const options: Docker.ContainerCreateOptions & { platform?: string } = {
    name: inputs.name,
    Image: inputs.image,
    Cmd: inputs.command,
    Entrypoint: inputs.entrypoints,
    Env: inputs.envs,
    Labels: labelMap(inputs.labels),
    Hostname: inputs.hostname,
    Domainname: inputs.domainname,
    User: inputs.user,
    WorkingDir: inputs.workingDir,
    Tty: inputs.tty,
    OpenStdin: inputs.stdinOpen,
    StopSignal: inputs.stopSignal,
    StopTimeout: inputs.stopTimeout,
    Healthcheck: inputs.healthcheck && healthConfig(inputs.healthcheck),
    ExposedPorts: exposedPorts(inputs),
    Volumes: anonymousVolumes(inputs.volumes),
    HostConfig: hostConfig(inputs),
    platform: inputs.platform,
  } as Docker.ContainerCreateOptions & { platform?: string };
  return withoutUndefined(options);
}

function hostConfig(inputs: ContainerInputs): Record<string, unknown> {
  return withoutUndefined({
    AutoRemove: inputs.rm,
    Binds: binds(inputs.volumes),
    CapAdd: inputs.capabilities?.adds,
    CapDrop: inputs.capabilities?.drops,
    CgroupParent: inputs.cgroupParent,
    CgroupnsMode: inputs.cgroupnsMode,
    CpuPeriod: inputs.cpuPeriod,
    CpuQuota: inputs.cpuQuota,
    BlkioDeviceReadBps: rates(inputs.deviceReadBps),
    BlkioDeviceReadIOps: rates(inputs.deviceReadIops),
    BlkioDeviceWriteBps: rates(inputs.deviceWriteBps),
    BlkioDeviceWriteIOps: rates(inputs.deviceWriteIops),
    DeviceCgroupRules: inputs.deviceCgroupRules,
    DeviceRequests: deviceRequests(inputs),
    Devices: inputs.devices?.map((device) => ({
      PathOnHost: device.hostPath,
      PathInContainer: device.containerPath ?? device.hostPath,
      CgroupPermissions: device.permissions ?? "rwm",
    })),
    Dns: inputs.dns,
    DnsOptions: inputs.dnsOpts,
    DnsSearch: inputs.dnsSearches,
    ExtraHosts: inputs.hosts?.map(({ host, ip }) => `${host}:${ip}`),
    GroupAdd: inputs.groupAdds,
    Init: inputs.init,
    IpcMode: inputs.ipcMode,
    LogConfig:
      inputs.logDriver || inputs.logOpts
        ? { Type: inputs.logDriver ?? "", Config: inputs.logOpts ?? {} }
        : undefined,
    Mounts: inputs.mounts?.map(mountConfig),
    NanoCpus: inputs.cpus === undefined ? undefined : Math.round(Number(inputs.cpus) * 1e9),
    NetworkMode: inputs.networkMode,
    PidMode: inputs.pidMode,
    PortBindings: portBindings(inputs.ports),
    Privileged: inputs.privileged,
    PublishAllPorts: inputs.publishAllPorts,
    ReadonlyRootfs: inputs.readOnly,
    Runtime: inputs.runtime,
    SecurityOpt: inputs.securityOpts,
    ShmSize: inputs.shmSize === undefined ? undefined : toBytes(inputs.shmSize),
    StorageOpt: inputs.storageOpts,
    Sysctls: inputs.sysctls,
    Tmpfs: inputs.tmpfs,
    Ulimits: inputs.ulimits?.map(({ name, soft, hard }) => ({
      Name: name,
      Soft: soft,
      Hard: hard,
    })),
    UsernsMode: inputs.usernsMode,
    VolumesFrom: inputs.volumes?.flatMap(({ fromContainer, readOnly }) =>
      fromContainer ? [readOnly ? `${fromContainer}:ro` : fromContainer] : [],
    ),
    ...updatableConfig(inputs),
  });
}

/** The part of the host configuration that the daemon changes on a running container. */
export function updatableConfig(inputs: ContainerInputs): Record<string, unknown> {
  return withoutUndefined({
    RestartPolicy: {
      Name: inputs.restart ?? "no",
      MaximumRetryCount: inputs.maxRetryCount ?? 0,
    },
    CpuShares: inputs.cpuShares,
    CpusetCpus: inputs.cpuSet,
    Memory: inputs.memory === undefined ? undefined : toBytes(inputs.memory),
    MemoryReservation:
      inputs.memoryReservation === undefined ? undefined : toBytes(inputs.memoryReservation),
    MemorySwap: inputs.memorySwap === undefined ? undefined : toBytes(inputs.memorySwap),
  });
}

export function labelMap(
  labels: { label: string; value: string }[] | undefined,
): Record<string, string> | undefined {
  return labels && Object.fromEntries(labels.map(({ label, value }) => [label, value]));
}

function healthConfig(check: Healthcheck): Record<string, unknown> {
  const duration = (text: string | undefined) =>
    text === undefined ? undefined : parseDuration(text);
  return withoutUndefined({
    Test: check.tests,
    Interval: duration(check.interval),
    Timeout: duration(check.timeout),
    StartPeriod: duration(check.startPeriod),
    StartInterval: duration(check.startInterval),
    Retries: check.retries,
  });
}

function portKey(port: Port): string {
  return `${port.internal}/${port.protocol ?? "tcp"}`;
}

function exposedPorts(inputs: ContainerInputs): Record<string, object> | undefined {
  return inputs.ports && Object.fromEntries(inputs.ports.map((port) => [portKey(port), {}]));
}

function portBindings(ports: Port[] | undefined): Record<string, object[]> | undefined {
  if (!ports) return undefined;
  const bindings: Record<string, object[]> = {};
  for (const port of ports) {
    (bindings[portKey(port)] ??= []).push({
      HostIp: port.ip ?? "0.0.0.0",
      HostPort: port.external === undefined ? "" : String(port.external),
    });
  }
  return bindings;
}

function mountConfig(mount: Mount): Record<string, unknown> {
  const volume = mount.volumeOptions;
  return withoutUndefined({
    Type: mount.type,
    Source: mount.source,
    Target: mount.target,
    ReadOnly: mount.readOnly,
    BindOptions: mount.bindOptions && { Propagation: mount.bindOptions.propagation },
    TmpfsOptions: mount.tmpfsOptions && {
      Mode: mount.tmpfsOptions.mode,
      SizeBytes: mount.tmpfsOptions.sizeBytes,
    },
    VolumeOptions: volume && {
      NoCopy: volume.noCopy,
      Labels: labelMap(volume.labels),
      Subpath: volume.subpath,
      DriverConfig: { Name: volume.driverName, Options: volume.driverOptions },
    },
  });
}

function binds(volumes: VolumeBinding[] | undefined): string[] | undefined {
  return volumes?.flatMap(({ hostPath, volumeName, containerPath, readOnly }) => {
    const source = hostPath ?? volumeName;
    if (!source || !containerPath) return [];
    return [`${source}:${containerPath}:${readOnly ? "ro" : "rw"}`];
  });
}

function anonymousVolumes(
  volumes: VolumeBinding[] | undefined,
): Record<string, object> | undefined {
  const anonymous = volumes?.filter((volume) => !volume.hostPath && !volume.volumeName) ?? [];
  const paths = anonymous.flatMap(({ containerPath }) => (containerPath ? [containerPath] : []));
  return paths.length > 0 ? Object.fromEntries(paths.map((path) => [path, {}])) : undefined;
}

function rates(list: { path: string; rate: number }[] | undefined): object[] | undefined {
  return list?.map(({ path, rate }) => ({ Path: path, Rate: rate }));
}

function deviceRequests(inputs: ContainerInputs): object[] | undefined {
  const requests = (inputs.deviceRequests ?? []).map((request) => ({
    Driver: request.driver ?? "",
    Count: request.count ?? 0,
    DeviceIDs: request.deviceIds,
    Capabilities: request.capabilities ? [request.capabilities] : undefined,
    Options: request.options,
  }));
  const gpus = inputs.gpus === undefined ? [] : [gpuRequest(inputs.gpus)];
  const all = [...requests, ...gpus];
  return all.length > 0 ? all : undefined;
}

/** `all`, a count, or `device=0,1`, as `docker run --gpus` takes them. */
function gpuRequest(gpus: string): object {
  const capabilities = { Capabilities: [["gpu"]] };
  const ids = /^"?device=([^"]+)"?$/.exec(gpus)?.[1];
  if (ids !== undefined) return { ...capabilities, DeviceIDs: ids.split(",") };
  return { ...capabilities, Count: gpus === "all" ? -1 : Number(gpus) };
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T;
}
