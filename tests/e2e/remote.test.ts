import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServiceStatus } from "../../cli/update/service-table";
import type { Plan } from "../../planning/types";
import { createCheckout, installSource, testAddress, type Checkout } from "./support/checkout";
import { docker, eventually, snapshot } from "./support/docker";
import {
  installSshServer,
  startSshHost,
  startTlsHost,
  strangeCertificates,
  type RemoteHost,
} from "./support/remote-host";
import { bringUp, clearAway, expectNoDrift, planHere } from "./support/stack";

let folder: string;
let checkout: Checkout;
let ssh: RemoteHost & { bin: string };
let tls: RemoteHost & { tls: string };
let plan: Plan | undefined;

beforeAll(async () => {
  installSshServer();
  folder = mkdtempSync(join(tmpdir(), "berth-remote-"));
  ssh = await startSshHost(join(folder, "ssh"));
  tls = await startTlsHost(join(folder, "tls"));
  checkout = await createCheckout();
  Object.assign(checkout.env, {
    PATH: `${ssh.bin}:${process.env.PATH}`,
    // Whatever asks this machine's Docker finds none.
    DOCKER_HOST: "unix:///nowhere/docker.sock",
  });
  checkout.configure("prod", {
    systems: ["inpactai"],
    standIns: true,
    exposure: { public: "hostPort" },
  });
});

afterAll(async () => {
  pointTo("prod", { docker: tls.url, tls: tls.tls });
  await clearAway(checkout, "prod", plan?.volumes);
  await Promise.all([ssh.stop(), tls.stop()]);
  rmSync(folder, { recursive: true });
});

/** Sets a stack's Docker host. */
function pointTo(stack: string, host: { docker: string; tls?: string }): void {
  const machine = { id: "lab", platform: "linux/amd64", memory: "64 GiB", cpus: 16, gpu: true };
  checkout.configure(stack, { host: { ...machine, ...host } });
}

async function provesItself(lookAround = async () => {}): Promise<void> {
  await bringUp(checkout, "prod");
  plan = await planHere(checkout, "prod");
  const status = await checkout.berth("status", "prod", "--json");
  expect(status.exitCode).toBe(0);
  const services = JSON.parse(status.stdout) as ServiceStatus[];
  expect(services.length).toBeGreaterThan(2);
  expect(services.filter(({ health }) => health !== "healthy" && health !== "done")).toEqual([]);
  await expectNoDrift(checkout, "prod");
  for (const planned of plan.services) {
    const found = await docker.getContainer(planned.container).inspect();
    expect(found.Mounts.filter(({ Type }) => Type === "bind")).toEqual([]);
  }
  expect(await bringUp(checkout, "prod")).toContain("Nothing to change.");
  await lookAround();
  const down = await checkout.berth("down", "prod", "--yes");
  expect(down.stderr).toMatch(/\d+ containers and \d+ networks? removed; data is kept/);
  const names = plan.services.map(({ container }) => container);
  const left = await docker.listContainers({ all: true, filters: { name: names } });
  expect(left).toEqual([]);
}

test("by ssh, with what ssh's own configuration knows of the host", async () => {
  pointTo("prod", { docker: ssh.url });
  // As a dashboard it is what an operator looks at through ssh.
  checkout.edit(
    "config/systems/inpactai.ts",
    /role: "public",(\s+slot: 0,\s+published: \{ dev: 5173, prod: 8080 \})/g,
    'role: "dashboard",$1',
  );
  await provesItself(async () => {
    const shell =
      'eval "$(./berth env prod)" && npx pulumi stack output dashboards --json --stack prod';
    const { stdout } = await checkout.run("sh", "-c", shell);
    const dashboards = JSON.parse(stdout) as Record<string, { url: string; ssh: string }>;
    // One has a host port, the other none.
    expect(Object.keys(dashboards).sort()).toEqual(["inpactai/backend", "inpactai/frontend"]);
    for (const [service, dashboard] of Object.entries(dashboards)) {
      const tunnel = spawn("sh", ["-c", `exec ${dashboard.ssh}`], { env: checkout.env });
      try {
        const page = await eventually(async () => (await fetch(dashboard.url)).text(), 30);
        expect(page).toContain(service);
      } finally {
        tunnel.kill();
      }
    }
  });
});

test("by TLS, where an image is built from sources as well", async () => {
  pointTo("prod", { docker: tls.url, tls: tls.tls });
  installSource(checkout, "prod", "inpactai");
  await provesItself();
});

describe("what can't work is one line and changes nothing", () => {
  /** What a refused command printed, without any stack trace. */
  async function refused(...args: string[]): Promise<string[]> {
    const before = await snapshot();
    const { exitCode, stderr } = await checkout.berth(...args);
    expect(exitCode).toBe(1);
    expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
    expect(await snapshot()).toBe(before);
    return stderr.trim().split("\n");
  }

  test.each([
    ["up", "prod", "--install", "--yes"],
    ["status", "prod"],
    ["down", "prod", "--yes"],
  ])("%s, where ssh does not know the host", async (...args) => {
    const url = ssh.url.replace("root@lab", "root@127.0.0.1");
    pointTo("prod", { docker: url });
    const lines = await refused(...args);
    expect(lines.filter((line) => line.startsWith("docker: "))).toEqual([
      expect.stringMatching(
        /^docker: ssh:\/\/root@127\.0\.0\.1:\d+ \(stack settings\) can't be used: ssh: Host key verification failed\.; connect to it once/,
      ),
    ]);
  });

  test("a host where nothing listens for ssh", async () => {
    pointTo("prod", { docker: "ssh://root@127.0.0.1:9" });
    expect((await refused("status", "prod")).at(-1)).toMatch(
      /^docker: ssh:\/\/root@127\.0\.0\.1:9 \(stack settings\) can't be used: ssh: connect to host 127\.0\.0\.1 port 9: Connection refused; mend what/,
    );
  });

  test.each([
    ["certificates of another authority", () => strangeCertificates(join(folder, "other")), /CERT/],
    ["no certificates", () => undefined, /./],
  ])("%s", async (_, certificates, reason) => {
    const strange = certificates();
    pointTo("prod", { docker: tls.url, ...(strange !== undefined && { tls: strange }) });
    const line = (await refused("status", "prod")).at(-1);
    expect(line).toMatch(/^docker: tcp:.* \(stack settings\) can't be used: .*; /);
    expect(line).toMatch(reason);
  });

  test("sources that would be mounted; and this machine's ports are not the host's", async () => {
    installSource(checkout, "dev", "inpactai");
    pointTo("dev", { docker: ssh.url });
    checkout.configure("dev", { systems: ["inpactai"] });
    const server = createServer().listen(4400, testAddress);
    try {
      const lines = await refused("up", "dev", "--install", "--yes");
      expect(lines.filter((line) => line.includes("can't be mounted"))).toEqual([
        expect.stringMatching(/^inpactai\/\w+: .*\/dev\/inpactai\/\w+ can't be mounted by .*ssh:/),
        expect.stringMatching(/^inpactai\/\w+: .*\/dev\/inpactai\/\w+ can't be mounted by .*ssh:/),
      ]);
      expect(lines.filter((line) => line.includes("is taken by"))).toEqual([]);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
