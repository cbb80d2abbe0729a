import { createServer, type Server } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { formatIssue } from "../../config/issues";
import { settingsSchema, type Settings } from "../../config/schema/settings";
import { runPreflight } from "../../preflight";
import { plannedService, smallPlan } from "../support/plan-fixture";

/** What a small engine answers, with something of each kind in the plan's way. */
const answers: Record<string, unknown> = {
  "/info": { OSType: "linux", Architecture: "aarch64", Runtimes: { runc: {} } },
  "/networks": [{ Name: "shop-dev", Labels: null }],
  "/containers/json": [
    {
      Names: ["/shop-api-dev"],
      Image: "shop",
      Labels: {},
      Ports: [
        { IP: "0.0.0.0", PrivatePort: 80, PublicPort: 4100, Type: "tcp" },
        { PrivatePort: 81, Type: "tcp" },
        { IP: "0.0.0.0", PrivatePort: 82, PublicPort: 4101, Type: "udp" },
      ],
    },
  ],
};

const settings: Settings = {
  ...settingsSchema.parse({
    environment: "dev",
    host: { id: "lab", platform: "linux/amd64", memory: "8 GiB", cpus: 4 },
  }),
  stack: "dev",
  standIns: false,
  systems: undefined,
};

const plan = {
  ...smallPlan(),
  services: [
    plannedService({
      system: "shop",
      service: "api",
      build: { context: "dev/shop", dockerfile: "Dockerfile", target: null, args: {}, bases: [] },
      ports: [
        { ip: "127.0.0.1", host: 4100, container: 80 },
        { ip: "127.0.0.1", host: 4101, container: 82 },
      ],
      gpu: true,
    }),
  ],
};

let folder: string;
let engine: Server | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-preflight-"));
});

afterEach(async () => {
  await new Promise((resolve) => (engine ? engine.close(resolve) : resolve(undefined)));
  engine = undefined;
  rmSync(folder, { recursive: true });
});

/** An engine on a socket of its own; a path that `failing` names is refused. */
async function startEngine(failing?: string): Promise<string[]> {
  const requests: string[] = [];
  engine = createServer((request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    requests.push(`${request.method} ${path}`);
    response.setHeader("content-type", "application/json");
    response.statusCode = path === failing ? 500 : 200;
    response.end(path === "/_ping" ? "OK" : JSON.stringify(answers[path] ?? {}));
  });
  await new Promise<void>((resolve) => engine?.listen(join(folder, "docker.sock"), resolve));
  return requests;
}

async function findings(): Promise<string[]> {
  const docker = new Docker({ socketPath: join(folder, "docker.sock") });
  const issues = await runPreflight({
    ...{
      plan,
      settings,
      docker,
      sources: "~/src",
      home: folder,
      configSecrets: () => undefined,
      shell: "",
      images: "local" as const,
    },
  });
  return issues.map(formatIssue);
}

const missingSource = () =>
  `shop/api: source folder ${folder}/src/dev/shop is missing; clone it there, set berth:sources, or allow stand-ins with berth:standIns`;

test("finds everything at once and asks only", async () => {
  const requests = await startEngine();
  expect(await findings()).toEqual([
    "Pulumi.dev.yaml.host.platform: is linux/amd64, but the Docker Engine runs on linux/arm64; set it to linux/arm64, or point the stack to another Docker host",
    "shop/api: needs a GPU, and the Docker Engine offers none; install the NVIDIA container toolkit, or leave shop out of Pulumi.dev.yaml",
    "shop/api: container name 'shop-api-dev' is taken by a container (shop), which is not Berth's; keep it under another name: 'docker stop shop-api-dev && docker rename shop-api-dev shop-api-dev-before-berth'",
    "systems/shop.networks: network name 'shop-dev' is taken by a network, which is not Berth's; take its containers off and remove it: 'docker network rm shop-dev'",
    "shop/api: port 127.0.0.1:4100 is taken by container 'shop-api-dev', which is not Berth's; stop it with 'docker stop shop-api-dev' or give the endpoint another slot in config/systems/shop.ts",
    missingSource(),
  ]);
  expect(requests.every((request) => request.startsWith("GET "))).toBe(true);
});

test("without Docker, says so once and still looks at the sources", async () => {
  expect(await findings()).toEqual([
    `docker: there is no Docker Engine at unix://${folder}/docker.sock; start it, set DOCKER_HOST, or run 'berth up --install'`,
    missingSource(),
  ]);
});

test("an engine that refuses to tell is an issue, not a crash", async () => {
  await startEngine("/info");
  const [first, ...others] = await findings();
  expect(first).toMatch(/^docker: unix:\/\/.*docker\.sock can't be used: \(HTTP code 500\) .*; /);
  expect(others).toEqual([missingSource()]);
});
