import type { ContainerInspectInfo } from "dockerode";
import type { PlannedService } from "../../../planning/types";

/**
 * Where a container differs from its plan, as lines "field: planned …, found …"; empty where they
 * agree. Secret variables are compared by name: the plan has no values.
 */
export function differences(
  service: PlannedService,
  found: ContainerInspectInfo,
  sources: string,
): string[] {
  const result: string[] = [];
  const same = (field: string, planned: unknown, actual: unknown): void => {
    const [a, b] = [JSON.stringify(planned), JSON.stringify(actual)];
    if (a !== b) result.push(`${service.container} ${field}: planned ${a}, found ${b}`);
  };
  const host = found.HostConfig as typeof found.HostConfig & {
    Tmpfs?: Record<string, string>;
    Init?: boolean;
  };
  const config = found.Config as typeof found.Config & {
    Healthcheck?: Record<string, unknown>;
    StopTimeout?: number;
  };

  same("name", `/${service.container}`, found.Name);
  const networks = found.NetworkSettings.Networks as Record<string, { Aliases: string[] | null }>;
  same("networks", [...service.networks].sort(), Object.keys(networks).sort());
  for (const network of service.networks) {
    const own = new Set([found.Id.slice(0, 12), service.container]);
    const aliases = (networks[network]?.Aliases ?? []).filter((alias) => !own.has(alias));
    const planned = (service.aliases[network] ?? []).filter((alias) => !own.has(alias));
    same(`aliases on ${network}`, planned.sort(), aliases.sort());
  }
  same(
    "ports",
    service.ports.map((port) => `${port.ip}:${port.host}->${port.container}/tcp`).sort(),
    Object.entries(
      (host.PortBindings ?? {}) as Record<string, { HostIp: string; HostPort: string }[]>,
    )
      .flatMap(([port, bindings]) =>
        bindings.map((binding) => `${binding.HostIp}:${binding.HostPort}->${port}`),
      )
      .sort(),
  );
  const variables = new Map(
    config.Env.map((line): [string, string] => [
      line.slice(0, line.indexOf("=")),
      line.slice(line.indexOf("=") + 1),
    ]),
  );
  for (const [name, planned] of Object.entries(service.variables)) {
    const actual = variables.get(name);
    const secret = service.secrets[name];
    if (secret === undefined) same(`variable ${name}`, planned, actual);
    else if (secret.origin !== "derived")
      same(`secret variable ${name} is there`, true, Boolean(actual));
    else {
      // A password file's SHA-1 has 28 characters in base64.
      const hashed = secret.template.includes("{sha1}");
      const length = hashed ? 28 : secret.length;
      const [before, after] = secret.template.replace("{sha1}", "{secret}").split("{secret}") as [
        string,
        string,
      ];
      const fits =
        actual?.startsWith(before) &&
        actual.endsWith(after) &&
        actual.length === before.length + length + after.length;
      same(`secret variable ${name} has its form`, true, fits);
    }
  }
  same(
    "mounts",
    service.mounts
      .filter((mount) => mount.type !== "tmpfs")
      .map(
        (mount) =>
          `${mount.type} ${mount.source.replace(/^<sources>/, sources)} ${mount.target} ${mount.readOnly ? "ro" : "rw"}`,
      )
      .sort(),
    found.Mounts.map(
      (mount) =>
        `${mount.Type} ${mount.Type === "volume" ? mount.Name : mount.Source} ${mount.Destination} ${mount.RW ? "rw" : "ro"}`,
    ).sort(),
  );
  same(
    "tmpfs",
    service.mounts.flatMap((mount) => (mount.type === "tmpfs" ? [mount.target] : [])).sort(),
    Object.keys(host.Tmpfs ?? {}).sort(),
  );
  const memory = Math.floor(service.memoryBytes / 2 ** 20) * 2 ** 20;
  same("memory", [memory, memory], [host.Memory, host.MemorySwap]);
  same("cpus", service.cpus ?? 0, (host.NanoCpus ?? 0) / 1e9);
  same(
    "process limit",
    service.processes === null
      ? []
      : [{ Name: "nproc", Hard: service.processes, Soft: service.processes }],
    host.Ulimits ?? [],
  );
  same("dropped capabilities", ["ALL"], host.CapDrop);
  same(
    "added capabilities",
    service.security.addedCapabilities.map((name) => `CAP_${name}`),
    host.CapAdd ?? [],
  );
  same(
    "no-new-privileges",
    service.security.noNewPrivileges,
    ((host.SecurityOpt ?? []) as string[]).includes("no-new-privileges:true"),
  );
  same("read-only root", service.security.readOnlyRoot, host.ReadonlyRootfs);
  if (service.security.user !== null) same("user", service.security.user, config.User);
  same("restart", service.kind === "job" ? "no" : "unless-stopped", host.RestartPolicy?.Name);
  same(
    "log limits",
    { "max-file": "3", "max-size": "10m" },
    sorted(host.LogConfig?.Config as Record<string, string>),
  );
  same("stop timeout", service.stopSeconds, config.StopTimeout);
  if (service.health) {
    const second = 1e9;
    same(
      "health",
      {
        Test: service.health.test,
        Interval: service.health.intervalSeconds * second,
        Timeout: service.health.timeoutSeconds * second,
        StartPeriod: service.health.startPeriodSeconds * second,
        Retries: service.health.retries,
      },
      pick(config.Healthcheck ?? {}, ["Test", "Interval", "Timeout", "StartPeriod", "Retries"]),
    );
  }
  return result;
}

function sorted(record: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort());
}

function pick(record: Record<string, unknown>, keys: string[]): Record<string, unknown> {
  return Object.fromEntries(keys.map((key) => [key, record[key]]));
}
