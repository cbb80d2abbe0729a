import { spawn } from "node:child_process";
import { Agent } from "node:http";
import { Duplex } from "node:stream";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Docker from "dockerode";
import { ProviderError } from "../provider-server/resource-type";
import { isRecord, type Props } from "../provider-server/wire";

const DEFAULT_HOST = "unix:///var/run/docker.sock";
const PING_TIMEOUT_MS = 5_000;

export interface RegistryLogin {
  address: string;
  username: string;
  password: string;
}

/** A Docker daemon and how to log in to its registries. */
export interface Connection {
  docker: Docker;
  host: string;
  logins: RegistryLogin[];
}

/** Opens the daemon that the provider's inputs name; `DOCKER_HOST` or the usual socket otherwise. */
export function connect(config: Props): Connection {
  const host = text(config["host"]) ?? process.env["DOCKER_HOST"] ?? DEFAULT_HOST;
  return { docker: new Docker(clientOptions(host, config)), host, logins: logins(config) };
}

/** Fails with one line unless the daemon answers. Over ssh it isn't asked, as officially. */
export async function ensureAnswers(connection: Connection, config: Props): Promise<void> {
  const { docker, host } = connection;
  if (host.startsWith("ssh://") || String(config["disableDockerDaemonCheck"]) === "true") return;
  try {
    await within(PING_TIMEOUT_MS, docker.ping());
  } catch (error) {
    const code = isRecord(error) && typeof error["code"] === "string" ? ` (${error["code"]})` : "";
    throw new ProviderError(
      `Docker does not answer at ${host}${code}; start it, or set docker:host or DOCKER_HOST`,
    );
  }
}

async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(Object.assign(new Error(), { code: "ETIMEDOUT" })),
      milliseconds,
    );
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function clientOptions(host: string, config: Props): Docker.DockerOptions {
  if (host.startsWith("unix://")) return { socketPath: host.slice("unix://".length) };
  let url: URL;
  try {
    url = new URL(host.includes("://") ? host : `tcp://${host}`);
  } catch {
    throw new ProviderError(
      `docker:host: ${host} is no address; use unix:///…, tcp://… or ssh://…`,
    );
  }
  switch (url.protocol) {
    case "ssh:":
      // The name of the host is only a header here; the agent decides where requests go.
      return {
        protocol: "http",
        host: "docker",
        agent: sshAgent(url, list(config["sshOpts"]).map(String)),
      } as Docker.DockerOptions;
    case "tcp:":
    case "http:":
    case "https:": {
      const tls = tlsOptions(config);
      const protocol = tls || url.protocol === "https:" ? "https" : "http";
      const port = url.port || (protocol === "https" ? "2376" : "2375");
      return { protocol, host: url.hostname, port, ...tls };
    }
    default:
      throw new ProviderError(
        `docker:host: ${url.protocol}// is not supported; use unix:///…, tcp://… or ssh://…`,
      );
  }
}

/** Reaches the daemon through the user's own ssh, so that its configuration and keys apply. */
function sshAgent(url: URL, sshOptions: string[]): Agent {
  const destination = url.username ? `${url.username}@${url.hostname}` : url.hostname;
  const port = url.port ? ["-p", url.port] : [];
  const createConnection = (): Duplex => {
    const ssh = spawn(
      "ssh",
      [...sshOptions, ...port, "--", destination, "docker", "system", "dial-stdio"],
      { stdio: ["pipe", "pipe", "ignore"] },
    );
    const stream = Duplex.from({ writable: ssh.stdin, readable: ssh.stdout });
    ssh.on("error", (error) => stream.destroy(error));
    stream.on("close", () => ssh.kill());
    // http sets these on a socket; a pipe has nothing to set.
    return Object.assign(stream, {
      setTimeout: () => stream,
      setNoDelay: () => stream,
      setKeepAlive: () => stream,
      ref: () => stream,
      unref: () => stream,
    });
  };
  return Object.assign(new Agent(), { createConnection });
}

function tlsOptions(config: Props): { ca: string; cert: string; key: string } | undefined {
  const ca = text(config["caMaterial"]);
  const cert = text(config["certMaterial"]);
  const key = text(config["keyMaterial"]);
  if (ca && cert && key) return { ca, cert, key };
  const folder = text(config["certPath"]) ?? process.env["DOCKER_CERT_PATH"];
  if (!folder) return undefined;
  try {
    const read = (name: string) => readFileSync(join(folder, name), "utf8");
    return { ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem") };
  } catch {
    throw new ProviderError(
      `docker:certPath: ${folder} lacks ca.pem, cert.pem or key.pem; point it to a folder with all three`,
    );
  }
}

function logins(config: Props): RegistryLogin[] {
  return list(config["registryAuth"])
    .filter(isRecord)
    .map((entry) => ({
      address: text(entry["address"]) ?? "",
      username: text(entry["username"]) ?? "",
      password: text(entry["password"]) ?? "",
    }));
}

/** Lists reach a provider's configuration as JSON text. */
function list(value: unknown): unknown[] {
  if (typeof value === "string" && value !== "") {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) ? parsed : [];
  }
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
