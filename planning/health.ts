import { toSeconds } from "../config/schema/common";
import type { HealthSpec } from "../config/schema/service";
import type { PlannedHealth } from "./types";

const checkTimeoutSeconds = 5;
const retries = 6;

/** Docker's form of a health check, asked of 127.0.0.1 inside the container. */
export function planHealth(
  spec: HealthSpec,
  containerPorts: Record<string, number>,
  onLocalImage: boolean,
): PlannedHealth {
  const timing = {
    intervalSeconds: toSeconds(spec.interval),
    timeoutSeconds: checkTimeoutSeconds,
    retries,
    startPeriodSeconds: toSeconds(spec.startPeriod),
  };
  switch (spec.kind) {
    case "http": {
      const port = containerPorts[spec.endpoint] ?? 0;
      return {
        kind: "http",
        port,
        path: spec.path,
        // Local images have wget in curl's place.
        test: httpTest(
          onLocalImage && spec.probe === "curl" ? "wget" : spec.probe,
          port,
          spec.path,
        ),
        ...timing,
      };
    }
    case "tcp": {
      const port = containerPorts[spec.endpoint] ?? 0;
      return { kind: "tcp", port, path: null, test: tcpTest(spec.probe, port), ...timing };
    }
    case "command":
      return { kind: "command", port: null, path: null, test: ["CMD", ...spec.command], ...timing };
  }
}

export function httpTest(
  probe: "wget" | "curl" | "node" | "python",
  port: number,
  path: string,
): string[] {
  const url = `http://127.0.0.1:${port}${path}`;
  switch (probe) {
    case "wget":
      return ["CMD", "wget", "-q", "-O", "/dev/null", url];
    case "curl":
      return ["CMD", "curl", "-fsS", "-o", "/dev/null", url];
    case "node":
      return [
        "CMD",
        "node",
        "-e",
        `fetch("${url}").then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`,
      ];
    case "python":
      return [
        "CMD",
        "python",
        "-c",
        `import urllib.request; urllib.request.urlopen("${url}", timeout=4)`,
      ];
  }
}

function tcpTest(probe: "nc" | "bash" | "node" | "python", port: number): string[] {
  switch (probe) {
    case "nc":
      return ["CMD", "nc", "-z", "127.0.0.1", String(port)];
    case "bash":
      return ["CMD", "bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/${port}`];
    case "node":
      return [
        "CMD",
        "node",
        "-e",
        `require("net").connect(${port}, "127.0.0.1").on("connect", () => process.exit(0)).on("error", () => process.exit(1))`,
      ];
    case "python":
      return [
        "CMD",
        "python",
        "-c",
        `import socket; socket.create_connection(("127.0.0.1", ${port}), 4)`,
      ];
  }
}
