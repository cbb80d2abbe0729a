import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";

/** A way to the tests' own Docker Engine as if it ran on another machine. */
export interface RemoteHost {
  /** What a stack's `host.docker` says. */
  url: string;
  stop: () => Promise<void>;
}

const sshd = "/usr/sbin/sshd";
const runFolder = "/run/sshd";
const engine = process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock";

/** The server, which the tests' other packages don't bring along. */
export function installSshServer(): void {
  if (existsSync(sshd)) return;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  const apt = (...args: string[]) => execFileSync("apt-get", args, { env, stdio: "ignore" });
  apt("update", "-qq");
  apt("install", "-y", "-qq", "--no-install-recommends", "openssh-server", "openssh-client");
}

/**
 * An ssh server on loopback, and in `<folder>/bin` an `ssh` whose configuration knows it under the
 * name `lab` with a key of its own. What is run there sees the tests' Docker Engine.
 */
export async function startSshHost(folder: string): Promise<RemoteHost & { bin: string }> {
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  const file = (name: string) => join(folder, name);
  for (const key of ["host", "user"])
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", key, "-f", file(key)]);
  const publicKey = (name: string) => readFileSync(file(`${name}.pub`), "utf8");
  const port = await freePort();
  writeFileSync(file("authorized_keys"), publicKey("user"), { mode: 0o600 });
  writeFileSync(file("known_hosts"), `[127.0.0.1]:${port} ${publicKey("host")}`);
  writeFileSync(
    file("sshd_config"),
    [
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey ${file("host")}`,
      `AuthorizedKeysFile ${file("authorized_keys")}`,
      "PidFile none",
      // The folder is below /tmp, where everybody may write.
      "StrictModes no",
      "UsePAM no",
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      "PermitRootLogin prohibit-password",
      `SetEnv PATH=${process.env.PATH} DOCKER_HOST=${engine}`,
      "",
    ].join("\n"),
  );
  writeFileSync(
    file("ssh_config"),
    [
      "Host lab",
      "  HostName 127.0.0.1",
      `  IdentityFile ${file("user")}`,
      "  IdentitiesOnly yes",
      `  UserKnownHostsFile ${file("known_hosts")}`,
      "",
    ].join("\n"),
  );
  const ssh = execFileSync("sh", ["-c", "command -v ssh"], { encoding: "utf8" }).trim();
  writeFileSync(join(bin, "ssh"), `#!/bin/sh\nexec ${ssh} -F '${file("ssh_config")}' "$@"\n`);
  chmodSync(join(bin, "ssh"), 0o755);

  const ownRunFolder = !existsSync(runFolder);
  mkdirSync(runFolder, { recursive: true });
  const server = spawn(sshd, ["-D", "-f", file("sshd_config"), "-E", file("sshd.log")], {
    stdio: "ignore",
  });
  const ended = once(server, "exit");
  await answers(port);
  return {
    bin,
    url: `ssh://root@lab:${port}`,
    stop: async () => {
      server.kill();
      await ended;
      if (ownRunFolder) rmSync(runFolder, { recursive: true, force: true });
    },
  };
}

/** A TLS listener before the tests' Docker Engine that lets in who has the certificate of `tls`. */
export async function startTlsHost(folder: string): Promise<RemoteHost & { tls: string }> {
  const server = join(folder, "server");
  const tls = join(folder, "client");
  for (const each of [server, tls]) mkdirSync(each, { recursive: true });
  makeAuthority(server);
  certify(server, server, "server", "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth");
  certify(server, tls, "client", "extendedKeyUsage=clientAuth");

  const read = (name: string) => readFileSync(join(server, name));
  const open = new Set<Socket>();
  const listener = createTlsServer(
    {
      ...{ ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem") },
      ...{ requestCert: true, rejectUnauthorized: true, allowHalfOpen: true },
    },
    (client) => {
      const docker = connect({ path: engine.replace("unix://", ""), allowHalfOpen: true });
      open.add(docker);
      for (const [from, to] of [
        [client, docker],
        [docker, client],
      ] as const) {
        from.on("error", () => to.destroy());
        from.pipe(to);
      }
    },
  );
  // Also of those who never get through the handshake.
  listener.on("connection", (socket: Socket) => open.add(socket));
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return {
    tls,
    url: `tcp://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    stop: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

/** A client's certificates that are sound and have nothing to do with the host. */
export function strangeCertificates(folder: string): string {
  mkdirSync(folder, { recursive: true });
  makeAuthority(folder);
  certify(folder, folder, "stranger", "extendedKeyUsage=clientAuth");
  return folder;
}

/** `ca.pem` and its key. */
function makeAuthority(folder: string): void {
  const files = ["-keyout", join(folder, "ca-key.pem"), "-out", join(folder, "ca.pem")];
  openssl("req", "-x509", ...newKey, ...files, "-days", "2", "-subj", "/CN=berth tests");
}

/** `cert.pem` and `key.pem` of an authority, and in another folder its own certificate as well. */
function certify(authority: string, folder: string, name: string, extensions: string): void {
  const request = join(folder, "request.pem");
  const extensionFile = join(folder, "extensions");
  writeFileSync(extensionFile, extensions);
  const key = ["-keyout", join(folder, "key.pem"), "-out", request];
  openssl("req", ...newKey, ...key, "-subj", `/CN=${name}`);
  openssl(
    ...["x509", "-req", "-in", request, "-out", join(folder, "cert.pem"), "-days", "2"],
    ...["-CA", join(authority, "ca.pem"), "-CAkey", join(authority, "ca-key.pem")],
    ...["-CAcreateserial", "-extfile", extensionFile],
  );
  if (folder !== authority)
    writeFileSync(join(folder, "ca.pem"), readFileSync(join(authority, "ca.pem")));
  for (const file of [request, extensionFile]) rmSync(file);
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

function openssl(...args: string[]): void {
  execFileSync("openssl", args, { stdio: "ignore" });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(port: number): Promise<void> {
  for (let tries = 0; ; tries++) {
    const socket = connect(port, "127.0.0.1");
    try {
      await once(socket, "data");
      return;
    } catch (error) {
      if (tries === 60) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    } finally {
      socket.destroy();
    }
  }
}
