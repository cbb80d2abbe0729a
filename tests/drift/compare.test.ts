import type Docker from "dockerode";
import { renderDrift } from "../../cli/drift/render";
import { compareWithDocker } from "../../drift/compare";
import type { Finding } from "../../drift/types";
import { expectedVariables } from "../../drift/variables";
import { noPaint } from "../../planning/render/table";
import { plannedService } from "../support/plan-fixture";
import {
  containerId,
  dockerState,
  expectedOf,
  inspected,
  inspectedNetwork,
  planOf,
  secret,
  service,
} from "./docker-fixture";

type Info = Docker.ContainerInspectInfo & {
  Config: Record<string, unknown>;
  HostConfig: Record<string, unknown>;
};

/** The facts of all findings, as a person reads them. */
function told(findings: readonly Finding[]): string[] {
  const report = { stack: "dev", findings: [...findings], notes: [], complete: true };
  return renderDrift(report, noPaint).split("\n").slice(0, -1);
}

const filesOf = ({ Id }: Info) => new Map([[Id, new Map([["/etc/web.conf", "listen 80\n"]])]]);

function changed(change: (info: Info) => void): string[] {
  const info = inspected() as Info;
  change(info);
  const lines = told(
    compareWithDocker(expectedOf(), dockerState({ containers: [info], files: filesOf(info) })),
  );
  expect(lines.join("\n")).not.toContain(secret);
  return lines.map((line) => line.replace(/^shop\/web \(shop-web-dev\): /, ""));
}

const since = "(since 2026-01-02T03:04:05.678Z)";
const up = "; run: ./berth up --stack dev";

test("a container, a network and a volume that are as planned are no finding", () => {
  expect(compareWithDocker(expectedOf(), dockerState())).toEqual([]);
});

test.each<[string, (info: Info) => void, string]>([
  [
    "a variable",
    ({ Config }) => (Config.Env = ["MODE=two", `TOKEN=${secret}`, "PATH=/bin"]),
    `variable MODE: planned one, found two`,
  ],
  [
    "a missing one",
    ({ Config }) => (Config.Env = [`TOKEN=${secret}`]),
    `variable MODE: planned one, found missing`,
  ],
  [
    "a secret one",
    ({ Config }) => (Config.Env = ["MODE=one", "TOKEN=guessed-by-hand"]),
    `variable TOKEN: differs`,
  ],
  [
    "a missing secret",
    ({ Config }) => (Config.Env = ["MODE=one"]),
    `variable TOKEN: planned set, found missing`,
  ],
  [
    "an unknown one",
    ({ Config }) => (Config.Env = ["MODE=one", `TOKEN=${secret}`, "KEY=of-somebody"]),
    `variable KEY: planned none, found set`,
  ],
  [
    "a secret where it does not belong",
    ({ Config }) => (Config.Cmd = ["serve", secret]),
    `command: planned ["serve","--all"], found ["serve","***"]`,
  ],
  [
    "a label",
    ({ Config }) => (Config.Labels = { ...Config.Labels, "berth.service": "x" }),
    `label berth.service: planned web, found x`,
  ],
  [
    "a foreign label",
    ({ Config }) => (Config.Labels = { ...Config.Labels, mine: "x" }),
    `label mine: planned none, found x`,
  ],
  ["the user", ({ Config }) => (Config.User = "0"), `user: planned 1000:1000, found 0`],
  [
    "no health check",
    ({ Config }) => (Config.Healthcheck = { Test: ["NONE"] } as never),
    `health check: planned ["CMD","probe"] every 10 s, 5 s, 3 times, from 60 s, found ["NONE"] every 0 s, 0 s, 0 times, from 0 s`,
  ],
  [
    "the entry point",
    ({ Config }) => (Config.Entrypoint = ["sh"]),
    `entry point: planned ["start"], found ["sh"]`,
  ],
  [
    "the image",
    (info) => (info.Image = "sha256:2222"),
    `image: planned sha256:1111, found sha256:2222`,
  ],
  [
    "memory",
    ({ HostConfig }) => (HostConfig.Memory = 2 ** 30),
    "memory: planned 256 MiB, found 1024 MiB",
  ],
  [
    "swap",
    ({ HostConfig }) => (HostConfig.MemorySwap = -1),
    "memory with swap: planned 256 MiB, found none",
  ],
  ["processors", ({ HostConfig }) => (HostConfig.NanoCpus = 0), "CPUs: planned 0.5, found none"],
  [
    "the process limit",
    ({ HostConfig }) => (HostConfig.Ulimits = []),
    `process limits: planned nproc=100:100, found none`,
  ],
  [
    "Docker's process limit",
    ({ HostConfig }) => (HostConfig.PidsLimit = 7),
    "number of processes: planned none, found 7",
  ],
  [
    "a port on every address",
    ({ HostConfig }) =>
      (HostConfig.PortBindings = { "80/tcp": [{ HostIp: "", HostPort: "4000" }] }),
    `ports: planned 127.0.0.1:4000->80/tcp, found :4000->80/tcp`,
  ],
  [
    "a mount by -v",
    ({ HostConfig }) => (HostConfig.Binds = ["/etc:/host:ro"]),
    `mounts: planned bind /home/ann/projects/dev/shop:/src:ro, volume shop-data:/data, found bind /etc:/host:ro, bind /home/ann/projects/dev/shop:/src:ro, volume shop-data:/data`,
  ],
  [
    "tmpfs",
    ({ HostConfig }) => (HostConfig.Tmpfs = {}),
    `temporary folders: planned /tmp mode=1777, found none`,
  ],
  [
    "a capability",
    ({ HostConfig }) => (HostConfig.CapAdd = ["CAP_CHOWN", "CAP_NET_ADMIN"]),
    `added capabilities: planned CAP_CHOWN, found CAP_CHOWN, CAP_NET_ADMIN`,
  ],
  [
    "capabilities kept",
    ({ HostConfig }) => (HostConfig.CapDrop = null),
    `dropped capabilities: planned ALL, found none`,
  ],
  [
    "new privileges",
    ({ HostConfig }) => (HostConfig.SecurityOpt = null),
    `security options: planned no-new-privileges:true, found none`,
  ],
  [
    "a writable root",
    ({ HostConfig }) => (HostConfig.ReadonlyRootfs = false),
    `read-only root: planned yes, found no`,
  ],
  [
    "privileges",
    ({ HostConfig }) => (HostConfig.Privileged = true),
    `privileged: planned no, found yes`,
  ],
  [
    "the host's processes",
    ({ HostConfig }) => (HostConfig.PidMode = "host"),
    `shared process namespace: planned none, found host`,
  ],
  [
    "a device",
    ({ HostConfig }) => (HostConfig.Devices = [{ PathOnHost: "/dev/kvm" }] as never),
    `devices: planned none, found /dev/kvm`,
  ],
  [
    "restarts",
    ({ HostConfig }) => (HostConfig.RestartPolicy = { Name: "no" }),
    "restart policy: planned unless-stopped, found no",
  ],
  [
    "logs",
    ({ HostConfig }) => (HostConfig.LogConfig = { Type: "json-file", Config: {} }),
    `log limits: planned max-file=3, max-size=10m, found none`,
  ],
  [
    "a network more",
    (info) =>
      (info.NetworkSettings.Networks = { ...info.NetworkSettings.Networks, other: {} } as never),
    "networks: planned shop-dev, found other, shop-dev",
  ],
  [
    "a network less",
    (info) => (info.NetworkSettings.Networks = {}),
    "networks: planned shop-dev, found none",
  ],
  [
    "an earlier network",
    (info) =>
      (info.NetworkSettings.Networks = {
        "shop-dev": { NetworkID: "old", Aliases: ["web"] },
      } as never),
    "networks: planned shop-dev, found shop-dev (an earlier one)",
  ],
  [
    "an alias",
    (info) => (info.NetworkSettings.Networks = { "shop-dev": { Aliases: ["db"] } } as never),
    "aliases on shop-dev: planned web, found db",
  ],
  ["paused", ({ State }) => (State.Paused = true), "is not healthy: paused"],
  [
    "unhealthy",
    ({ State }) => (State.Health = { Status: "unhealthy" } as never),
    "is not healthy: unhealthy",
  ],
  [
    "stopped",
    ({ State }) =>
      Object.assign(State, {
        Status: "exited",
        Running: false,
        ExitCode: 137,
        FinishedAt: "2026-02-02T00:00:00Z",
      }),
    "is not healthy: ended with exit code 137 (since 2026-02-02T00:00:00.000Z)",
  ],
  [
    "made anew",
    (info) => {
      info.Id = "fedcba9876543210";
      info.NetworkSettings.Networks = {
        "shop-dev": { NetworkID: "net-1", Aliases: ["web", "fedcba987654"] },
      } as never;
    },
    `was made anew and not by Berth (abcdef012345 → fedcba987654) ${since}`,
  ],
])("%s is told", (_, change, line) => {
  expect(changed(change)).toEqual([`${line}${up}`]);
});

test("of a container that somebody else made no text is shown", () => {
  const lines = changed((info) => {
    info.Id = `fedcba987654${info.Id.slice(12)}`;
    info.Config.Cmd = ["serve", "--password", "hunter2"];
    info.Config.Labels = { ...(info.Config.Labels as object), "berth.service": "hunter2" };
    info.Config.Env = ["MODE=hunter2", `TOKEN=${secret}`];
  });
  expect(lines.join("\n")).not.toContain("hunter2");
  for (const field of ["command", "label berth.service", "variable MODE"])
    expect(lines).toContain(`${field}: differs ${since}${up}`);
});

test("a configuration file is compared, and not shown", () => {
  const found = (...files: [string, string][]) =>
    told(
      compareWithDocker(
        expectedOf(),
        dockerState({ files: new Map([[containerId, new Map(files)]]) }),
      ),
    );
  expect(found(["/etc/web.conf", "listen 81\n"])).toEqual([
    `shop/web (shop-web-dev): file /etc/web.conf: differs${up}`,
  ]);
  expect(found()).toEqual([
    `shop/web (shop-web-dev): file /etc/web.conf: planned there, found missing${up}`,
  ]);
});

test("a container without the stack's labels is left to a person", () => {
  const info = inspected();
  info.Config.Labels = { maintainer: "the image's" };
  const findings = compareWithDocker(expectedOf(), dockerState({ containers: [info] }));
  expect(new Set(findings.map(({ mendedByUp }) => mendedByUp))).toEqual(new Set([false]));
  expect(findings[0]?.mend).toBe(
    "docker stop shop-web-dev && docker rename shop-web-dev shop-web-dev-before-berth && ./berth up --stack dev",
  );
});

test("a container under another name is known by its id", () => {
  expect(changed((info) => (info.Name = "/shop-web-old"))).toEqual([
    `name: planned shop-web-dev, found shop-web-old${up}`,
  ]);
});

test("what is missing is told once", () => {
  const nothing = dockerState({ containers: [], networks: [], volumes: [], images: new Map() });
  expect(told(compareWithDocker(expectedOf(), nothing))).toEqual([
    `shop/web (shop-web-dev): is missing${up}`,
    `network shop-dev: is missing${up}`,
    `volume shop-data: is missing${up}`,
  ]);
});

test("an image that the host does not have is told", () => {
  const { images } = dockerState();
  const without = new Map([...images].filter(([name]) => name !== "shop:1"));
  expect(told(compareWithDocker(expectedOf(), dockerState({ images: without })))).toEqual([
    `image shop:1: is missing${up}`,
  ]);
});

test("secrets that nobody knows are compared by name", () => {
  const variablesOf = (planned: typeof service) => expectedVariables(planned, () => undefined, {});
  const expected = expectedOf({ variablesOf });
  expect(compareWithDocker(expected, dockerState())).toEqual([]);
  const info = inspected();
  info.Config.Env = ["MODE=one"];
  expect(told(compareWithDocker(expected, dockerState({ containers: [info] })))).toEqual([
    `shop/web (shop-web-dev): variable TOKEN: planned set, found missing${up}`,
  ]);
});

test("a job that is done does not run, one that failed is told", () => {
  const job = plannedService({ ...service, kind: "job", health: null });
  const ended = (code: number) => {
    const info = inspected() as Info;
    Object.assign(info.State, { Status: "exited", Running: false, ExitCode: code });
    info.State.FinishedAt = "2026-02-02T00:00:00Z";
    Object.assign(info.HostConfig, { RestartPolicy: { Name: "no" } });
    delete info.Config.Healthcheck;
    const expected = expectedOf({ plan: planOf([job]) });
    return told(compareWithDocker(expected, dockerState({ containers: [info] })));
  };
  expect(ended(0)).toEqual([]);
  expect(ended(3)).toEqual([
    `shop/web (shop-web-dev): is not done: ended with exit code 3 (since 2026-02-02T00:00:00.000Z)${up}`,
  ]);
});

test("a container of another state is told by its label; where the own id is unknown, none is", () => {
  const info = inspected() as Info;
  info.Config.Labels = { ...info.Config.Labels, "berth.state": "theirs" };
  const told = (stateId: string | undefined) =>
    compareWithDocker(expectedOf({ stateId }), dockerState({ containers: [info] })).map(
      ({ field, planned, found }) => `${field}: ${planned}, ${found}`,
    );
  expect(told("ours")).toEqual(["label berth.state: ours, theirs"]);
  expect(told("theirs")).toEqual([]);
  expect(told(undefined)).toEqual([]);
});

test("a job is labelled with the containers that the engine made of its targets", () => {
  const job = plannedService({ ...service, kind: "job", health: null, targets: ["shop/db"] });
  const db = plannedService({ system: "shop", service: "db", networks: [] });
  const told = (id: string | undefined, label: string) => {
    const info = inspected() as Info;
    Object.assign(info.State, { Status: "exited", Running: false });
    Object.assign(info.HostConfig, { RestartPolicy: { Name: "no" } });
    delete info.Config.Healthcheck;
    info.Config.Labels = { ...info.Config.Labels, "berth.targets": label };
    const expected = expectedOf({ plan: planOf([job, db]) });
    const made = new Map([
      ...(expected.made ?? []),
      ...(id ? [["container shop-db-dev", id]] : []),
    ] as [string, string][]);
    return compareWithDocker({ ...expected, made }, dockerState({ containers: [info] }))
      .filter(({ name }) => name === "shop-web-dev")
      .map(({ field, planned, found }) => `${field}: ${planned}, ${found}`);
  };
  expect(told("1", "1")).toEqual([]);
  expect(told("2", "1")).toEqual(["label berth.targets: 2, 1"]);
  expect(told(undefined, "1")).toEqual([]);
});

test("strangers are told with the command that removes or takes them off", () => {
  const labelled = inspected();
  Object.assign(labelled, { Id: "1", Name: "/left-over" });
  labelled.NetworkSettings.Networks = {};
  const guest = inspected();
  Object.assign(guest, { Id: "2", Name: "/guest" });
  guest.Config.Labels = {};
  const containers = [inspected(), labelled, guest];
  expect(told(compareWithDocker(expectedOf(), dockerState({ containers })))).toEqual([
    `container left-over: is not planned, label berth.stack: dev ${since}; run: docker rm --force left-over`,
    "container guest: is not planned, network shop-dev: connected; run: docker network disconnect --force shop-dev guest",
  ]);
});

describe("networks", () => {
  const changedNetwork = (values: object, containers = [inspected()]) =>
    told(
      compareWithDocker(
        expectedOf(),
        dockerState({
          containers,
          networks: [{ ...inspectedNetwork(), ...values }],
        }),
      ),
    );

  test("internal or not", () => {
    expect(changedNetwork({ Internal: true })).toEqual([
      `network shop-dev: internal: planned no, found yes ${since}${up}`,
    ]);
  });

  test("of somebody else's are left to a person", () => {
    const guest = inspected();
    guest.Config.Labels = { "com.docker.compose.project": "shop" };
    Object.assign(guest, { Id: "2", Name: "/guest" });
    const lines = changedNetwork({ Labels: {} }, [inspected(), guest]);
    expect(lines).toContain(
      `network shop-dev: label berth.stack: planned dev, found missing ${since}; run: docker network rm shop-dev && ./berth up --stack dev`,
    );
  });
});

test("a volume of another kind is data that a person decides upon", () => {
  const volumes = dockerState().volumes.map((volume) => ({
    ...volume,
    Options: { type: "tmpfs", device: "tmpfs" },
  }));
  expect(told(compareWithDocker(expectedOf(), dockerState({ volumes })))).toEqual([
    `volume shop-data: options: planned none, found device, type ${since}; back up its data, then run: ./berth down dev && docker volume rm shop-data && ./berth up --stack dev`,
  ]);
});
