import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import Docker from "dockerode";
import { create } from "tar";
import { lookIntoVolume, removeProbes } from "../../preflight/volume-files";

let folder: string;
let engine: Server;
let requests: string[];
let images: { Id: string }[];
let containers: unknown[];
let made: string;

/** An engine whose containers have the volume at /data and, one that is made, at /berth-volume. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "berth-volume-"));
  requests = [];
  images = [{ Id: "sha256:1" }];
  containers = [];
  made = "";
  mkdirSync(join(folder, "root/pgdata"), { recursive: true });
  mkdirSync(join(folder, "root/empty"));
  writeFileSync(join(folder, "root/pgdata/PG_VERSION"), "17\n");
  writeFileSync(join(folder, "root/large"), Buffer.alloc(20 * 2 ** 20));
  engine = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://engine");
    requests.push(`${request.method} ${url.pathname}`);
    const answer = (status: number, body?: unknown) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    };
    if (url.pathname === "/images/json") answer(200, images);
    else if (url.pathname === "/containers/json") answer(200, containers);
    else if (url.pathname === "/containers/create") {
      request.on("data", (chunk: Buffer) => (made += chunk.toString()));
      request.on("end", () => answer(201, { Id: "made" }));
    } else if (request.method === "DELETE") answer(204);
    else {
      const path = (url.searchParams.get("path") ?? "").replace(/^\/(data|berth-volume)\/?/, "");
      const file = join(folder, "root", path);
      const missing = !["", "empty", "pgdata/PG_VERSION"].includes(path);
      if (missing) answer(404, { message: "no such file" });
      else create({ cwd: dirname(file), portable: false }, [basename(file)]).pipe(response);
    }
  });
  await new Promise<void>((resolve) => engine.listen(join(folder, "docker.sock"), resolve));
});

afterEach(async () => {
  engine.closeAllConnections();
  await new Promise((resolve) => engine.close(resolve));
  rmSync(folder, { recursive: true });
});

const mounting = {
  ...{ names: ["sql"], image: "postgres", labels: {}, ports: [], running: false },
  mounts: [{ volume: "pgdata", target: "/data", writable: true }],
};

function look(containers: (typeof mounting)[]) {
  const docker = new Docker({ socketPath: join(folder, "docker.sock") });
  return lookIntoVolume(docker, { containers }, "pgdata", "dev", async (volume) => ({
    version: await volume.file("pgdata/PG_VERSION"),
    none: await volume.file("PG_VERSION"),
    empty: await volume.isEmpty(),
  }));
}

const found = {
  version: { content: "17\n", uid: process.getuid?.() },
  none: undefined,
  empty: false,
};

test("a container that has the volume is asked, and nothing is made", async () => {
  expect(await look([mounting])).toEqual(found);
  expect(new Set(requests)).toEqual(new Set(["GET /containers/sql/archive"]));
});

test("without one, a container is made, never started, and removed", async () => {
  expect(await look([])).toEqual(found);
  expect([...new Set(requests)]).toEqual([
    "GET /images/json",
    "POST /containers/create",
    "GET /containers/made/archive",
    "DELETE /containers/made",
  ]);
  // With the stack's own label, one that was left would count as another state's container.
  expect(JSON.parse(made)).toMatchObject({ Labels: { "berth.probe": "dev" } });
  expect(made).not.toContain("berth.stack");
});

test("a volume with nothing in it is empty", async () => {
  rmSync(join(folder, "root/pgdata"), { recursive: true });
  rmSync(join(folder, "root/large"));
  rmSync(join(folder, "root/empty"), { recursive: true });
  const docker = new Docker({ socketPath: join(folder, "docker.sock") });
  const empty = lookIntoVolume(docker, { containers: [mounting] }, "pgdata", "dev", (volume) =>
    volume.isEmpty(),
  );
  expect(await empty).toBe(true);
});

test("without any image nothing is said", async () => {
  images = [];
  expect(await look([])).toBeUndefined();
});

test("what an interrupted look left is removed, and nothing else", async () => {
  const docker = new Docker({ socketPath: join(folder, "docker.sock") });
  containers = [
    { Id: "left", Labels: { "berth.probe": "dev" } },
    { Id: "prods", Labels: { "berth.probe": "prod" } },
    { Id: "stacks", Labels: { "berth.stack": "dev" } },
  ];
  await removeProbes(docker, "dev");
  expect(requests).toEqual(["GET /containers/json", "DELETE /containers/left"]);
});
