import { planHealth } from "../../planning/health";
import { planOf, service, serviceOf, settings, system } from "../support/catalogue";

const timing = { interval: "10 s", startPeriod: "2 min" };
const ports = { http: 8080, sql: 5432 };

test.each([
  ["wget", ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/ready"]],
  ["curl", ["CMD", "curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:8080/ready"]],
  [
    "node",
    [
      "CMD",
      "node",
      "-e",
      'fetch("http://127.0.0.1:8080/ready").then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))',
    ],
  ],
  [
    "python",
    [
      "CMD",
      "python",
      "-c",
      'import urllib.request; urllib.request.urlopen("http://127.0.0.1:8080/ready", timeout=4)',
    ],
  ],
] as const)("http by %s asks the endpoint inside the container", (probe, expected) => {
  const spec = { kind: "http" as const, endpoint: "http", path: "/ready", probe, ...timing };
  expect(planHealth(spec, ports, false)).toEqual({
    kind: "http",
    port: 8080,
    path: "/ready",
    test: expected,
    intervalSeconds: 10,
    timeoutSeconds: 5,
    retries: 6,
    startPeriodSeconds: 120,
  });
});

test.each([
  ["nc", ["CMD", "nc", "-z", "127.0.0.1", "5432"]],
  ["bash", ["CMD", "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/5432"]],
  [
    "node",
    [
      "CMD",
      "node",
      "-e",
      'require("net").connect(5432, "127.0.0.1").on("connect", () => process.exit(0)).on("error", () => process.exit(1))',
    ],
  ],
  [
    "python",
    ["CMD", "python", "-c", 'import socket; socket.create_connection(("127.0.0.1", 5432), 4)'],
  ],
] as const)("tcp by %s connects to the endpoint", (probe, expected) => {
  const planned = planHealth({ kind: "tcp", endpoint: "sql", probe, ...timing }, ports, false);
  expect(planned).toMatchObject({ kind: "tcp", port: 5432, path: null, test: expected });
});

test("a command runs without a shell", () => {
  const spec = { kind: "command" as const, command: ["redis-cli", "ping"], ...timing };
  const planned = planHealth(spec, ports, false);
  expect(planned).toMatchObject({
    kind: "command",
    port: null,
    path: null,
    test: ["CMD", "redis-cli", "ping"],
  });
});

test("a local image has wget in curl's place, and every other program of its own", () => {
  const of = (probe: "curl" | "python") =>
    planHealth({ kind: "http", endpoint: "http", path: "/", probe, ...timing }, ports, true)
      .test[1];
  expect(of("curl")).toBe("wget");
  expect(of("python")).toBe("python");
});

test("a stand-in answers the declared path, or on its control port where there is none", () => {
  const endpoints = { http: { port: 8080, role: "public" as const } };
  const build = { image: { build: {} }, endpoints };
  const plan = planOf(
    [
      system("shop", {
        web: service({
          ...build,
          health: { kind: "http", endpoint: "http", path: "/ready", probe: "python" },
        }),
        api: service({ ...build, health: { kind: "tcp", endpoint: "http", probe: "nc" } }),
        work: service({ ...build, health: { kind: "command", command: ["celery", "ping"] } }),
      }),
    ],
    [settings()],
    { missingSources: ["dev/shop"], localImages: "unused" },
  );
  const testOf = (name: string) => serviceOf(plan, `shop/${name}`).health?.test;
  const wget = (url: string) => ["CMD", "wget", "-q", "-O", "/dev/null", url];
  expect(testOf("web")).toEqual(wget("http://127.0.0.1:8080/ready"));
  expect(testOf("api")).toEqual(wget("http://127.0.0.1:7399/healthz"));
  expect(testOf("work")).toEqual(wget("http://127.0.0.1:7399/healthz"));
});
