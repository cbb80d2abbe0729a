import { createServer, type Server } from "node:net";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";
import { formatIssue } from "../../config/issues";
import { assumeFree, portIssues, tryLocalPort, type PortTrial } from "../../preflight/ports";
import { overlaps, parseListeners } from "../../preflight/processes";
import { plannedService, smallPlan } from "../support/plan-fixture";

const blocks = { ports: "blocks" } as const;

function planOf(...hosts: number[]) {
  const plan = smallPlan();
  plan.services = hosts.map((host) =>
    plannedService({
      system: "openmates",
      service: `grafana-${host}`,
      ports: [{ ip: "127.0.0.1", host, container: 3000 }],
    }),
  );
  return plan;
}

function container(labels: Record<string, string>, ip = "127.0.0.1") {
  return {
    ...{ names: ["old-grafana"], image: "grafana", labels, ports: [{ ip, port: 4720 }] },
    ...{ running: true, mounts: [] },
  };
}

async function findings(
  trial: PortTrial,
  containers: ReturnType<typeof container>[] = [],
  scheme: "blocks" | "documented" = "blocks",
) {
  const tryPort = () => Promise.resolve(trial);
  return (await portIssues(planOf(4720), { ports: scheme }, containers, tryPort)).map(formatIssue);
}

test("a process is named", async () => {
  expect(await findings({ kind: "taken", by: { pid: 4711, command: "python3" } })).toEqual([
    "openmates/grafana-4720: port 127.0.0.1:4720 is taken by process 'python3' (pid 4711); stop it or give the endpoint another slot in config/systems/openmates.ts",
  ]);
});

test("a process that can't be told is looked for with ss", async () => {
  expect(await findings({ kind: "taken" }, [], "documented")).toEqual([
    `openmates/grafana-4720: port 127.0.0.1:4720 is taken by another process; find it with "sudo ss -ltnp 'sport = :4720'" and stop it, or use the blocks scheme (berth:ports)`,
  ]);
});

test("an address that is not this machine's", async () => {
  expect(await findings({ kind: "no such address" })).toEqual([
    "openmates/grafana-4720: port 127.0.0.1:4720 can't be opened, as this machine has no address 127.0.0.1; set berth:bindAddress to one that it has, such as 127.0.0.1",
  ]);
});

test("a foreign container is named, with its Compose project or stack", async () => {
  const taken: PortTrial = { kind: "taken", by: { pid: 1, command: "docker-proxy" } };
  expect(await findings(taken, [container({})])).toEqual([
    "openmates/grafana-4720: port 127.0.0.1:4720 is taken by container 'old-grafana', which is not Berth's; stop it with 'docker stop old-grafana' or give the endpoint another slot in config/systems/openmates.ts",
  ]);
  expect(await findings(taken, [container({ "com.docker.compose.project": "mates" })])).toEqual([
    "openmates/grafana-4720: port 127.0.0.1:4720 is taken by container 'old-grafana' of Compose project 'mates'; stop it with 'docker compose -p mates down', which keeps its volumes",
  ]);
  expect(await findings(taken, [container({ "berth.stack": "prod" }, "0.0.0.0")])).toEqual([
    "openmates/grafana-4720: port 127.0.0.1:4720 is taken by container 'old-grafana' of Berth's stack 'prod'; take it down with 'berth down prod', which keeps its data",
  ]);
});

test("a port that our own container publishes is ours, and one of another address is free", async () => {
  const taken: PortTrial = { kind: "taken", by: { pid: 1, command: "docker-proxy" } };
  expect(await findings(taken, [container({ "berth.stack": "dev" })])).toEqual([]);
  expect(await findings({ kind: "free" }, [container({}, "10.0.0.1")])).toEqual([]);
});

describe("on this machine", () => {
  let server: Server;
  let port: number;
  const listen = (host: string) =>
    new Promise<void>((resolve) => {
      server = createServer().listen(0, host, () => {
        port = (server.address() as AddressInfo).port;
        resolve();
      });
    });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  test.each(["127.0.0.1", "0.0.0.0", "::"])(
    "this process's listener on %s is named",
    async (host) => {
      await listen(host);
      const found = await portIssues(planOf(port), blocks, [], tryLocalPort);
      expect(found.map(formatIssue)).toEqual([
        `openmates/grafana-${port}: port 127.0.0.1:${port} is taken by process '${basename(process.execPath)}' (pid ${process.pid}); stop it or give the endpoint another slot in config/systems/openmates.ts`,
      ]);
    },
  );

  test("a free port stays free, and is free again after the trial", async () => {
    await listen("127.0.0.1");
    await new Promise((resolve) => server.close(resolve));
    expect(await tryLocalPort("127.0.0.1", port)).toEqual({ kind: "free" });
    expect(await tryLocalPort("127.0.0.1", port)).toEqual({ kind: "free" });
    await listen("127.0.0.1");
  });

  test("an address of no interface can't be bound", async () => {
    await listen("127.0.0.1");
    expect(await tryLocalPort("192.0.2.1", port)).toEqual({ kind: "no such address" });
  });

  test("a Docker host elsewhere is asked for its containers only", async () => {
    await listen("127.0.0.1");
    expect(await portIssues(planOf(port), blocks, [], assumeFree)).toEqual([]);
  });
});

test("reads the kernel's table of sockets: listening ones, in both address families", () => {
  const table = [
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
    "   0: 0100007F:1270 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 123 1",
    "   1: 0100007F:1271 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 124 1",
    "   2: 00000000000000000000000000000000:1272 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 125 1",
    "   3: 0000000000000000FFFF00000100007F:1273 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 126 1",
    "",
  ].join("\n");
  expect(parseListeners(table)).toEqual([
    { address: "127.0.0.1", port: 4720, inode: "123" },
    { address: "::", port: 4722, inode: "125" },
    { address: "127.0.0.1", port: 4723, inode: "126" },
  ]);
});

test("addresses overlap when they are equal or one is every address", () => {
  expect(overlaps("127.0.0.1", "127.0.0.1")).toBe(true);
  expect(overlaps("127.0.0.1", "0.0.0.0")).toBe(true);
  expect(overlaps("::", "127.0.0.1")).toBe(true);
  expect(overlaps("127.0.0.1", "127.0.0.2")).toBe(false);
});
