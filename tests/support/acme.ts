import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import { ensureGoProgram, type GoProgram } from "../../offline/go/program";
import { bridgeAddress } from "./bridge-address";

/** Let's Encrypt's test server, and the DNS server that comes with it. */
const pebble: GoProgram = {
  title: "Pebble",
  path: "tests/support/pebble",
  wrapper: join(__dirname, "pebble"),
  module: "github.com/letsencrypt/pebble/v2",
  commands: ["cmd/pebble", "cmd/pebble-challtestsrv"],
  flags: () => ["-trimpath"],
  env: { CGO_ENABLED: "0" },
  cache: { folder: "tests", name: "pebble" },
};

export interface AcmeServer {
  /** Reachable from this host and from containers. */
  directoryUrl: string;
  /** By which the directory's own certificate is trusted. */
  serverCaPem: string;
  /** By which the certificates that it issues are trusted; new with each start. */
  rootPem: string;
  /** What it printed so far, validations among it. */
  log(): string;
  stop(): Promise<void>;
}

interface AcmeOptions {
  /** An engine on this host: the directory is on its default bridge's address. */
  docker: Docker;
  /** Address of every host name, as the server's validation sees it. */
  address: string;
  /** Port of http-01 challenges. */
  httpPort: number;
  /** Port of tls-alpn-01 challenges. @default 443 */
  tlsPort?: number;
}

/** Starts an ACME server that issues to everyone who answers http-01 on `address` and `httpPort`. */
export async function startAcmeServer(options: AcmeOptions): Promise<AcmeServer> {
  const programs = await ensureGoProgram(pebble, { log: console.log });
  const folder = mkdtempSync(join(tmpdir(), "berth-acme-"));
  const gateway = await bridgeAddress(options.docker);
  const directory = `${gateway}:${await freePort(gateway)}`;
  const management = `127.0.0.1:${await freePort("127.0.0.1")}`;
  const dns = `127.0.0.1:${await freePort("127.0.0.1")}`;
  const dnsManagement = `127.0.0.1:${await freePort("127.0.0.1")}`;
  const serverCaPem = makeCertificate(folder, [gateway, "127.0.0.1"]);
  const configuration = {
    listenAddress: directory,
    managementListenAddress: management,
    certificate: join(folder, "certificate.pem"),
    privateKey: join(folder, "key.pem"),
    httpPort: options.httpPort,
    tlsPort: options.tlsPort ?? 443,
    keyAlgorithm: "ecdsa",
    // Its clients ask again after so many seconds.
    retryAfter: { authz: 1, order: 1 },
  };
  writeFileSync(join(folder, "pebble.json"), JSON.stringify({ pebble: configuration }));

  const printed: string[] = [];
  const run = (command: string, args: string[], env: Record<string, string> = {}): ChildProcess => {
    const child = spawn(join(programs, command), args, { env: { ...process.env, ...env } });
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (text: Buffer) => printed.push(text.toString()));
    return child;
  };
  const children = [
    run("pebble-challtestsrv", [
      ...["-dnsserver", dns, "-defaultIPv4", options.address, "-defaultIPv6", ""],
      ...["-management", dnsManagement, "-http01", "", "-https01", ""],
      ...["-tlsalpn01", "", "-doh", ""],
    ]),
    run("pebble", ["-config", join(folder, "pebble.json"), "-dnsserver", dns], {
      PEBBLE_VA_NOSLEEP: "1",
      PEBBLE_WFE_NONCEREJECT: "0",
    }),
  ];
  const killAll = (): void => children.forEach((child) => void child.kill());
  process.once("exit", killAll);
  const log = (): string => printed.join("");
  const stop = async (): Promise<void> => {
    process.off("exit", killAll);
    await Promise.all(children.map(ended));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const directoryUrl = `https://${directory}/dir`;
    await answer(directoryUrl, serverCaPem);
    const rootPem = await answer(`https://${management}/roots/0`, serverCaPem);
    return { directoryUrl, serverCaPem, rootPem, log, stop };
  } catch (error) {
    await stop();
    throw new Error(`the ACME server did not start:\n${log()}`, { cause: error });
  }
}

async function freePort(host: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A certificate that is its own authority; Debian's ca-certificates brings openssl along. */
function makeCertificate(folder: string, addresses: readonly string[]): string {
  const file = join(folder, "certificate.pem");
  const names = addresses.map((address) => `IP:${address}`).join(",");
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
      ...["-days", "2", "-subj", "/CN=Berth's test ACME directory"],
      ...["-addext", `subjectAltName=${names}`],
      ...["-keyout", join(folder, "key.pem"), "-out", file],
    ],
    { stdio: "pipe" },
  );
  return readFileSync(file, "utf8");
}

/** Asks until the server answers with 200, for half a minute at most. */
async function answer(url: string, ca: string): Promise<string> {
  for (const deadline = Date.now() + 30_000; ;) {
    try {
      return await ask(url, ca);
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function ask(url: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    // Pebble refuses a request that does not say whose it is.
    get(url, { ca, agent: false, headers: { "user-agent": "berth" } }, (response) => {
      let body = "";
      response.on("data", (text: Buffer) => (body += text.toString()));
      response.on("end", () =>
        response.statusCode === 200
          ? resolve(body)
          : reject(new Error(`${url}: ${response.statusCode}`)),
      );
    }).on("error", reject);
  });
}

/** Ends a process and waits for its end. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const end = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await end;
}
