import type Docker from "dockerode";
import type { Issue } from "../config/issues";

const patience = 15_000;

/** An issue if the Docker Engine does not answer. */
export async function dockerIssue(docker: Docker): Promise<Issue | undefined> {
  const reason = await whyNoAnswer(docker);
  return reason === undefined ? undefined : unreachable(dockerAddress(docker), reason);
}

/** Undefined if Docker answers in time, else why it does not: the error's code, or its text. */
export async function whyNoAnswer(docker: Docker): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(Object.assign(new Error("timed out"), { code: "ETIMEDOUT" })),
        patience,
      );
    });
    await Promise.race([docker.ping(), late]);
    return undefined;
  } catch (error) {
    return reasonOf(error as NodeJS.ErrnoException);
  } finally {
    clearTimeout(timer);
  }
}

/** The address that the client uses: "unix:///var/run/docker.sock", "tcp://host:2376". */
export function dockerAddress(docker: Docker): string {
  const { socketPath, protocol, host, port } = docker.modem as Modem;
  if (socketPath !== undefined) return `unix://${socketPath}`;
  return `${protocol === "ssh" ? "ssh" : "tcp"}://${host ?? "localhost"}${port === undefined ? "" : `:${port}`}`;
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
      return { path: "docker", message: `${address} can't be used: ${reason}`, remedy: start };
  }
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  return code ?? message.split("\n")[0] ?? "unknown reason";
}

interface Modem {
  socketPath?: string;
  protocol?: string;
  host?: string;
  port?: number | string;
}
