import Docker from "dockerode";
import { formatIssue } from "../../config/issues";
import { openDocker } from "../../docker/client";
import { hostIssues, transportIssues } from "../../preflight/host";
import { dockerAddress, dockerIssue, isLocal, unreachable } from "../../preflight/reachable";
import type { Plan } from "../../planning/types";
import { plannedService, smallPlan } from "../support/plan-fixture";

const host = { id: "lab", platform: "linux/amd64", memory: "8 GiB", cpus: 4, gpu: true } as const;

test("a Docker host of another platform", () => {
  const facts = { platform: "linux/arm64", cpus: 4, gpu: true };
  expect(hostIssues(smallPlan(), { host }, facts, "linux/arm64").map(formatIssue)).toEqual([
    "Pulumi.dev.yaml.host.platform: is linux/amd64, but the Docker Engine runs on linux/arm64; set it to linux/arm64, or point the stack to another Docker host",
  ]);
});

test("images built on this machine for a Docker host of another platform", () => {
  const facts = { platform: "linux/amd64", cpus: 4, gpu: true };
  expect(hostIssues(smallPlan(), { host }, facts, "linux/arm64").map(formatIssue)).toEqual([
    "shop/postgres: would run berth.local/postgres:16, which is built here for linux/arm64, but the Docker Engine runs on linux/amd64; let that host take images from registries (--images registry)",
  ]);
  expect(hostIssues(smallPlan(), { host }, facts, "linux/amd64")).toEqual([]);
});

test("a GPU that is not there, for those that need it and run", () => {
  const plan = smallPlan();
  plan.services = [
    plannedService({ system: "ai", service: "vllm", gpu: true }),
    plannedService({ system: "ai", service: "infinity", gpu: true, substitutedBy: "stand-in" }),
  ];
  const facts = { platform: "linux/amd64", cpus: 4, gpu: false };
  expect(hostIssues(plan, { host }, facts).map(formatIssue)).toEqual([
    "ai/vllm: needs a GPU, and the Docker Engine offers none; install the NVIDIA container toolkit, or leave ai out of Pulumi.dev.yaml",
  ]);
  expect(hostIssues(plan, { host }, { ...facts, gpu: true })).toEqual([]);
});

test("no engine at the address", async () => {
  const docker = new Docker({ socketPath: "/nowhere/docker.sock" });
  const issue = await dockerIssue(docker);
  expect(issue && formatIssue(issue)).toBe(
    "docker: there is no Docker Engine at unix:///nowhere/docker.sock; start it, set DOCKER_HOST, or run 'berth up --install'",
  );
});

test.each([
  [
    "ECONNREFUSED",
    "docker: nothing answers at tcp://lab:2376; start it, set DOCKER_HOST, or run 'berth up --install'",
  ],
  [
    "EACCES",
    "docker: you may not use tcp://lab:2376; join the group docker ('sudo usermod -aG docker $USER') and log in again",
  ],
  [
    "ETIMEDOUT",
    "docker: tcp://lab:2376 did not answer within 15 s; check the address and the way there",
  ],
  [
    "EOTHER",
    "docker: tcp://lab:2376 can't be used: EOTHER; start it, set DOCKER_HOST, or run 'berth up --install'",
  ],
])("%s says what to do", (code, line) => {
  const error = Object.assign(new Error("first line\nsecond line"), { code });
  expect(formatIssue(unreachable("tcp://lab:2376", error))).toBe(line);
});

test.each([
  ["ssh: ann@lab: Permission denied (publickey).", "let that user in with a key"],
  ["ssh: Host key verification failed.", "connect to it once by ssh"],
  ["ssh: Could not resolve hostname lab: Name or service not known", "correct the address"],
  ["ssh: bash: line 1: docker: command not found", "install Docker on that host"],
  ["ssh: sh: 1: docker: not found", "install Docker on that host"],
  ["ssh: permission denied while trying to connect to the Docker daemon socket", "let the user"],
  [
    "ssh: Cannot connect to the Docker daemon at unix:///var/run/docker.sock.",
    "start Docker on that host",
  ],
  ["ssh: connect to host lab port 22: Connection timed out", "mend what keeps ssh"],
  ["ssh is not installed here", "install OpenSSH's client"],
  [
    "(HTTP code 400) unexpected - Client sent an HTTP request to an HTTPS server.",
    "name the folder with its certificates: host.tls",
  ],
  ["SELF_SIGNED_CERT_IN_CHAIN", "give it the certificates that belong to that host"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "give it the certificates that belong to that host"],
])("of a host elsewhere, %s", (reason, remedy) => {
  const issue = unreachable("ssh://ann@lab", reason, "start it");
  expect(issue.message).toBe(`ssh://ann@lab can't be used: ${reason}`);
  expect(issue.remedy.slice(0, remedy.length)).toBe(remedy);
});

test("addresses as DOCKER_HOST writes them", () => {
  const tcp = new Docker({ host: "lab", port: 2376, protocol: "https" });
  expect(dockerAddress(tcp)).toBe("tcp://lab:2376");
  expect(isLocal(tcp)).toBe(false);
  const unix = new Docker({ socketPath: "/run/docker.sock" });
  expect(dockerAddress(unix)).toBe("unix:///run/docker.sock");
  expect(isLocal(unix)).toBe(true);
  const ssh = openDocker("ssh://ann@lab:2222");
  expect(dockerAddress(ssh)).toBe("ssh://ann@lab:2222");
  expect(isLocal(ssh)).toBe(false);
});

test("an error without a code has its first line", () => {
  expect(unreachable("tcp://lab:2376", new Error("first line\nsecond line")).message).toBe(
    "tcp://lab:2376 can't be used: first line",
  );
});

test("more processors for a service than the engine has, which Docker refuses", () => {
  const plan = {
    ...{ stack: "prod" },
    services: [
      plannedService({ system: "ai", service: "vllm", cpus: 8 }),
      plannedService({ system: "ai", service: "infinity", cpus: 4 }),
      plannedService({ system: "ai", service: "web", cpus: 2 }),
    ],
  } as Plan;
  const facts = { platform: "linux/amd64", cpus: 2, gpu: true };
  const find = (cpus: number) => hostIssues(plan, { host }, { ...facts, cpus }).map(formatIssue);
  expect(find(2)).toEqual([
    "Pulumi.prod.yaml.host.cpus: is 4, but the Docker Engine has 2, fewer than ai/vllm may use (8) and 1 more; set it to 2",
  ]);
  expect(find(8)).toEqual([]);
});

test("a Docker host without encryption, but for this machine's own", () => {
  const find = (url: string, certificates?: string) =>
    transportIssues(smallPlan(), { url, tls: certificates, from: "stack settings" }).map(
      formatIssue,
    );
  expect(find("tcp://server.example.org:2375")).toEqual([
    "Pulumi.dev.yaml.host.docker: tcp://server.example.org:2375 (stack settings) is neither encrypted nor does it ask who comes; reach it by ssh://, or give the folder of its certificates as host.tls",
  ]);
  expect(find("tcp://server.example.org:2376", "/certificates")).toEqual([]);
  for (const url of ["tcp://127.0.0.1:2375", "tcp://localhost:2375", "ssh://lab", "unix:///run/d"])
    expect(find(url)).toEqual([]);
});
