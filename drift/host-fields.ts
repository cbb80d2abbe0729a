import type { ContainerInspectInfo } from "dockerode";
import { logLimits } from "../components/naming";
import type { PlannedService } from "../planning/types";
import type { Expectation } from "./fields";
import { bytes, entries, limit, lines, list, yes, type Comparison, type Strings } from "./words";

/** What `docker inspect` has beyond the types of its client. */
type HostConfig = ContainerInspectInfo["HostConfig"] & {
  Tmpfs?: Record<string, string> | null;
  Init?: boolean | null;
  Mounts?: { Type: string; Source?: string; Target: string; ReadOnly?: boolean }[] | null;
};

/** What a container has of the host: ports, files, limits and rights. */
export function hostFields(
  service: PlannedService,
  info: ContainerInspectInfo,
  expected: Expectation,
): Comparison[] {
  const host = info.HostConfig as HostConfig;
  const { security } = service;
  const memory = Math.floor(service.memoryBytes / 2 ** 20) * 2 ** 20;
  return [
    [
      "ports",
      lines(service.ports.map((port) => `${port.ip}:${port.host}->${port.container}/tcp`)),
      lines(publishedPorts(host)),
    ],
    ["mounts", lines(plannedMounts(service, expected.sources)), lines(foundMounts(host))],
    [
      "temporary folders",
      lines(
        service.mounts.flatMap(({ type, target }) =>
          type === "tmpfs" ? [`${target} mode=1777`] : [],
        ),
      ),
      lines(Object.entries(host.Tmpfs ?? {}).map((entry) => entry.join(" "))),
    ],
    ["memory", bytes(memory), bytes(host.Memory)],
    [
      "memory with swap",
      expected.limitsSwap ? bytes(memory) : bytes(host.MemorySwap),
      bytes(host.MemorySwap),
    ],
    ["CPUs", limit(service.cpus), limit((host.NanoCpus ?? 0) / 1e9)],
    [
      "process limits",
      service.processes === null ? "none" : `nproc=${service.processes}:${service.processes}`,
      lines(
        (host.Ulimits ?? []).map(({ Name = "", Soft = 0, Hard = 0 }) => `${Name}=${Soft}:${Hard}`),
      ),
    ],
    ["dropped capabilities", "ALL", lines(list(host.CapDrop as Strings))],
    [
      "added capabilities",
      lines(security.addedCapabilities.map((name) => `CAP_${name}`)),
      lines(list(host.CapAdd as Strings)),
    ],
    [
      "security options",
      lines(security.noNewPrivileges ? ["no-new-privileges:true"] : []),
      lines(list(host.SecurityOpt as Strings)),
    ],
    ["read-only root", yes(security.readOnlyRoot), yes(host.ReadonlyRootfs)],
    [
      "restart policy",
      service.kind === "job" ? "no" : "unless-stopped",
      host.RestartPolicy?.Name || "no",
    ],
    ["log driver", "json-file", host.LogConfig?.Type ?? ""],
    [
      "log limits",
      entries(logLimits(service)),
      entries((host.LogConfig?.Config ?? {}) as Record<string, string>),
    ],
    ["init", "yes", yes(host.Init)],
    ["GPU", yes(service.gpu), yes((host.DeviceRequests ?? []).length > 0)],
    ...closedFields(host),
  ];
}

/** What the plan gives no container. */
function closedFields(host: HostConfig): Comparison[] {
  const shared = (mode: string | undefined) =>
    /^(host|container:.*)$/.test(mode ?? "") ? (mode ?? "") : "none";
  const paths = (host.Devices ?? []) as { PathOnHost: string }[];
  return [
    ["privileged", "no", yes(host.Privileged)],
    ["network mode", "bridge", (host.NetworkMode ?? "").replace(/^default$/, "bridge")],
    ["shared process namespace", "none", shared(host.PidMode)],
    ["shared IPC namespace", "none", shared(host.IpcMode)],
    ["shared host name", "none", shared(host.UTSMode)],
    ["shared user namespace", "none", shared(host.UsernsMode)],
    ["devices", "none", lines(paths.map(({ PathOnHost }) => PathOnHost))],
    ["extra hosts", "none", lines(list(host.ExtraHosts as Strings))],
    ["DNS servers", "none", lines(list(host.Dns as Strings))],
    ["extra groups", "none", lines(list(host.GroupAdd))],
    ["kernel settings", "none", entries(host.Sysctls ?? {})],
    ["memory reservation", "none", bytes(host.MemoryReservation)],
    ["CPU shares", "none", limit(host.CpuShares)],
    ["CPU quota", "none", limit(host.CpuQuota)],
    ["CPU set", "none", host.CpusetCpus || "none"],
    ["number of processes", "none", limit(host.PidsLimit)],
  ];
}

function publishedPorts(host: HostConfig): string[] {
  const bindings = (host.PortBindings ?? {}) as Record<string, Binding[] | null>;
  return Object.entries(bindings).flatMap(([port, published]) =>
    (published ?? []).map(({ HostIp, HostPort }) => `${HostIp}:${HostPort}->${port}`),
  );
}

interface Binding {
  HostIp: string;
  HostPort: string;
}

function plannedMounts(service: PlannedService, sources: string): string[] {
  return service.mounts
    .filter(({ type }) => type !== "tmpfs")
    .map(({ type, source, target, readOnly }) =>
      mountText(type, source.replace(/^<sources>/, sources), target, readOnly),
    );
}

/** As they were asked for, so that volumes which an image declares are left out. */
function foundMounts({ Mounts, Binds }: HostConfig): string[] {
  return [
    ...(Mounts ?? []).map(({ Type, Source, Target, ReadOnly }) =>
      mountText(Type, Source ?? "", Target, ReadOnly === true),
    ),
    ...list(Binds as Strings).map((bind) => {
      const [source = "", target = "", options = ""] = bind.split(":");
      const type = source.startsWith("/") ? "bind" : "volume";
      return mountText(type, source, target, options.split(",").includes("ro"));
    }),
  ];
}

function mountText(type: string, source: string, target: string, readOnly: boolean): string {
  return `${type} ${source}:${target}${readOnly ? ":ro" : ""}`;
}
