import { readFileSync } from "node:fs";
import { join } from "node:path";
import Docker from "dockerode";
import { SshAgent } from "./ssh-agent";

/** Certificate authority, client certificate and key in PEM form. */
export interface TlsMaterial {
  ca: string;
  cert: string;
  key: string;
}

/** An address, or the certificates for one, with which nothing can be reached. */
export class AddressError extends Error {
  constructor(
    readonly finding: string,
    readonly remedy: string,
  ) {
    super(`${finding}; ${remedy}`);
    this.name = "AddressError";
  }
}

interface ClientOptions {
  /** Folder with ca.pem, cert.pem and key.pem, or what they hold; for tcp:// alone. */
  tls?: string | TlsMaterial | undefined;
  /** More options for ssh, before those that are set here. */
  ssh?: readonly string[];
}

/** A client for the engine at unix://…, tcp://… (with TLS or without) or ssh://…. */
export function openDocker(url: string, options: ClientOptions = {}): Docker {
  const chosen = clientOptions(url, options);
  // The client mixes what these say into its options, above all where the shell points elsewhere.
  const before = process.env.DOCKER_HOST;
  delete process.env.DOCKER_HOST;
  try {
    return new Docker(chosen);
  } finally {
    if (before !== undefined) process.env.DOCKER_HOST = before;
  }
}

function clientOptions(address: string, { tls, ssh = [] }: ClientOptions): Docker.DockerOptions {
  if (address.startsWith("unix://")) return { socketPath: address.slice("unix://".length) };
  const url = parse(address);
  switch (url.protocol) {
    case "ssh:":
      // The name of the host is only a header here; the agent decides where requests go.
      return {
        protocol: "http",
        host: "docker",
        agent: new SshAgent(url, ssh),
      } as Docker.DockerOptions;
    case "tcp:":
    case "http:":
    case "https:": {
      const material = typeof tls === "string" ? readMaterial(tls) : tls;
      const protocol = material || url.protocol === "https:" ? "https" : "http";
      const port = url.port || (protocol === "https" ? "2376" : "2375");
      return { protocol, host: url.hostname, port, ...material };
    }
    default:
      throw new AddressError(
        `${url.protocol}// is not supported`,
        "use unix:///…, tcp://… or ssh://…",
      );
  }
}

function parse(address: string): URL {
  const remedy = "use unix:///…, tcp://host:port or ssh://user@host:port";
  let url: URL;
  try {
    url = new URL(address.includes("://") ? address : `tcp://${address}`);
  } catch {
    throw new AddressError(`${address} is no address`, remedy);
  }
  if (url.hostname === "") throw new AddressError(`${address} names no host`, remedy);
  return url;
}

function readMaterial(folder: string): TlsMaterial {
  const read = (name: string): string => {
    try {
      return readFileSync(join(folder, name), "utf8");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new AddressError(
        `certificate file ${join(folder, name)} can't be read (${code})`,
        "name a folder with ca.pem, cert.pem and key.pem (host.tls in the stack's settings, or DOCKER_CERT_PATH)",
      );
    }
  };
  return { ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem") };
}
