import type Docker from "dockerode";
import type { Issue } from "../config/issues";
import { SshAgent } from "../docker/ssh-agent";

const patience = 15_000;

/** With the options that the typings lack. */
type Ping = (options: { abortSignal: AbortSignal }) => Promise<unknown>;

/** An issue if the Docker Engine does not answer. */
export async function dockerIssue(docker: Docker): Promise<Issue | undefined> {
  const reason = await whyNoAnswer(docker);
  return reason === undefined ? undefined : unreachable(dockerAddress(docker), reason);
}

/** Undefined if Docker answers in time, else why it does not: the error's code, or its text. */
export async function whyNoAnswer(docker: Docker): Promise<string | undefined> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), patience);
  try {
    await (docker.ping as Ping).call(docker, { abortSignal: late.signal });
    return undefined;
  } catch (error) {
    // Aborted, a connection that hangs does not keep the program from ending either.
    return late.signal.aborted ? "ETIMEDOUT" : reasonOf(error as NodeJS.ErrnoException);
  } finally {
    clearTimeout(timer);
  }
}

/** The address that the client uses: "unix:///var/run/docker.sock", "tcp://host:2376". */
export function dockerAddress(docker: Docker): string {
  const { socketPath, agent, host, port } = docker.modem as Modem;
  if (socketPath !== undefined) return `unix://${socketPath}`;
  if (agent instanceof SshAgent) return agent.url.href;
  return `tcp://${host ?? "localhost"}${port === undefined ? "" : `:${port}`}`;
}

/** Whether the engine runs on this machine, so that this machine's ports are its ports. */
export function isLocal(docker: Docker): boolean {
  return (docker.modem as Modem).socketPath !== undefined;
}

/** Says what is wrong with the address, and what to do about it. */
export function unreachable(
  address: string,
  why: string | NodeJS.ErrnoException,
  start = "start it, set DOCKER_HOST, or run 'berth up --install'",
): Issue {
  const reason = typeof why === "string" ? why : reasonOf(why);
  switch (reason) {
    case "ENOENT":
      return { path: "docker", message: `there is no Docker Engine at ${address}`, remedy: start };
    case "ECONNREFUSED":
      return { path: "docker", message: `nothing answers at ${address}`, remedy: start };
    case "EACCES":
    case "EPERM":
      return {
        path: "docker",
        message: `you may not use ${address}`,
        remedy: "join the group docker ('sudo usermod -aG docker $USER') and log in again",
      };
    case "ETIMEDOUT":
      return {
        path: "docker",
        message: `${address} did not answer within ${patience / 1000} s`,
        remedy: "check the address and the way there",
      };
    default:
      return {
        path: "docker",
        message: `${address} can't be used: ${reason}`,
        remedy: remedies.find(([pattern]) => pattern.test(reason))?.[1] ?? start,
      };
  }
}

/** By what ssh, the Docker command at its other end, or TLS says. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [/^ssh is not installed/, "install OpenSSH's client, or reach the host by tcp:// and TLS"],
  [/could not resolve hostname/i, "correct the address, or name the host in ~/.ssh/config"],
  [
    /host key verification failed/i,
    "connect to it once by ssh, compare its key and let ssh keep it",
  ],
  [
    /permission denied.*docker/i,
    "let the user of the address use Docker there: 'sudo usermod -aG docker USER'",
  ],
  [
    /permission denied/i,
    "let that user in with a key that ssh finds without asking (ssh-copy-id, ssh-add)",
  ],
  [/docker: .*not found/i, "install Docker on that host"],
  [/cannot connect to the docker daemon|docker\.sock/i, "start Docker on that host"],
  [/^ssh: /, "mend what keeps ssh from reaching that host, or correct the address"],
  [
    /HTTP request to an HTTPS server/,
    "name the folder with its certificates: host.tls in the stack's settings, or DOCKER_CERT_PATH",
  ],
  [
    /CERT|SELF_SIGNED|VERIFY|EPROTO|ERR_SSL|ERR_TLS/,
    "give it the certificates that belong to that host: host.tls in the stack's settings, or DOCKER_CERT_PATH",
  ],
];

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  return code ?? message.split("\n")[0] ?? "unknown reason";
}

interface Modem {
  socketPath?: string;
  agent?: unknown;
  host?: string;
  port?: number | string;
}
