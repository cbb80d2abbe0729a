import { spawnSync } from "node:child_process";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { goDuration } from "../../components/naming";
import { Image } from "../../components/image";
import { Job } from "../../components/job";
import { Service } from "../../components/service";
import { Stack } from "../../components/stack";
import { System } from "../../components/system";
import { deriveSecret } from "../../planning/secrets";
import type { Plan, PlannedService } from "../../planning/types";
import { finishMocks, resource, startMocks } from "../support/mocks";
import { plannedService } from "../support/plan-fixture";

const container = "docker:index/container:Container";
const inputs = {
  stack: "dev",
  environment: "dev",
  stateId: "here",
  image: "sha256:1",
  networkNames: new Map([["shop-dev", "shop-dev"]]),
  volumeNames: new Map([["data", "data"]]),
  variables: {},
  sources: "/src",
  startsAfter: [],
};
const redis = plannedService({ system: "shop", service: "redis" });

async function serviceResources(values: Partial<PlannedService>, variables = {}) {
  startMocks("dev");
  const service = { ...redis, ...values };
  new Service("dev-shop-redis", { ...inputs, variables, service });
  return finishMocks();
}

describe("Service", () => {
  test("is one container, healthy before it is done, replaced in one piece", async () => {
    const all = await serviceResources({});
    expect(all.map(({ type, name, parent }) => ({ type, name, parent }))).toEqual([
      { type: "berth:index:Service", name: "dev-shop-redis", parent: null },
      { type: container, name: "dev-shop-redis-container", parent: "dev-shop-redis" },
    ]);
    const { inputs: given, options } = resource(all, "dev-shop-redis-container");
    expect(given).toEqual({
      name: "shop-redis-dev",
      image: "sha256:1",
      envs: [],
      labels: [
        { label: "berth.environment", value: "dev" },
        { label: "berth.project", value: "shop" },
        { label: "berth.service", value: "redis" },
        { label: "berth.stack", value: "dev" },
        { label: "berth.system", value: "shop" },
        { label: "berth.state", value: "here" },
      ],
      networkMode: "bridge",
      networksAdvanced: [{ name: "shop-dev", aliases: ["redis"] }],
      readOnly: false,
      init: true,
      capabilities: { drops: ["ALL"] },
      securityOpts: ["no-new-privileges:true"],
      memory: 256,
      memorySwap: 256,
      logDriver: "json-file",
      logOpts: { "max-size": "10m", "max-file": "3" },
      stopTimeout: 10,
      destroyGraceSeconds: 10,
      restart: "unless-stopped",
      mustRun: true,
      wait: true,
      waitTimeout: 60,
    });
    expect(options).toMatchObject({
      deleteBeforeReplace: true,
      replaceOnChanges: ["healthcheck", "init", "tmpfs", "cpuPeriod", "cpuQuota"],
    });
  });

  test("takes everything that is planned", async () => {
    const all = await serviceResources(
      {
        entrypoint: ["/entry"],
        command: ["serve"],
        workingDirectory: "/app",
        networks: ["shop-dev", "other"],
        ports: [{ ip: "127.0.0.1", host: 4001, container: 80 }],
        mounts: [
          { type: "bind", source: "<sources>/dev/shop", target: "/app", readOnly: true },
          { type: "volume", source: "data", target: "/data", readOnly: false },
          { type: "tmpfs", source: "", target: "/tmp", readOnly: false },
        ],
        files: { "/etc/web.conf": "listen 80" },
        security: {
          user: "101:101",
          readOnlyRoot: true,
          addedCapabilities: ["IPC_LOCK"],
          noNewPrivileges: false,
        },
        cpus: 0.5,
        processes: 300,
        gpu: true,
        stopSeconds: 90,
        health: {
          kind: "tcp",
          port: 80,
          path: null,
          test: ["CMD", "nc"],
          intervalSeconds: 10,
          timeoutSeconds: 5,
          retries: 6,
          startPeriodSeconds: 90,
        },
      },
      { B: "2", A: "1" },
    );
    const given = resource(all, "dev-shop-redis-container").inputs;
    expect(given).toMatchObject({
      entrypoints: ["/entry"],
      command: ["serve"],
      workingDir: "/app",
      user: "101:101",
      envs: ["A=1", "B=2"],
      networksAdvanced: [{ name: "shop-dev", aliases: ["redis"] }, { name: "other" }],
      ports: [{ ip: "127.0.0.1", external: 4001, internal: 80, protocol: "tcp" }],
      mounts: [
        { type: "bind", source: "/src/dev/shop", target: "/app", readOnly: true },
        { type: "volume", source: "data", target: "/data", readOnly: false },
      ],
      tmpfs: { "/tmp": "mode=1777" },
      uploads: [{ file: "/etc/web.conf", content: "listen 80", permissions: "0644" }],
      readOnly: true,
      capabilities: { drops: ["ALL"], adds: ["CAP_IPC_LOCK"] },
      cpus: "0.5",
      ulimits: [{ name: "nproc", soft: 300, hard: 300 }],
      gpus: "all",
      stopTimeout: 90,
      destroyGraceSeconds: 90,
      healthcheck: {
        tests: ["CMD", "nc"],
        interval: "10s",
        timeout: "5s",
        retries: 6,
        startPeriod: "1m30s",
      },
      // Its start period and all of its retries, and what a slow machine takes.
      waitTimeout: 60 + 90 + 60,
    });
    expect(given).not.toHaveProperty("securityOpts");
  });

  test("gives ports in the order in which the provider reads them back", async () => {
    const ports = [
      { ip: "127.0.0.1", host: 4001, container: 8080 },
      { ip: "127.0.0.1", host: 4002, container: 443 },
      { ip: "127.0.0.1", host: 4003, container: 80 },
    ];
    const given = resource(await serviceResources({ ports }), "dev-shop-redis-container").inputs;
    expect(given.ports).toMatchObject([{ internal: 80 }, { internal: 443 }, { internal: 8080 }]);
  });

  test("the wait for its health ends before its creation has to", async () => {
    const health = {
      kind: "command" as const,
      port: null,
      path: null,
      test: ["CMD", "true"],
      intervalSeconds: 10,
      timeoutSeconds: 5,
      retries: 6,
      startPeriodSeconds: 1200,
    };
    const { inputs: given, options } = resource(
      await serviceResources({ health }),
      "dev-shop-redis-container",
    );
    expect(given.waitTimeout).toBeGreaterThan(1200);
    expect(options.createTimeout).toBe(`${Number(given.waitTimeout) + 60}s`);
  });

  test("has a container for each replica", async () => {
    const all = await serviceResources({ replicas: 3 });
    const replicas = all.filter(({ type }) => type === container);
    expect(replicas.map(({ name, inputs: given }) => [name, given.name])).toEqual([
      ["dev-shop-redis-container", "shop-redis-dev"],
      ["dev-shop-redis-container-2", "shop-redis-dev-2"],
      ["dev-shop-redis-container-3", "shop-redis-dev-3"],
    ]);
  });

  test("keeps a secret variable secret, and only that one", async () => {
    const all = await serviceResources({}, { KEY: pulumi.secret("hunter2"), OPEN: "yes" });
    const { inputs: given, opened } = resource(all, "dev-shop-redis-container");
    expect(given.envs).toEqual(["[secret]", "OPEN=yes"]);
    expect(opened.envs).toEqual(["KEY=hunter2", "OPEN=yes"]);
  });
});

describe("Job", () => {
  const setup = plannedService({
    system: "shop",
    service: "setup",
    kind: "job",
    timeoutSeconds: 300,
  });
  const name = "dev-shop-setup-container";

  test("runs once, attached, within its time, and its log is secret", async () => {
    startMocks("dev");
    const job = new Job("dev-shop-setup", { ...inputs, service: setup });
    const ready = await Promise.all(job.ready.map((one) => promise(one)));
    const all = await finishMocks();
    expect(all.map(({ type, name: of, parent }) => [type, of, parent])).toEqual([
      ["berth:index:Job", "dev-shop-setup", null],
      [container, name, "dev-shop-setup"],
    ]);
    expect(resource(all, name).inputs).toMatchObject({
      name: "shop-setup-dev",
      restart: "no",
      attach: true,
      logs: true,
      mustRun: false,
    });
    expect(resource(all, name).inputs).not.toHaveProperty("wait");
    expect(resource(all, name).options).toMatchObject({
      deleteBeforeReplace: true,
      replaceOnChanges: ["healthcheck", "init", "tmpfs", "cpuPeriod", "cpuQuota"],
      additionalSecretOutputs: ["containerLogs"],
      createTimeout: "360s",
    });
    expect(ready).toEqual([job.container]);
  });

  test("is replaced with the containers of its targets, whose ids it has in a label", async () => {
    startMocks("dev");
    const server = new Service("dev-shop-redis", {
      ...inputs,
      service: { ...redis, replicas: 2 },
    });
    new Job("dev-shop-setup", {
      ...inputs,
      service: setup,
      startsAfter: [],
      targets: server.containers.map(({ id }) => id),
    });
    const all = await finishMocks();
    expect(resource(all, name).inputs.labels).toContainEqual({
      label: "berth.targets",
      value: "dev-shop-redis-container-id,dev-shop-redis-container-2-id",
    });
    expect(resource(all, name).options.dependencies).toEqual([
      "dev-shop-redis-container",
      "dev-shop-redis-container-2",
    ]);
  });

  test("that ends badly ends the program with its last lines; its dependents are not created", () => {
    // A process of its own: there the failure ends the program, as it does under the engine.
    const run = spawnSync(
      process.execPath,
      ["--import", "tsx", join(__dirname, "../support/failing-job.ts")],
      { encoding: "utf8", cwd: join(__dirname, "../..") },
    );
    const shown = [
      ...Array.from({ length: 19 }, (_, index) => `    line ${index + 12}`),
      "    token ***",
    ].join("\n");
    expect(run.stderr).toContain(
      `RunError: systems/shop/setup: job shop-setup-dev ended with exit code 3; mend its cause, then run: pulumi up --replace 'urn:pulumi:dev::berth::berth:index:Job$${container}::${name}'\n${shown}\n`,
    );
    expect(run.stderr).not.toContain("line 11\n");
    expect(run.stderr + run.stdout).not.toContain("canary-of-the-log");
    expect(run.stdout).toBe(`dev-shop-redis dev-shop-setup ${name}\n`);
    expect(run.status).not.toBe(0);
  });

  test("gives its container to dependents, which wait for it", async () => {
    startMocks("dev");
    const job = new Job("dev-shop-setup", { ...inputs, service: setup });
    new Service("dev-shop-redis", { ...inputs, service: redis, startsAfter: job.ready });
    const all = await finishMocks();
    expect(resource(all, "dev-shop-redis-container").options.dependencies).toEqual([name]);
  });
});

describe("System", () => {
  test("has networks and volumes; only data outlives its removal", async () => {
    startMocks("dev");
    new System("dev-shop", {
      stack: "dev",
      environment: "dev",
      system: "shop",
      networks: [{ name: "shop-dev", system: "shop", internal: true }],
      volumes: [
        {
          name: "data",
          system: "shop",
          service: "redis",
          path: "/data",
          retained: true,
          adopted: false,
        },
        {
          name: "cache",
          system: "shop",
          service: "redis",
          path: "/cache",
          retained: false,
          adopted: false,
        },
      ],
    });
    const all = await finishMocks();
    expect(all.map(({ name, parent }) => [name, parent])).toEqual([
      ["dev-shop", null],
      ["dev-shop-network-shop-dev", "dev-shop"],
      ["dev-shop-volume-cache", "dev-shop"],
      ["dev-shop-volume-data", "dev-shop"],
    ]);
    expect(resource(all, "dev-shop-network-shop-dev").inputs).toEqual({
      name: "shop-dev",
      driver: "bridge",
      internal: true,
      labels: [
        { label: "berth.environment", value: "dev" },
        { label: "berth.stack", value: "dev" },
        { label: "berth.system", value: "shop" },
      ],
    });
    // An input that changed would replace the volume: its labels are those of its creation for ever.
    expect(resource(all, "dev-shop-volume-data").inputs).toEqual({
      name: "data",
      labels: resource(all, "dev-shop-network-shop-dev").inputs.labels,
    });
    expect(resource(all, "dev-shop-volume-data").options.ignoreChanges).toEqual(["labels"]);
    expect(resource(all, "dev-shop-volume-data").options.retainOnDelete).toBe(true);
    expect(resource(all, "dev-shop-volume-cache").options.retainOnDelete).toBe(false);
  });
});

describe("Image", () => {
  test("of a registry, and built from a folder", async () => {
    startMocks("dev");
    new Image("redis", { reference: "redis:7.4.2" });
    new Image("app", {
      reference: "berth/app:abc",
      build: {
        context: "/src/app",
        dockerfile: "Dockerfile",
        target: "prod",
        args: { A: "1" },
        bases: [],
      },
      network: "host",
    });
    const all = await finishMocks();
    expect(resource(all, "redis-image")).toMatchObject({
      type: "docker:index/remoteImage:RemoteImage",
      parent: "redis",
    });
    expect(resource(all, "redis-image").inputs).toEqual({ name: "redis:7.4.2", keepLocally: true });
    expect(resource(all, "app-image").inputs).toEqual({
      name: "berth/app:abc",
      keepLocally: true,
      build: {
        context: "/src/app",
        dockerfile: "Dockerfile",
        target: "prod",
        buildArgs: { A: "1" },
        networkMode: "host",
      },
    });
  });
});

describe("Stack", () => {
  const plan = (services: PlannedService[]): Plan => ({
    stack: "dev",
    environment: "dev",
    host: "lab",
    networks: [{ name: "shop-dev", system: "shop", internal: false }],
    volumes: [],
    services,
    routes: [],
    tunnel: null,
    externals: [],
    budget: null,
    issues: [],
    notes: [],
  });
  const args = {
    docker: "unix:///docker.sock",
    sources: "/src",
    rootSecret: pulumi.secret("root"),
    configSecret: (key: string) => pulumi.secret(`config ${key}`),
    imageOf: (service: PlannedService) => ({ reference: service.image }),
    fileVariables: () => ({}),
  };

  test("derives secrets, takes files' variables for secrets, and a declared one wins", async () => {
    startMocks("dev");
    const secret = {
      origin: "derived" as const,
      ...{ label: "shop/key", version: 2, length: 20, template: "redis://:{secret}@x" },
    };
    const service = {
      ...redis,
      variables: { URL: "secret:shop/key", MODE: "dev" },
      secrets: { URL: secret },
    };
    new Stack("dev", {
      ...args,
      plan: plan([service]),
      fileVariables: () => ({ MODE: "file", TOKEN: "hunter2" }),
    });
    const all = await finishMocks();
    const { inputs: given, opened, options } = resource(all, "dev-shop-redis-container");
    expect(given.envs).toEqual(["MODE=dev", "[secret]", "[secret]"]);
    expect(opened.envs).toEqual([
      "MODE=dev",
      "TOKEN=hunter2",
      `URL=redis://:${deriveSecret("root", "shop/key", 2, 20)}@x`,
    ]);
    expect(options.provider).toBe("dev-docker");
    expect(resource(all, "dev-docker").inputs).toEqual({ host: "unix:///docker.sock" });
  });

  test("a secret of the config is filled in, and a variable without one is left out", async () => {
    startMocks("dev");
    const secret = (label: string) => ({
      origin: "config" as const,
      ...{ label, version: 1, length: 0, template: "key {secret}" },
    });
    const service = {
      ...redis,
      variables: { KEY: "secret:shop:KEY", DSN: "secret:shop:DSN", MODE: "dev" },
      secrets: { KEY: secret("shop:KEY"), DSN: { ...secret("shop:DSN"), optional: true } },
    };
    const configSecret = (key: string) =>
      key === "shop:KEY" ? pulumi.secret("$& {sha1}") : undefined;
    new Stack("dev", { ...args, configSecret, plan: plan([service]) });
    const { inputs: given, opened } = resource(await finishMocks(), "dev-shop-redis-container");
    expect(given.envs).toEqual(["[secret]", "MODE=dev"]);
    expect(opened.envs).toEqual(["KEY=key $& {sha1}", "MODE=dev"]);
  });

  test("a Docker with TLS is reached with its certificates", async () => {
    startMocks("dev");
    const tcp = { docker: "tcp://lab:2376", certificates: "/certificates" };
    new Stack("dev", { ...args, ...tcp, plan: plan([redis]) });
    expect(resource(await finishMocks(), "dev-docker").inputs).toEqual({
      host: "tcp://lab:2376",
      certPath: "/certificates",
    });
  });

  test("an image keeps its name when its tag changes; two tags of one image are two", async () => {
    const names = async (...images: string[]) => {
      startMocks("dev");
      const services = images.map((image, index) =>
        plannedService({ system: "shop", service: `s${index}`, image }),
      );
      new Stack("dev", { ...args, plan: plan(services) });
      const all = await finishMocks();
      return all.filter(({ type }) => type === "berth:index:Image").map(({ name }) => name);
    };
    expect(await names("redis:7.4.2", "redis:7.4.2")).toEqual(["dev-image-redis"]);
    expect(await names("redis:8.0.0")).toEqual(["dev-image-redis"]);
    expect(await names("redis:7.4.2", "redis:8.0.0")).toEqual([
      "dev-image-redis-7-4-2",
      "dev-image-redis-8-0-0",
    ]);
    expect(await names("berth.local/redis:1.0")).toEqual(["dev-image-local-redis"]);
    expect(await names("localhost:5000/app:1.0")).toEqual(["dev-image-localhost-5000-app"]);
  });

  test("who has a secret that a job makes valid is replaced with it; others are not", async () => {
    startMocks("dev");
    const secret = (label: string, template = "{secret}") => ({
      origin: "derived" as const,
      ...{ label, version: 1, length: 20, template },
    });
    const job = plannedService({
      ...{ system: "shop", service: "databases", kind: "job", timeoutSeconds: 60 },
      variables: { A: "secret:shop/sql/a", B: "secret:shop/sql/b", ROOT: "secret:shop/sql/root" },
      secrets: { A: secret("shop/sql/a"), B: secret("shop/sql/b"), ROOT: secret("shop/sql/root") },
      appliesSecrets: ["shop/sql/a", "shop/sql/b"],
    });
    const consumer = (service: string, label: string) =>
      plannedService({
        ...{ system: "shop", service, startsAfter: ["shop/databases"] },
        variables: { URL: `secret:${label}` },
        secrets: { URL: secret(label, "sql://{secret}@x") },
      });
    const web = consumer("web", "shop/sql/a");
    const root = consumer("root", "shop/sql/root");
    new Stack("dev", { ...args, plan: plan([job, web, root]) });
    const all = await finishMocks();
    const stashes = ["dev-shop-databases-secret-a", "dev-shop-databases-secret-b"];
    for (const [index, stash] of stashes.entries()) {
      expect(resource(all, stash)).toMatchObject({
        ...{ type: "pulumi:index:Stash", parent: "dev-shop-databases" },
        inputs: { input: "[secret]" },
        opened: { input: deriveSecret("root", index === 0 ? "shop/sql/a" : "shop/sql/b", 1, 20) },
        options: { deleteBeforeReplace: true, replaceOnChanges: ["input"] },
      });
    }
    const options = (name: string) => resource(all, `dev-shop-${name}-container`).options;
    expect(options("databases").dependencies).toEqual(expect.arrayContaining(stashes));
    expect(options("databases").replaceWith).toEqual([]);
    expect(options("web").replaceWith).toEqual(["dev-shop-databases-secret-a"]);
    expect(options("root").replaceWith).toEqual([]);
  });

  test("a service waits for what it starts after, with every replica of it", async () => {
    startMocks("dev");
    const web = plannedService({ system: "shop", service: "web", startsAfter: ["shop/redis"] });
    new Stack("dev", { ...args, plan: plan([{ ...redis, replicas: 2 }, web]) });
    const all = await finishMocks();
    expect(resource(all, "dev-shop-web-container").options.dependencies).toEqual(
      expect.arrayContaining(["dev-shop-redis-container", "dev-shop-redis-container-2"]),
    );
  });
});

test.each([
  [0, "0s"],
  [59, "59s"],
  [60, "1m0s"],
  [90, "1m30s"],
  [3600, "1h0m0s"],
  [3725, "1h2m5s"],
])("%i seconds as Docker gives them back", (seconds, expected) => {
  expect(goDuration(seconds)).toBe(expected);
});

function promise<T>(input: pulumi.Input<T>): Promise<T> {
  return (pulumi.output(input) as unknown as { promise: () => Promise<T> }).promise();
}
