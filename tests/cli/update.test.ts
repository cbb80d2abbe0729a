import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { claimTally, tally } from "../../cli/run-tests";
import { isAbandoned, readLock, type Lock } from "../../cli/update/lock";
import { mask, secretValues } from "../../planning/masking";
import { isWell, serviceTable, type ServiceStatus } from "../../cli/update/service-table";
import { describeRemoval } from "../../cli/update/down";
import { describeChanges } from "../../cli/update/up";
import type { PlannedService } from "../../planning/types";

const plain = (text: string) => text;
const paint = { green: plain, red: plain, yellow: plain, dim: plain, bold: plain };

describe("masking", () => {
  const service = {
    variables: { DATABASE_URL: "secret:db", LOG_LEVEL: "debug-all" },
    secrets: {
      DATABASE_URL: {
        label: "db",
        version: 1,
        length: 32,
        template: "postgresql://app:{secret}@db/app",
      },
    },
  } as unknown as PlannedService;
  const environment = [
    "DATABASE_URL=postgresql://app:p4ss/word@db/app",
    "LOG_LEVEL=debug-all",
    "SUPABASE_KEY=from-an-env-file",
    "PATH=/usr/local/bin",
    "SHORT=on",
  ];

  test("hides secrets, alone or as part of a URL, and whatever came from a file", () => {
    const secrets = secretValues(environment, service, ["PATH=/usr/local/bin"]);
    const text =
      "login p4ss/word p4ss%2Fword postgresql://app:p4ss/word@db/app from-an-env-file debug-all /usr/local/bin on";
    expect(mask(text, secrets)).toBe("login *** *** *** *** debug-all /usr/local/bin on");
  });
});

describe("masking of a secret in another form", () => {
  const value = `it's "50%" of\nthe_whole/key+`;
  const secrets = secretValues([`KEY=${value}`], { variables: {}, secrets: {} } as never, []);

  test.each([
    ["in a URL", encodeURIComponent(value)],
    ["in JSON", JSON.stringify(value).slice(1, -1)],
    ["in JSON of JSON", JSON.stringify(JSON.stringify(value)).slice(3, -3)],
    ["quoted for a shell", value.replaceAll("'", "'\\''")],
    ["in base64", Buffer.from(value).toString("base64")],
    ["as echo gives it to base64", Buffer.from(`${value}\n`).toString("base64")],
    ["in base64 for URLs", Buffer.from(value).toString("base64url")],
  ])("%s", (_, form) => {
    expect(mask(`before ${form} after`, secrets)).toBe("before *** after");
  });

  test.each(["", "u", "us", "user:"])(
    "in base64 after '%s', but for a character on its edges",
    (before) => {
      const encoded = Buffer.from(`${before}${value}@host`).toString("base64");
      const [shown = "", rest = ""] = mask(encoded, secrets).split("***");
      expect(shown.length).toBeLessThanOrEqual(Math.ceil((before.length * 8) / 6));
      expect(rest.length).toBeLessThanOrEqual(10);
    },
  );

  test("line by line, where the log begins in its middle", () => {
    expect(mask("the_whole/key+\nnext", secrets)).toBe("***\nnext");
  });
});

describe("the lock of a state folder", () => {
  const lock = (pid: number, host = hostname()): Lock => ({
    pid,
    hostname: host,
    username: "ann",
    timestamp: "2026-01-01T00:00:00Z",
  });

  test("is read where the engine leaves it", () => {
    const backend = mkdtempSync(join(tmpdir(), "berth-lock-"));
    try {
      expect(readLock(backend, "berth", "dev")).toBeUndefined();
      const folder = join(backend, ".pulumi/locks/organization/berth/dev");
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "1.json"), JSON.stringify(lock(7)));
      expect(readLock(backend, "berth", "dev")).toEqual(lock(7));
    } finally {
      rmSync(backend, { recursive: true });
    }
  });

  test("is abandoned only when its process is gone from this host", () => {
    const { pid } = spawnSync("true");
    expect(isAbandoned(lock(pid))).toBe(true);
    expect(isAbandoned(lock(process.pid))).toBe(false);
    expect(isAbandoned(lock(pid, "another-host"))).toBe(false);
  });
});

describe("the table of services", () => {
  const status = (service: string, health: ServiceStatus["health"]): ServiceStatus => ({
    system: "luv",
    service,
    container: `${service}-dev`,
    health,
    url: service === "minio" ? "http://localhost:4200" : null,
  });

  test("names a system once and ends without spaces", () => {
    const table = serviceTable([status("minio", "healthy"), status("dagster", "starting")], paint);
    expect(table.split("\n")).toEqual([
      "SYSTEM  SERVICE  CONTAINER    HEALTH    URL",
      "luv     minio    minio-dev    healthy   http://localhost:4200",
      "        dagster  dagster-dev  starting",
    ]);
  });

  test("all is well with what is healthy, runs or is done", () => {
    expect(isWell(status("a", "done"))).toBe(true);
    for (const health of ["starting", "unhealthy", "stopped", "absent"] as const)
      expect(isWell(status("a", health))).toBe(false);
  });
});

test("changes are counted in words", () => {
  expect(describeChanges({ same: 40 })).toBe("Nothing to change.");
  expect(describeChanges({ same: 1, create: 2, replace: 1 })).toBe(
    "Resources: 2 created, 1 replaced.",
  );
});

test("what was taken down is counted in containers and networks", () => {
  const resource = (type: string) => ({ urn: `urn:${type}`, type });
  const container = resource("docker:index/container:Container");
  const network = resource("docker:index/network:Network");
  const others = [resource("docker:index/volume:Volume"), resource("berth:index:Service")];
  expect(describeRemoval([container, ...others, container, network], "dev")).toBe(
    "2 containers and 1 network removed; data is kept; ./berth up dev takes it up again",
  );
  expect(describeRemoval(others, "dev")).toBe(
    "0 containers and 0 networks removed; data is kept; ./berth up dev takes it up again",
  );
  expect(describeRemoval([container], "dev", 2)).toBe(
    "1 container and 0 networks removed; 2 volumes deleted with all data; ./berth up dev starts afresh",
  );
});

describe("the tally of tests", () => {
  const report = (passed: number, failed: number, broken: number) => ({
    numPassedTests: passed,
    numFailedTests: failed,
    numRuntimeErrorTestSuites: broken,
  });
  test("counts files that broke before their tests as failures", () => {
    expect(tally(report(5, 1, 2), 1)).toEqual({ passed: 5, failed: 3 });
    expect(tally(report(5, 0, 0), 0)).toEqual({ passed: 5, failed: 0 });
  });
  test("counts a file that a lane did not finish as failed", () => {
    const claim = mkdtempSync(join(tmpdir(), "berth-claim-"));
    try {
      expect(claimTally(claim)).toEqual({ passed: 0, failed: 1 });
      writeFileSync(join(claim, "report.json"), JSON.stringify(report(5, 0, 0)));
      expect(claimTally(claim)).toEqual({ passed: 5, failed: 1 });
      writeFileSync(join(claim, "code"), "0\n");
      expect(claimTally(claim)).toEqual({ passed: 5, failed: 0 });
      writeFileSync(join(claim, "code"), "1\n");
      expect(claimTally(claim)).toEqual({ passed: 5, failed: 1 });
    } finally {
      rmSync(claim, { recursive: true });
    }
  });
  test("never takes a broken run for a good one", () => {
    expect(tally(undefined, 1)).toEqual({ passed: 0, failed: 1 });
    expect(tally(report(5, 0, 0), 1)).toEqual({ passed: 5, failed: 1 });
  });
});
