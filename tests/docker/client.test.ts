import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { openDocker } from "../../docker/client";

const root = join(__dirname, "../..");
const { PATH, DOCKER_HOST } = process.env;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-client-"));
  mkdirSync(join(folder, "bin"));
  process.env.PATH = `${join(folder, "bin")}:${PATH}`;
});

afterEach(() => {
  process.env.PATH = PATH;
  if (DOCKER_HOST === undefined) delete process.env.DOCKER_HOST;
  else process.env.DOCKER_HOST = DOCKER_HOST;
  rmSync(folder, { recursive: true });
});

/** Puts an `ssh` first on PATH that writes its arguments down. */
function ssh(script: string): void {
  const file = join(folder, "bin", "ssh");
  writeFileSync(file, `#!/bin/sh\necho "$@" >>'${folder}/calls'\n${script}\n`);
  chmodSync(file, 0o755);
}

const calls = (): string[] => readFileSync(join(folder, "calls"), "utf8").trim().split("\n");

/** What joins its input and output to a socket, as `docker system dial-stdio` does. */
const dial = (socket: string): string => `exec '${process.execPath}' -e '
  const socket = require("net").connect("${socket}");
  process.stdin.pipe(socket).pipe(process.stdout);'`;

describe("over ssh", () => {
  let engine: Server;
  let socket: string;
  beforeEach(async () => {
    socket = join(folder, "docker.sock");
    engine = createServer((request, response) => response.end(request.url));
    engine.keepAliveTimeout = 0; // Docker's engine, too, keeps a connection for as long as it is wanted
    await new Promise<void>((resolve) => engine.listen(socket, resolve));
    ssh(dial(socket));
  });
  afterEach(() => {
    engine.closeAllConnections();
    return new Promise((resolve) => engine.close(resolve));
  });

  test("requests go through the user's ssh, one after the other through the same", async () => {
    const docker = openDocker("ssh://ann@lab:2222", { ssh: ["-o", "User=ann"] });
    for (const _ of [1, 2, 3]) expect(String(await docker.ping())).toBe("/_ping");
    expect(calls()).toEqual([
      "-o User=ann -T -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=20 -l ann -p 2222 -- lab docker system dial-stdio",
    ]);
  });

  test("many at once keep below what sshd lets in", async () => {
    const docker = openDocker("ssh://lab");
    await Promise.all(Array.from({ length: 30 }, () => docker.ping()));
    expect(calls().length).toBeLessThanOrEqual(8);
  });

  test("a connection that is kept keeps no program from ending", async () => {
    const program = `
      const { openDocker } = require("${root}/docker/client");
      openDocker("ssh://lab").ping().then(() => console.log("answered"));`;
    const tsx = ["--import", join(root, "node_modules/tsx/dist/loader.mjs")];
    const { stdout } = await promisify(execFile)(process.execPath, [...tsx, "-e", program], {
      env: process.env,
      timeout: 15_000,
    });
    expect(stdout).toBe("answered\n");
  }, 20_000);

  test("a host that goes away is noticed, and the next request makes a new connection", async () => {
    const docker = openDocker("ssh://lab");
    await docker.ping();
    engine.closeAllConnections();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await docker.ping();
    expect(calls()).toHaveLength(2);
  });
});

test("what ssh says last is the reason", async () => {
  ssh(
    "echo 'Warning: something' >&2; echo 'ann@lab: Permission denied (publickey).' >&2; exit 255",
  );
  await expect(openDocker("ssh://ann@lab").ping()).rejects.toThrow(
    /^ssh: ann@lab: Permission denied \(publickey\)\.$/,
  );
});

test("an ssh that says nothing has its exit code", async () => {
  ssh("exit 255");
  await expect(openDocker("ssh://lab").ping()).rejects.toThrow("ssh: exit code 255");
});

test("without ssh, that is the reason", async () => {
  process.env.PATH = join(folder, "bin");
  await expect(openDocker("ssh://lab").ping()).rejects.toThrow("ssh is not installed here");
});

test("a host can't be taken for an option", async () => {
  ssh("exit 255");
  await expect(openDocker("ssh://-oProxyCommand=x").ping()).rejects.toThrow();
  expect(calls()[0]).toMatch(/ -- -oProxyCommand=x docker system dial-stdio$/);
});

test("the shell's own Docker host and certificates do not mix in", () => {
  process.env.DOCKER_HOST = "tcp://elsewhere:2376";
  expect(openDocker("unix:///docker.sock").modem).toMatchObject({
    socketPath: "/docker.sock",
    host: undefined,
    protocol: "http",
  });
  expect(process.env.DOCKER_HOST).toBe("tcp://elsewhere:2376");
});

test("TLS with a folder's files, and which of them is missing", () => {
  for (const name of ["ca", "cert", "key"]) writeFileSync(join(folder, `${name}.pem`), name);
  expect(openDocker("tcp://lab", { tls: folder }).modem).toMatchObject({
    ...{ protocol: "https", host: "lab", port: "2376" },
    ...{ ca: "ca", cert: "cert", key: "key" },
  });
  expect(openDocker("tcp://lab").modem).toMatchObject({ protocol: "http", port: "2375" });
  rmSync(join(folder, "cert.pem"));
  expect(() => openDocker("tcp://lab", { tls: folder })).toThrow(
    `certificate file ${folder}/cert.pem can't be read (ENOENT); name a folder with`,
  );
});

test.each([
  ["tcp://", "tcp:// names no host; use unix:///…"],
  ["tcp://a b", "tcp://a b is no address; use unix:///…"],
  ["ftp://lab", "ftp:// is not supported; use unix:///…"],
])("%s", (url, message) => {
  expect(() => openDocker(url)).toThrow(message);
});
