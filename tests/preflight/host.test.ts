import Docker from "dockerode";
import { formatIssue } from "../../config/issues";
import { hostIssues } from "../../preflight/host";
import { dockerAddress, dockerIssue, isLocal, unreachable } from "../../preflight/reachable";
import { plannedService, smallPlan } from "../support/plan-fixture";

const host = { id: "lab", platform: "linux/amd64", memory: "8 GiB", cpus: 4, gpu: true } as const;

test("a Docker host of another platform", () => {
  const facts = { platform: "linux/arm64", gpu: true };
  expect(hostIssues(smallPlan(), { host }, facts).map(formatIssue)).toEqual([
    "Pulumi.dev.yaml.host.platform: is linux/amd64, but the Docker Engine runs on linux/arm64; set it to linux/arm64, or point the stack to another Docker host",
  ]);
});

test("a GPU that is not there, for those that need it and run", () => {
  const plan = smallPlan();
  plan.services = [
    plannedService({ system: "ai", service: "vllm", gpu: true }),
    plannedService({ system: "ai", service: "infinity", gpu: true, substitutedBy: "stand-in" }),
  ];
  const facts = { platform: "linux/amd64", gpu: false };
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

test("addresses as DOCKER_HOST writes them", () => {
  const tcp = new Docker({ host: "lab", port: 2376, protocol: "https" });
  expect(dockerAddress(tcp)).toBe("tcp://lab:2376");
  expect(isLocal(tcp)).toBe(false);
  const unix = new Docker({ socketPath: "/run/docker.sock" });
  expect(dockerAddress(unix)).toBe("unix:///run/docker.sock");
  expect(isLocal(unix)).toBe(true);
});

test("an error without a code has its first line", () => {
  expect(unreachable("tcp://lab:2376", new Error("first line\nsecond line")).message).toBe(
    "tcp://lab:2376 can't be used: first line",
  );
});
