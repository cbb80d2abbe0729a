import fc from "fast-check";
import type { ContainerInputs } from "../../../offline/engine/docker-provider/container-inputs";
import { logText } from "../../../docker/log-text";
import { containerOptions } from "../../../offline/engine/docker-provider/container-options";
import { refreshedInputs } from "../../../offline/engine/docker-provider/container-read";
import { formatDuration, parseDuration } from "../../../offline/engine/docker-provider/units";

const BASE: ContainerInputs = { name: "web", image: "sha256:1" };

test("what the program leaves out is left to the daemon", () => {
  expect(containerOptions(BASE)).toEqual({
    name: "web",
    Image: "sha256:1",
    HostConfig: { RestartPolicy: { Name: "no", MaximumRetryCount: 0 } },
  });
});

test("memory is in MB, processors in billionths, and no swap limit stays -1", () => {
  const { HostConfig: host } = containerOptions({
    ...BASE,
    memory: 64,
    memorySwap: -1,
    shmSize: 16,
    cpus: "1.5",
  });
  expect(host).toMatchObject({
    Memory: 64 * 1024 * 1024,
    MemorySwap: -1,
    ShmSize: 16 * 1024 * 1024,
    NanoCpus: 1_500_000_000,
  });
});

test("a port without an address is bound on every IPv4 interface, as officially", () => {
  const options = containerOptions({
    ...BASE,
    ports: [
      { internal: 80, external: 8080, ip: "127.0.0.1" },
      { internal: 53, external: 53, protocol: "udp" },
    ],
  });
  expect(options.ExposedPorts).toEqual({ "80/tcp": {}, "53/udp": {} });
  expect(options.HostConfig?.PortBindings).toEqual({
    "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "8080" }],
    "53/udp": [{ HostIp: "0.0.0.0", HostPort: "53" }],
  });
});

test.each([
  ["all", { Count: -1 }],
  ["2", { Count: 2 }],
  ["device=0,1", { DeviceIDs: ["0", "1"] }],
])("gpus %s", (gpus, request) => {
  expect(containerOptions({ ...BASE, gpus }).HostConfig?.DeviceRequests).toEqual([
    { Capabilities: [["gpu"]], ...request },
  ]);
});

test("a duration is printed as Go prints it and read back the same", () => {
  expect(formatDuration(60e9)).toBe("1m0s");
  expect(formatDuration(5400e9)).toBe("1h30m0s");
  expect(formatDuration(1.5e9)).toBe("1.5s");
  expect(formatDuration(500e6)).toBe("500ms");
  expect(formatDuration(0)).toBe("0s");
  expect(parseDuration("60")).toBeUndefined();
  expect(parseDuration("1 minute")).toBeUndefined();
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100_000_000 }), (milliseconds) => {
      expect(parseDuration(formatDuration(milliseconds * 1e6))).toBeCloseTo(milliseconds * 1e6, -3);
    }),
  );
});

test("a refresh keeps the program's spelling and takes over real drift only", () => {
  const real = {
    image: "sha256:1",
    memory: 80,
    memorySwap: 128,
    networkMode: "default",
    mounts: [{ type: "volume", source: "data", target: "/data", readOnly: false }],
    healthcheck: { tests: ["CMD", "true"], interval: "1m0s", timeout: "0s", retries: 0 },
  };
  const given = {
    image: "web:1",
    memory: 64,
    networkMode: "bridge",
    mounts: [{ type: "volume", source: "data", target: "/data" }],
    healthcheck: { tests: ["CMD", "true"], interval: "60s" },
  };
  expect(refreshedInputs(given, real, "sha256:1")).toEqual({
    ...given,
    memory: 80,
    // Unset in the program: the daemon's own doubling shows, as with the official plugin.
    memorySwap: 128,
    // 60s is not how Go prints a minute: an update for ever, as with the official plugin.
    healthcheck: real.healthcheck,
  });
  expect(refreshedInputs(given, real, "sha256:2")["image"]).toBe("sha256:1");
});

test("logs come in frames without a terminal and plain with one", () => {
  const frame = (stream: number, text: string) => {
    const head = Buffer.from([stream, 0, 0, 0, 0, 0, 0, Buffer.byteLength(text)]);
    return Buffer.concat([head, Buffer.from(text)]);
  };
  expect(logText(Buffer.concat([frame(1, "one\n"), frame(2, "twö\n")]), false)).toBe("one\ntwö\n");
  expect(logText(Buffer.from("plain"), true)).toBe("plain");
});
