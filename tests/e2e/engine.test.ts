/**
 * The offline engine against a real Docker daemon (`DOCKER_HOST`): the real CLI runs small programs
 * through the TypeScript language host and docker plugin. Needs no registry: the test image is one
 * static busybox.
 */
import type Docker from "dockerode";
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EngineProject } from "./support/engine-project";
import { daemonOfTests, importBusybox } from "./support/busybox-image";

const docker: Docker = daemonOfTests();
let project: EngineProject;

/** Begins the name of everything made here, so that test runs side by side don't meet. */
const RUN = `eng-${randomBytes(3).toString("hex")}`;
const IMAGE = `${RUN}-busybox:test`;
const PORT = 39_000 + Number.parseInt(RUN.slice(4, 6), 16) * 3;

const SERVER = `
  image: "${IMAGE}",
  command: ["sleep", "3600"],
  networkMode: "bridge",
  memory: 64,
  memorySwap: 64,
  destroyGraceSeconds: 1,
  stopSignal: "SIGKILL",
`;

beforeAll(async () => {
  await importBusybox(docker, IMAGE);
  project = await EngineProject.create();
});

afterEach(async () => {
  await project.run(["destroy", "--yes", "--skip-preview"]);
});

afterAll(async () => {
  await project.remove();
  await docker.getImage(IMAGE).remove({ force: true });
});

async function idOf(name: string): Promise<string> {
  return (await docker.getContainer(name).inspect()).Id;
}

async function output(name: string, command: string[]): Promise<string> {
  const exec = await docker
    .getContainer(name)
    .exec({ Cmd: command, AttachStdout: true, Tty: true });
  const stream = await exec.start({ Tty: true });
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text.trim();
}

test("a full-featured container previews clean after up, with and without refresh", async () => {
  await project.up(`
    const front = new docker.Network("front", { name: "${RUN}-front" });
    const back = new docker.Network("back", { name: "${RUN}-back", internal: true,
      labels: [{ label: "b", value: "2" }, { label: "a", value: "1" }] });
    const data = new docker.Volume("data", { name: "${RUN}-data", labels: [{ label: "x", value: "y" }] });
    const image = new docker.RemoteImage("image", { name: "${IMAGE}", keepLocally: true });
    const secret = pulumi.secret("hush");
    const full = new docker.Container("full", {
      name: "${RUN}-full", image: image.imageId, command: ["sleep", "3600"], hostname: "full",
      envs: ["A=1", pulumi.interpolate\`PASSWORD=\${secret}\`],
      labels: [{ label: "z", value: "1" }, { label: "a", value: "2" }],
      networkMode: "bridge",
      networksAdvanced: [{ name: front.name, aliases: ["web"] }, { name: back.name, aliases: ["db"] }],
      mounts: [{ type: "volume", source: data.name, target: "/data" },
               { type: "bind", source: ${JSON.stringify(project.folder)}, target: "/host", readOnly: true }],
      tmpfs: { "/scratch": "size=1m" }, user: "1000:1000", readOnly: true, init: true,
      stopSignal: "SIGTERM", stopTimeout: 5, destroyGraceSeconds: 1,
      capabilities: { drops: ["ALL"], adds: ["CAP_NET_BIND_SERVICE"] },
      securityOpts: ["no-new-privileges:true"], logDriver: "json-file",
      logOpts: { "max-size": "1m", "max-file": "2" }, ulimits: [{ name: "nofile", soft: 1024, hard: 2048 }],
      cpus: "0.5", memory: 64, memorySwap: 64, shmSize: 16, restart: "unless-stopped",
      healthcheck: { tests: ["CMD", "true"], interval: "1m30s", timeout: "1s", retries: 3, startPeriod: "500ms" },
      ports: [{ internal: 80, external: ${PORT}, ip: "127.0.0.1" }, { internal: 443, external: ${PORT + 1}, ip: "127.0.0.1" }],
      sysctls: { "net.ipv4.ip_unprivileged_port_start": "0" }, hosts: [{ host: "elsewhere", ip: "10.9.8.7" }],
      dns: ["10.0.0.1"], groupAdds: ["1001"], workingDir: "/data",
    });
    exports.networks = full.networkDatas.apply((all) => all.map((one) => one.networkName));
    exports.envs = full.envs;
    exports.mountpoint = data.mountpoint;
  `);
  expect((await project.outputs())["networks"]).toEqual([`${RUN}-back`, `${RUN}-front`]);
  expect((await project.outputs())["envs"]).toBe("[secret]");
  expect(await project.state()).not.toContain("hush");
  expect((await project.run(["preview", "--expect-no-changes"])).code).toBe(0);
  const refreshed = await project.run(["preview", "--refresh", "--expect-no-changes", "--diff"]);
  expect(refreshed.output).not.toMatch(/warning/i);
  expect(refreshed.code).toBe(0);
});

test("a memory limit changes in place, and one changed by hand is found by refresh", async () => {
  const program = (memory: number) => `
    new docker.Container("memory", { name: "${RUN}-memory", ${SERVER} memory: ${memory}, memorySwap: ${memory} });
  `;
  await project.up(program(64));
  const before = await idOf(`${RUN}-memory`);
  await project.up(program(96));
  expect(await idOf(`${RUN}-memory`)).toBe(before);
  const limit = async () =>
    (await docker.getContainer(`${RUN}-memory`).inspect()).HostConfig.Memory;
  expect(await limit()).toBe(96 * 1024 * 1024);

  await docker.getContainer(`${RUN}-memory`).update({ Memory: 80 * 1024 * 1024 });
  const drift = await project.run(["preview", "--refresh", "--expect-no-changes", "--diff"]);
  expect(drift.code).toBe(7);
  expect(drift.output).toMatch(/~ memory *: 80 => 96/);
});

test("a changed health check is reported as updated and not applied", async () => {
  const program = (interval: string) => `
    new docker.Container("check", { name: "${RUN}-check", ${SERVER}
      healthcheck: { tests: ["CMD", "true"], interval: "${interval}" } });
  `;
  await project.up(program("1m0s"));
  const before = await idOf(`${RUN}-check`);
  const changed = await project.up(program("2m0s"));
  expect(changed).toMatch(/~ 1 updated/);
  const info = await docker.getContainer(`${RUN}-check`).inspect();
  expect(info.Id).toBe(before);
  expect(info.Config.Healthcheck?.Interval).toBe(60e9);
});

test("a changed environment replaces a container of fixed name, deleting the old one first", async () => {
  const program = (value: string) => `
    new docker.Container("env", { name: "${RUN}-env", ${SERVER} envs: ["A=${value}"] });
  `;
  await project.up(program("1"));
  const before = await idOf(`${RUN}-env`);
  expect(await project.up(program("2"))).toMatch(/1 replaced/);
  const info = await docker.getContainer(`${RUN}-env`).inspect();
  expect(info.Id).not.toBe(before);
  expect(info.Config.Env).toContain("A=2");
});

test("waiting for health gates success; a failed wait stays in state and is replaced", async () => {
  const program = (test: string) => `
    new docker.Container("wait", { name: "${RUN}-wait", ${SERVER} wait: true, waitTimeout: 4,
      healthcheck: { tests: ["CMD", "${test}"], interval: "1s", timeout: "1s", retries: 1 } });
  `;
  project.write(program("false"));
  const failed = await project.run(["up", "--yes", "--skip-preview"]);
  expect(failed.code).not.toBe(0);
  expect(failed.output).toContain("container failed to be in healthy state");
  const before = await idOf(`${RUN}-wait`);

  // Nothing changed: the failed container is replaced, waited for, and fails again.
  expect((await project.run(["up", "--yes", "--skip-preview"])).output).toMatch(/replac/);
  expect(await idOf(`${RUN}-wait`)).not.toBe(before);

  await project.up(program("true"));
  expect((await docker.getContainer(`${RUN}-wait`).inspect()).State.Health?.Status).toBe("healthy");
  expect((await project.run(["preview", "--refresh", "--expect-no-changes"])).code).toBe(0);
});

test("a one-shot container records its exit code and logs without failing the update", async () => {
  await project.up(`
    const job = new docker.Container("job", { name: "${RUN}-job", image: "${IMAGE}",
      command: ["sh", "-c", "echo working; exit 3"], networkMode: "bridge",
      attach: true, logs: true, mustRun: false });
    exports.code = job.exitCode;
    exports.logs = job.containerLogs;
  `);
  expect(await project.outputs()).toEqual({ code: 3, logs: "working\n" });
  expect((await project.run(["preview", "--refresh", "--expect-no-changes"])).code).toBe(0);
});

test("a one-shot container over its time limit fails, is left running and is replaced", async () => {
  const program = (command: string) => `
    new docker.Container("limit", { name: "${RUN}-limit", image: "${IMAGE}",
      command: ["sh", "-c", "${command}"], networkMode: "bridge",
      attach: true, logs: true, mustRun: false },
      { customTimeouts: { create: "3s" }, deleteBeforeReplace: true });
  `;
  project.write(program("sleep 3600"));
  expect((await project.run(["up", "--yes", "--skip-preview"])).code).not.toBe(0);
  const before = await docker.getContainer(`${RUN}-limit`).inspect();
  expect(before.State.Running).toBe(true);
  await project.up(program("true"));
  expect(await idOf(`${RUN}-limit`)).not.toBe(before.Id);
});

test("files are uploaded before the start, and containers find each other by alias", async () => {
  await project.up(`
    const net = new docker.Network("net", { name: "${RUN}-net" });
    new docker.Container("server", { name: "${RUN}-server", ${SERVER}
      networksAdvanced: [{ name: net.name, aliases: ["shop"] }],
      command: ["httpd", "-f", "-p", "8080", "-h", "/srv/www"],
      uploads: [{ file: "/srv/www/index.html", content: "good morning" },
                { file: "/usr/local/bin/hello", contentBase64: Buffer.from("#!/bin/sh\\necho hi").toString("base64"), executable: true },
                { file: "/etc/private", content: "x", permissions: "0600" }] });
    new docker.Container("client", { name: "${RUN}-client", ${SERVER} networksAdvanced: [{ name: net.name }] });
  `);
  expect(await output(`${RUN}-client`, ["wget", "-qO-", "http://shop:8080/"])).toBe("good morning");
  expect(await output(`${RUN}-server`, ["/usr/local/bin/hello"])).toBe("hi");
  expect(await output(`${RUN}-server`, ["stat", "-c", "%a %u", "/etc/private"])).toBe("600 0");
});

test("an image is built from its context, and a new tag replaces it and its container only", async () => {
  const context = join(project.folder, "app");
  mkdirSync(context);
  writeFileSync(
    join(context, "Dockerfile"),
    `FROM ${IMAGE} AS base\nARG WHO\nCOPY . /app/\nLABEL who=$WHO\nFROM base AS last\nLABEL last=yes\n`,
  );
  writeFileSync(join(context, ".dockerignore"), "secret\n*.log\n!keep.log\n");
  for (const file of ["main.txt", "secret", "drop.log", "keep.log"])
    writeFileSync(join(context, file), file);
  const program = (tag: string) => `
    const image = new docker.RemoteImage("app", { name: "${RUN}-app:${tag}", keepLocally: true,
      build: { context: ${JSON.stringify(context)}, target: "base", buildArgs: { WHO: "you" }, labels: { v: "${tag}" }, networkMode: "none" } });
    new docker.Container("app", { name: "${RUN}-app", ${SERVER} image: image.imageId });
    new docker.Container("other", { name: "${RUN}-other", ${SERVER} });
  `;
  try {
    await project.up(program("one"));
    expect(await output(`${RUN}-app`, ["ls", "/app"])).toBe("Dockerfile  keep.log    main.txt");
    const labels = (await docker.getImage(`${RUN}-app:one`).inspect()).Config.Labels;
    expect(labels).toMatchObject({ who: "you", v: "one" });
    expect(labels).not.toHaveProperty("last");
    const [app, other] = [await idOf(`${RUN}-app`), await idOf(`${RUN}-other`)];

    project.write(program("two"));
    const preview = await project.run(["preview", "--diff"]);
    expect(preview.output).toMatch(/\+-2 to replace/);
    await project.up(program("two"));
    expect(await idOf(`${RUN}-app`)).not.toBe(app);
    expect(await idOf(`${RUN}-other`)).toBe(other);
    // The earlier image stays for a rollback.
    await docker.getImage(`${RUN}-app:one`).inspect();
    expect((await project.run(["preview", "--refresh", "--expect-no-changes"])).code).toBe(0);
  } finally {
    await project.run(["destroy", "--yes", "--skip-preview"]);
    for (const tag of ["one", "two"])
      await docker
        .getImage(`${RUN}-app:${tag}`)
        .remove({ force: true })
        .catch(() => undefined);
  }
});

test("what was removed or stopped by hand is planned again", async () => {
  const program = `
    new docker.Container("gone", { name: "${RUN}-gone", ${SERVER} });
    new docker.Container("stopped", { name: "${RUN}-stopped", ${SERVER} ports: [{ internal: 80, external: ${PORT + 2}, ip: "127.0.0.1" }] });
  `;
  await project.up(program);
  await docker.getContainer(`${RUN}-gone`).remove({ force: true });
  await docker.getContainer(`${RUN}-stopped`).kill();
  const drift = await project.run(["preview", "--refresh", "--diff"]);
  expect(drift.output).toMatch(/\+ 1 to create/);
  expect(drift.output).toMatch(/mustRun *: false => true|[-+~] mustRun/);
  expect(drift.output).toMatch(/\+-1 to replace/);
  await project.run(["up", "--yes", "--skip-preview", "--refresh"]);
  expect((await docker.getContainer(`${RUN}-stopped`).inspect()).State.Running).toBe(true);
  expect((await docker.getContainer(`${RUN}-gone`).inspect()).State.Running).toBe(true);
});

test("a volume kept on destroy comes back with its data", async () => {
  const program = `
    const data = new docker.Volume("kept", { name: "${RUN}-kept" }, { retainOnDelete: true });
    new docker.Container("user", { name: "${RUN}-user", ${SERVER} mounts: [{ type: "volume", source: data.name, target: "/data" }] });
  `;
  try {
    await project.up(program);
    await output(`${RUN}-user`, ["sh", "-c", "echo kept > /data/file"]);
    await project.run(["destroy", "--yes", "--skip-preview"]);
    await project.up(program);
    expect(await output(`${RUN}-user`, ["cat", "/data/file"])).toBe("kept");
  } finally {
    await project.run(["destroy", "--yes", "--skip-preview"]);
    await docker
      .getVolume(`${RUN}-kept`)
      .remove()
      .catch(() => undefined);
  }
});

test.each([
  [
    "an unknown input",
    `new pulumi.CustomResource("docker:index/container:Container", "bad", { image: "x", imagine: 1 });`,
    /imagine/,
  ],
  [
    "an image that no registry has",
    `new docker.RemoteImage("bad", { name: "eng-nowhere/none:1" });`,
    /eng-nowhere\/none:1: the image is not on this daemon and can't be pulled/,
  ],
  [
    "wait without a health check",
    `new docker.Container("bad", { name: "${RUN}-bad", ${SERVER} wait: true });`,
    /wait is set but the container has no healthcheck/,
  ],
  [
    "a container that ends at once",
    `new docker.Container("bad", { name: "${RUN}-bad", image: "${IMAGE}", command: ["false"] });`,
    /exited after creation with code 1/,
  ],
  [
    "a silent daemon",
    `new docker.Network("bad", {}, { provider: new docker.Provider("p", { host: "unix:///nowhere.sock" }) });`,
    /Docker does not answer at unix:\/\/\/nowhere.sock/,
  ],
  ["the program's own error", `throw new pulumi.RunError("my mistake");`, /my mistake/],
])("%s is one clear line without a stack", async (_name, program, message) => {
  project.write(program);
  const { code, output: text } = await project.run(["up", "--yes", "--skip-preview"]);
  expect(code).not.toBe(0);
  expect(text).toMatch(message);
  expect(text).not.toMatch(/^\s+at .*\(.*:\d+:\d+\)/m);
});

test("a network in use is not removed, and the daemon's reason is given", async () => {
  await project.up(`new docker.Network("busy", { name: "${RUN}-busy" });`);
  const guest = await docker.createContainer({
    name: `${RUN}-guest`,
    Image: IMAGE,
    Cmd: ["sleep", "60"],
    HostConfig: { NetworkMode: `${RUN}-busy` },
  });
  try {
    await guest.start();
    const { code, output: text } = await project.run(["destroy", "--yes", "--skip-preview"]);
    expect(code).not.toBe(0);
    expect(text).toMatch(/-busy: can't remove the network: .*has active endpoints/);
  } finally {
    await guest.remove({ force: true });
  }
});
