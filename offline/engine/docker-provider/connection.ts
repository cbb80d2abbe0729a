import type Docker from "dockerode";
import { ProviderError } from "../provider-server/resource-type";
import { isRecord, type Props } from "../provider-server/wire";
import { AddressError, openDocker } from "../../../docker/client";

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
  const host = text(config["host"]) ?? text(process.env["DOCKER_HOST"]) ?? DEFAULT_HOST;
  return { docker: open(host, config), host, logins: logins(config) };
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

function open(host: string, config: Props): Docker {
  const [ca, cert, key] = ["caMaterial", "certMaterial", "keyMaterial"].map((name) =>
    text(config[name]),
  );
  const folder = text(config["certPath"]) ?? text(process.env["DOCKER_CERT_PATH"]);
  try {
    return openDocker(host, {
      tls: ca && cert && key ? { ca, cert, key } : folder,
      ssh: list(config["sshOpts"]).map(String),
    });
  } catch (error) {
    if (error instanceof AddressError) throw new ProviderError(`docker:host: ${error.message}`);
    throw error;
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
