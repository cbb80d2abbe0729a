import { createServer, type Server } from "node:net";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Container } from "dockerode";
import { createCheckout, testAddress, type Checkout, type Outcome } from "./support/checkout";
import { docker, snapshot } from "./support/docker";
import { importBusybox } from "./support/busybox-image";

let checkout: Checkout;
let before: string;

beforeEach(async () => {
  checkout = await createCheckout();
  before = await snapshot();
});

afterEach(() => checkout.remove());

/** A refused `up`: not 0, no stack trace, nothing changed in Docker. */
async function refusedUp(env: NodeJS.ProcessEnv = {}): Promise<string> {
  Object.assign(checkout.env, env);
  const outcome: Outcome = await checkout.berth("up", "dev", "--install", "--yes");
  expect(outcome.exitCode).toBe(1);
  expect(outcome.stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(await snapshot()).toBe(before);
  return outcome.stderr;
}

test("an unknown key and misspelt values of a stack file, all at once", async () => {
  checkout.configure("dev", {
    sytems: ["luv"],
    ports: "block",
    host: { id: "workstation", memory: "lots" },
  });
  const errors = await refusedUp();
  expect(errors).toContain(
    "Pulumi.dev.yaml.sytems: is not a known setting; did you mean 'systems'?",
  );
  expect(errors).toContain(
    "Pulumi.dev.yaml.ports: 'block' is not one of 'blocks', 'documented'; did you mean 'blocks'?",
  );
  expect(errors).toContain("Pulumi.dev.yaml.host.platform:");
  expect(errors).toContain("Pulumi.dev.yaml.host.memory: 'lots' must be a size");
});

test("a system that is misspelt is named with the nearest one", async () => {
  checkout.configure("dev", { systems: ["luw"] });
  expect(await refusedUp()).toContain(
    "Pulumi.dev.yaml.systems: no system is called 'luw'; did you mean 'luv'?",
  );
});

test("in the documented scheme both owners of a port are named, within a stack and across stacks", async () => {
  checkout.configure("dev", { ports: "documented" });
  checkout.configure("prod", { ports: "documented" });
  const errors = await refusedUp();
  for (const port of [4100, 5173, 3001, 3000])
    expect(errors).toMatch(new RegExp(`: port ${port} is `));
  expect(errors).toMatch(/port 3000 is luv\/vedanta-systems's, stack prod/);
  expect(errors).toMatch(/port 4100 is (luv\/dagster-webserver|korczewski\/vllm)'s;/);
});

describe("a sixth system", () => {
  const write = (services: string) =>
    writeFileSync(
      join(checkout.folder, "config/systems/notes.ts"),
      `import { defineSystem } from "../schema/system";
export default defineSystem({
  name: "notes", title: "Notes", about: "A system of a test.",
  networks: { main: { name: "notes-{environment}" } },
  projects: { notes: { ports: { block: 0 } } },
  services: { ${services} },
});
`,
    );
  const service = (name: string, needs: string, more = "") =>
    `"${name}": { image: { registry: "redis:7.4.2-alpine" }, networks: ["main"], memory: "64 MiB",
       endpoints: { http: { port: 80, role: "internal" ${more} } }, needs: { ${needs} },
       health: { kind: "tcp", endpoint: "http", probe: "nc" } },`;

  test("on a slot that another system has: both are named", async () => {
    write(service("app", "", `, slot: 0, published: { dev: 80 }`));
    const errors = await refusedUp();
    expect(errors).toMatch(
      /(notes\/app: port 4000 is luv\/vedanta-systems|luv\/vedanta-systems: port 4000 is notes\/app)'s; /,
    );
  });

  test("with a cycle of needs and a need that nothing meets", async () => {
    write(
      service("first", `b: { endpoint: "second" }`) +
        service("second", `a: { endpoint: "first" }, c: { endpoint: "luv/miniо" }`) +
        service("third", `d: { endpoint: "secnd" }`),
    );
    const errors = await refusedUp();
    expect(errors).toContain(
      "systems/notes/first.needs: needs itself by way of notes/first → notes/second → notes/first; ",
    );
    expect(errors).toContain("meets 'secnd'; did you mean 'second'?");
    expect(errors).toMatch(/meets 'luv\/mini.'; did you mean 'luv\/minio'\?/);
  });
});

test("Docker that does not answer, with the remedy", async () => {
  const errors = await refusedUp({ DOCKER_HOST: "unix:///nonexistent/docker.sock" });
  expect(errors).toMatch(/\/nonexistent\/docker\.sock/);
  expect(
    errors
      .trim()
      .split("\n")
      .filter((line) => /does not answer|not reachable|no Docker/i.test(line)),
  ).toHaveLength(1);
});

test("missing sources where stand-ins are not allowed, each named, and a port of a foreign process", async () => {
  checkout.configure("dev", { standIns: false });
  const server = await listen(4100);
  try {
    const errors = await refusedUp();
    for (const project of ["inpactai", "galerly", "auth", "openmates"]) {
      expect(errors).toContain(`${checkout.sources}/dev/${project}`);
    }
    expect(errors).toMatch(
      new RegExp(
        `luv/dagster-webserver: port ${testAddress}:4100 is taken by process '.*' \\(pid ${process.pid}\\)`,
      ),
    );
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});

describe("a container name that something foreign holds", () => {
  let foreign: Container | undefined;
  afterEach(async () => foreign?.remove({ force: true }));

  test("is named with its Compose project and the command that stops it without losing data", async () => {
    const image = "berth-e2e-busybox:test";
    await importBusybox(docker, image);
    foreign = await docker.createContainer({
      name: "inpactai-redis-dev",
      Image: image,
      Cmd: ["sleep", "1000"],
      Labels: { "com.docker.compose.project": "oldredis", "com.docker.compose.service": "redis" },
    });
    before = await snapshot();
    const errors = await refusedUp();
    expect(errors).toMatch(/inpactai\/redis: .*inpactai-redis-dev.*oldredis/);
    expect(errors).toContain("docker compose -p oldredis down");
    expect(errors).not.toContain("down -v");
  });
});

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject).listen(port, testAddress, () => resolve(server));
  });
}
