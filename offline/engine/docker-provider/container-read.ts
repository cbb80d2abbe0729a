import type Docker from "dockerode";
import { comparable, type InputSemantics } from "../provider-server/semantics";
import { deepEqual, isRecord, type Props } from "../provider-server/wire";
import { CONTAINER_SEMANTICS } from "./semantics";
import { formatDuration, toMegabytes } from "./units";

type Inspect = Docker.ContainerInspectInfo;

/**
 * The inputs that would describe the container as it is. Only what the official plugin reads back:
 * environment, labels, volumes, uploads and network attachments are never looked at.
 */
export function realInputs(info: Inspect): Props {
  const host = info.HostConfig as Docker.HostConfig & Record<string, unknown>;
  const config = info.Config as Inspect["Config"] & Record<string, unknown>;
  return {
    name: info.Name.replace(/^\//, ""),
    image: info.Image,
    command: config.Cmd ?? [],
    entrypoints: strings(config.Entrypoint),
    hostname: config.Hostname,
    domainname: config.Domainname,
    user: config.User,
    workingDir: config.WorkingDir,
    tty: config.Tty,
    stdinOpen: config.OpenStdin,
    stopSignal: config.StopSignal,
    stopTimeout: config["StopTimeout"],
    healthcheck: healthcheck(config.Healthcheck),
    ports: ports(info),
    readOnly: host.ReadonlyRootfs,
    privileged: host.Privileged,
    publishAllPorts: host.PublishAllPorts,
    restart: host.RestartPolicy?.Name || "no",
    maxRetryCount: host.RestartPolicy?.MaximumRetryCount ?? 0,
    cpuSet: host.CpusetCpus ?? "",
    cpuShares: host.CpuShares ?? 0,
    cpuPeriod: host.CpuPeriod,
    cpuQuota: host.CpuQuota,
    cpus: String((host.NanoCpus ?? 0) / 1e9),
    memory: toMegabytes(host.Memory ?? 0),
    memoryReservation: toMegabytes(host.MemoryReservation ?? 0),
    memorySwap: toMegabytes(host.MemorySwap ?? 0),
    shmSize: toMegabytes(host.ShmSize ?? 0),
    init: host.Init ?? false,
    tmpfs: host.Tmpfs ?? {},
    sysctls: host.Sysctls ?? {},
    storageOpts: host.StorageOpt ?? {},
    capabilities: { adds: strings(host.CapAdd), drops: strings(host.CapDrop) },
    securityOpts: strings(host.SecurityOpt),
    groupAdds: strings(host.GroupAdd),
    dns: strings(host.Dns),
    dnsOpts: strings(host.DnsOptions),
    dnsSearches: strings(host.DnsSearch),
    hosts: strings(host.ExtraHosts).map(extraHost),
    ulimits: (host.Ulimits ?? []).map((limit) => ({
      name: limit.Name,
      soft: limit.Soft,
      hard: limit.Hard,
    })),
    devices: ((host.Devices ?? []) as Props[]).map((device) => ({
      hostPath: device["PathOnHost"],
      containerPath: device["PathInContainer"],
      permissions: device["CgroupPermissions"],
    })),
    mounts: ((host.Mounts ?? []) as unknown as Props[]).map(mount),
    logDriver: host.LogConfig?.Type,
    logOpts: host.LogConfig?.Config ?? {},
    networkMode: host.NetworkMode,
    ipcMode: host.IpcMode,
    pidMode: host.PidMode,
    usernsMode: host.UsernsMode,
    runtime: host["Runtime"],
  };
}

/** Scalars whose real value counts even where the program leaves them to the daemon. */
const SEEN_WHEN_UNSET = new Set([
  "cpuSet",
  "cpuShares",
  "maxRetryCount",
  "memory",
  "memoryReservation",
  "memorySwap",
  "restart",
]);

/**
 * The recorded inputs brought up to date with the container: a property that still means the same
 * keeps its spelling, one that differs gets the real value.
 */
export function refreshedInputs(recorded: Props, real: Props, imageId: string): Props {
  const result: Props = { ...recorded };
  for (const [key, actual] of Object.entries(real)) {
    const semantics: InputSemantics | undefined =
      CONTAINER_SEMANTICS[key as keyof typeof CONTAINER_SEMANTICS];
    if (!semantics?.readBack) continue;
    const given = recorded[key];
    if (given === undefined) {
      if (SEEN_WHEN_UNSET.has(key) && !isDefault(actual, semantics)) result[key] = actual;
      continue;
    }
    const same = key === "image" ? imageId === actual : sameInput(key, given, actual, semantics);
    if (!same) result[key] = actual;
  }
  return result;
}

function isDefault(actual: unknown, semantics: InputSemantics): boolean {
  return actual === semantics.default || actual === 0 || actual === "" || actual === undefined;
}

function sameInput(
  key: string,
  given: unknown,
  actual: unknown,
  semantics: InputSemantics,
): boolean {
  if (key === "cpus") return Number(given) === Number(actual);
  if (key === "networkMode") return bridge(given) === bridge(actual);
  const plain = (value: unknown) => comparable(value, semantics);
  return deepEqual(plain(normalise(key, given, actual)), plain(onlyGiven(key, given, actual)));
}

function bridge(mode: unknown): unknown {
  return mode === "default" ? "bridge" : mode;
}

/** The given value with what the daemon fills in where the program says nothing. */
function normalise(key: string, given: unknown, actual: unknown): unknown {
  if (key === "ports" && Array.isArray(given)) {
    return given.map((port: Props, i) => ({
      internal: port["internal"],
      external:
        port["external"] ??
        (Array.isArray(actual) && (actual[i] as Props | undefined)?.["external"]),
      ip: port["ip"] ?? "0.0.0.0",
      protocol: port["protocol"] ?? "tcp",
    }));
  }
  if (key === "mounts" && Array.isArray(given)) {
    return given.map((item: Props) => ({ ...item, readOnly: item["readOnly"] ?? false }));
  }
  if (key === "devices" && Array.isArray(given)) {
    return given.map((device: Props) => ({
      hostPath: device["hostPath"],
      containerPath: device["containerPath"] ?? device["hostPath"],
      permissions: device["permissions"] ?? "rwm",
    }));
  }
  return given;
}

/** Of an object that the daemon completes with its own defaults, only the properties given. */
function onlyGiven(key: string, given: unknown, actual: unknown): unknown {
  if (key === "healthcheck" && isRecord(given) && isRecord(actual)) {
    return Object.fromEntries(Object.keys(given).map((inner) => [inner, actual[inner]]));
  }
  if (key === "mounts" && Array.isArray(given) && Array.isArray(actual)) {
    return actual.map((item: Props) => {
      const twin = given.find((one: Props) => one["target"] === item["target"]) as
        Props | undefined;
      if (!twin) return item;
      const kept = Object.entries(item).filter(([name]) => name in twin || name === "readOnly");
      return Object.fromEntries(
        kept.map(([name, value]) => [name, isRecord(value) ? twin[name] : value]),
      );
    });
  }
  return actual;
}

function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.map(String) : [];
}

function extraHost(text: string): { host: string; ip: string } {
  const colon = text.indexOf(":");
  return { host: text.slice(0, colon), ip: text.slice(colon + 1) };
}

function healthcheck(check: unknown): Props | undefined {
  if (!isRecord(check)) return undefined;
  const duration = (key: string) => formatDuration(Number(check[key] ?? 0));
  return {
    tests: check["Test"] ?? [],
    interval: duration("Interval"),
    timeout: duration("Timeout"),
    startPeriod: duration("StartPeriod"),
    startInterval: duration("StartInterval"),
    retries: check["Retries"] ?? 0,
  };
}

/** Published ports in ascending order, as the official plugin lists them. */
function ports(info: Inspect): Props[] {
  const published = Object.entries(info.NetworkSettings.Ports ?? {});
  return published
    .flatMap(([key, bindings]) => {
      const [internal, protocol] = key.split("/");
      return ((bindings ?? []) as { HostIp: string; HostPort: string }[]).map((binding) => ({
        internal: Number(internal),
        external: Number(binding.HostPort),
        ip: binding.HostIp,
        protocol,
      }));
    })
    .sort((a, b) => a.internal - b.internal);
}

function mount(value: Props): Props {
  const result: Props = {
    type: value["Type"],
    target: value["Target"],
    readOnly: value["ReadOnly"] ?? false,
  };
  if (value["Source"] !== undefined && value["Source"] !== "") result["source"] = value["Source"];
  if (isRecord(value["BindOptions"]))
    result["bindOptions"] = { propagation: value["BindOptions"]["Propagation"] };
  if (isRecord(value["TmpfsOptions"])) {
    result["tmpfsOptions"] = {
      mode: value["TmpfsOptions"]["Mode"],
      sizeBytes: value["TmpfsOptions"]["SizeBytes"],
    };
  }
  if (isRecord(value["VolumeOptions"]))
    result["volumeOptions"] = { noCopy: value["VolumeOptions"]["NoCopy"] ?? false };
  return result;
}

/** What only a running container has to say. */
export function runtimeOutputs(info: Inspect): Props {
  const networks = info.NetworkSettings.Networks ?? {};
  return {
    bridge: (info.NetworkSettings as { Bridge?: string }).Bridge ?? "",
    exitCode: info.State.ExitCode,
    networkDatas: Object.entries(networks).map(([networkName, network]) => ({
      networkName,
      gateway: network.Gateway,
      globalIpv6Address: network.GlobalIPv6Address,
      globalIpv6PrefixLength: network.GlobalIPv6PrefixLen,
      ipAddress: network.IPAddress,
      ipPrefixLength: network.IPPrefixLen,
      ipv6Gateway: network.IPv6Gateway,
      macAddress: network.MacAddress,
    })),
  };
}
