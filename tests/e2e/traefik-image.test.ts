/** The local image of Traefik as the plan runs it. Needs Docker; the first run builds Traefik (10 minutes). */
import { get as getHttp, type RequestOptions } from "node:http";
import { get as getHttps } from "node:https";
import { createServer } from "node:net";
import Docker from "dockerode";
import { ensureLocalImages } from "../../offline/images/build";
import { recipeReference } from "../../offline/images/references";
import { startAcmeServer, type AcmeServer } from "../support/acme";
import { docker, hardened, Lab, until } from "./support/lab";

const address = "127.0.0.42";
const user = "65532:65532";
const routesFolder = "/etc/traefik/routes";
const acmeFolder = "/var/lib/traefik";
const ping = ["--ping=true", "--ping.entrypoint=ping", "--entrypoints.ping.address=127.0.0.1:8082"];

let lab: Lab;
let acme: AcmeServer;
let traefik: string;
let ports: { http: number; https: number; api: number };
/** Traefik's volumes, and what the plan asks of a container that runs as its user. */
let mounts: string[];
let confined: string[];

beforeAll(async () => {
  await ensureLocalImages({
    docker: new Docker(),
    names: ["base", "traefik"],
    announce: (_, line) => console.log(line),
  });
  lab = new Lab("traefik");
  ports = { http: await freePort(), https: await freePort(), api: await freePort() };
  acme = await startAcmeServer({ docker: new Docker(), address, httpPort: ports.http });
  mounts = [
    ...["--volume", `${lab.volume("routes")}:${routesFolder}`],
    ...["--volume", `${lab.volume("acme")}:${acmeFolder}`],
  ];
  confined = [...hardened, "--user", user, "--read-only"];
  // A new volume belongs to root. A mode can't be set after that: only the owner may.
  const owner = ["--user", "0:0", "--cap-add", "CHOWN", "--read-only"];
  const give = lab.shell(
    "traefik",
    `chmod 0700 ${acmeFolder} && chown ${user} ${routesFolder} ${acmeFolder}`,
    ...[...hardened, ...owner, ...mounts],
  );
  expect(give).toEqual({ code: 0, out: "" });
  for (const name of ["one", "two"]) {
    const serve = `mkdir /tmp/www && echo ${name} > /tmp/www/index.html && exec busybox httpd -f -p 8000 -h /tmp/www`;
    lab.start(name, "base", [...hardened], "sh", "-c", serve);
  }
  writeRoutes("app", { "app.test": "one" });
  writeFile("acme-directory.pem", acme.serverCaPem);
  const publish = (host: number, container: number): string[] => [
    "--publish",
    `${address}:${host}:${container}`,
  ];
  traefik = lab.start(
    "traefik",
    "traefik",
    [
      ...[...confined, ...mounts.map((mount) => mount.replace(/routes$/, "$&:ro"))],
      ...[...publish(ports.http, 80), ...publish(ports.https, 443), ...publish(ports.api, 8080)],
      ...["--health-cmd", `traefik healthcheck ${ping.join(" ")}`, "--health-interval", "1s"],
    ],
    "--global.checknewversion=false",
    "--global.sendanonymoususage=false",
    "--log.level=INFO",
    "--log.nocolor=true",
    "--api.insecure=true",
    "--entrypoints.traefik.address=:8080",
    ...ping,
    "--entrypoints.web.address=:80",
    `--entrypoints.web.http.redirections.entrypoint.to=:${ports.https}`,
    "--entrypoints.web.http.redirections.entrypoint.scheme=https",
    "--entrypoints.websecure.address=:443",
    `--providers.file.directory=${routesFolder}`,
    "--providers.file.watch=true",
    `--certificatesresolvers.acme.acme.storage=${acmeFolder}/acme.json`,
    `--certificatesresolvers.acme.acme.caserver=${acme.directoryUrl}`,
    `--certificatesresolvers.acme.acme.cacertificates=${routesFolder}/acme-directory.pem`,
    "--certificatesresolvers.acme.acme.httpchallenge.entrypoint=web",
  );
});

afterAll(async () => {
  await acme?.stop();
  lab?.close();
});

test("knows its version; what is no command of Traefik's runs as it is", () => {
  const run = (...command: string[]): string =>
    docker("run", "--rm", recipeReference("traefik"), ...command);
  expect(run("version")).toContain("Version:      3.6.12");
  expect(run("traefik", "version")).toContain("Version:      3.6.12");
  expect(run("sh", "-c", "command -v traefik")).toBe("/usr/local/bin/traefik\n");
});

test("gets a certificate by HTTP challenge and serves the host with it, no other", async () => {
  const body = await served("app.test", "one");
  expect(body).toEqual({ status: 200, body: "one\n" });
  // Traefik's own certificate, that nobody trusts.
  await expect(secure("other.test")).rejects.toThrow(/certificate/);
  expect(await secure("other.test", { rejectUnauthorized: false })).toMatchObject({ status: 404 });
});

test("redirects http to https", async () => {
  const answer = await visit(getHttp, "app.test", ports.http);
  expect(answer.status).toBe(301);
  expect(answer.location).toBe(`https://app.test:${ports.https}/`);
});

test("keeps certificates to itself", () => {
  const stat = lab.shell("base", `stat -c '%a %u:%g' ${acmeFolder}/acme.json`, ...mounts);
  expect(stat).toEqual({ code: 0, out: `600 ${user}` });
});

test("is healthy by its own ping", async () => {
  const health = (): string => docker("inspect", "-f", "{{.State.Health.Status}}", traefik).trim();
  expect(await until(health, (seen) => seen === "healthy")).toBe("healthy");
});

test("shows its routers by its API and on a page", async () => {
  const ask = (path: string) => visit(getHttp, address, ports.api, { path });
  expect(JSON.parse((await ask("/api/http/routers/app-test@file")).body)).toMatchObject({
    rule: "Host(`app.test`)",
    status: "enabled",
  });
  const page = await ask("/dashboard/");
  expect(page.status).toBe(200);
  expect(page.body).toMatch(/fetch\("(\\\/|\/)api/);
});

test("takes a moved file at once, without a failed request, and leaves half of one alone", async () => {
  const failed: unknown[] = [];
  const bodies = new Set<string>();
  let asking = true;
  const visitor = (async () => {
    while (asking) {
      try {
        const { status, body } = await secure("app.test");
        if (status === 200) bodies.add(body.trim());
        else failed.push(status);
      } catch (error) {
        failed.push(error);
      }
    }
  })();
  writeFile(".app.new", "http: {routers: {");
  writeFile("app.yml.new", "http: {routers: {");
  await new Promise((resolve) => setTimeout(resolve, 3000));
  expect([...bodies]).toEqual(["one"]);
  const moved = Date.now();
  writeRoutes("app", { "app.test": "two", "new.test": "one" });
  await until(
    () => bodies.has("two"),
    (seen) => seen,
  );
  console.log(`a moved file took effect after ${Date.now() - moved} ms`);
  asking = false;
  await visitor;
  expect([...bodies]).toEqual(["one", "two"]);
  expect(failed).toEqual([]);
  expect(await served("new.test", "one")).toEqual({ status: 200, body: "one\n" });
  // The last router goes with its file.
  lab.shell("traefik", `rm ${routesFolder}/app.yml`, ...confined, ...mounts);
  const gone = async (): Promise<number> => (await secure("app.test")).status;
  for (let tries = 0; (await gone()) !== 404 && tries < 60; tries++) await pause(500);
  expect(await gone()).toBe(404);
});

test("has complained of nothing, and keeps its certificates over a restart", async () => {
  expect(complaints()).toEqual([]);
  const before = acme.log().match(/Issued certificate/g)?.length;
  writeRoutes("app", { "app.test": "two" });
  docker("restart", "--time", "20", traefik);
  expect(await served("app.test", "two")).toEqual({ status: 200, body: "two\n" });
  expect(acme.log().match(/Issued certificate/g)?.length).toBe(before);
  expect(complaints()).toEqual([]);
});

/** What Traefik's log says above INFO, but for what this version says to everyone at its start. */
function complaints(): string[] {
  const log = docker("logs", traefik);
  expect(log).toMatch(/ INF .*Traefik version 3\.6\.12/);
  return log
    .split("\n")
    .filter((line) => / (WRN|ERR|FTL|PNC) |panic/.test(line))
    .filter((line) => !line.includes("Traefik can reject some encoded characters"));
}

/** A file of routes, written as the plan's jobs do: under another name, then moved. */
function writeRoutes(name: string, hosts: Record<string, string>): void {
  const routers: Record<string, unknown> = {};
  const services: Record<string, unknown> = {};
  for (const [host, backend] of Object.entries(hosts)) {
    const router = host.replaceAll(".", "-");
    const tls = { certResolver: "acme" };
    routers[router] = {
      rule: `Host(\`${host}\`)`,
      entryPoints: ["websecure"],
      service: router,
      tls,
    };
    const servers = [{ url: `http://${lab.prefix}-${backend}:8000` }];
    services[router] = { loadBalancer: { servers } };
  }
  writeFile(`.${name}.new`, JSON.stringify({ http: { routers, services } }));
  const move = `mv ${routesFolder}/.${name}.new ${routesFolder}/${name}.yml`;
  expect(lab.shell("traefik", move, ...confined, ...mounts)).toEqual({ code: 0, out: "" });
}

function writeFile(name: string, content: string): void {
  const write = `umask 077; printf '%s' "$FILE" > ${routesFolder}/${name}`;
  const env = ["--env", `FILE=${content}`];
  expect(lab.shell("traefik", write, ...confined, ...mounts, ...env)).toEqual({ code: 0, out: "" });
}

interface Answer {
  status: number;
  location: string | undefined;
  body: string;
}

/** One request on a connection of its own. */
function visit(
  get: typeof getHttp,
  host: string,
  port: number,
  options: RequestOptions & { rejectUnauthorized?: boolean; servername?: string; ca?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const where = { host: address, port, headers: { host }, agent: false, timeout: 10_000 };
    get({ ...where, ...options }, (response) => {
      let body = "";
      response.on("data", (text: Buffer) => (body += text.toString()));
      response.on("end", () => {
        const { statusCode, headers } = response;
        resolve({ status: statusCode ?? 0, location: headers.location, body });
      });
    }).on("error", reject);
  });
}

/** Trusts what the ACME server issued, and nothing else. */
function secure(host: string, options: { rejectUnauthorized?: boolean } = {}): Promise<Answer> {
  return visit(getHttps, host, ports.https, { servername: host, ca: acme.rootPem, ...options });
}

/** The answer once the host has its certificate and its backend. */
async function served(host: string, backend: string): Promise<{ status: number; body: string }> {
  for (let tries = 0; ; tries++) {
    const answer = await secure(host).catch((error: Error) => error);
    const done = !(answer instanceof Error) && answer.body === `${backend}\n`;
    if (done) return { status: answer.status, body: answer.body };
    if (tries === 120) {
      console.log(docker("logs", traefik), acme.log());
      if (answer instanceof Error) throw answer;
      return answer;
    }
    await pause(500);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
