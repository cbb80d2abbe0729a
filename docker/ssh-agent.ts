import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { Agent } from "node:http";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/**
 * Nobody is there to answer a question of ssh's, and a host that is silent must be noticed. What
 * stands here wins over the user's configuration, so it is no more than this.
 */
const options = [
  ...["-T", "-o", "BatchMode=yes"],
  ...["-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=20"],
];

/** Below sshd's MaxStartups, from which on it drops connections that are being made. */
const connections = 8;

const shownCharacters = 200;

/**
 * Reaches a Docker Engine as Docker's own client does: through the user's ssh, whose configuration,
 * keys and known hosts apply. A connection is kept for the next request; one that waits for none
 * keeps no program from ending.
 */
export class SshAgent extends Agent {
  private readonly command: readonly string[];

  constructor(
    readonly url: URL,
    sshOptions: readonly string[] = [],
  ) {
    super({ keepAlive: true, maxSockets: connections });
    this.command = [...sshOptions, ...options, ...destination(url)];
  }

  override createConnection(): Duplex {
    const words = [...this.command, "docker", "system", "dial-stdio"];
    return new SshConnection(spawn("ssh", words, { env: process.env, stdio: "pipe" }));
  }
}

/** After `--` no name can be taken for an option. */
function destination({ username, hostname, port }: URL): string[] {
  return [
    ...(username ? ["-l", decodeURIComponent(username)] : []),
    ...(port ? ["-p", port] : []),
    ...["--", hostname.replace(/^\[(.*)\]$/, "$1")],
  ];
}

/** One ssh as a socket for HTTP. If it ends before the engine has answered, its last words say why. */
class SshConnection extends Duplex {
  private said = "";
  private answered = false;
  private idle = false;

  constructor(private readonly ssh: ChildProcessWithoutNullStreams) {
    super({ allowHalfOpen: false });
    ssh.stdout.on("data", (chunk: Buffer) => {
      this.answered = true;
      if (!this.push(chunk)) ssh.stdout.pause();
    });
    ssh.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.said = (this.said + text).slice(-4096);
    });
    // A broken pipe is only how the end is noticed here; the reason comes with it.
    ssh.stdin.on("error", () => undefined);
    ssh.on("error", (error: NodeJS.ErrnoException) => {
      const missing = error.code === "ENOENT";
      this.destroy(new Error(missing ? "ssh is not installed here" : error.message));
    });
    ssh.on("close", (code) => this.ended(code));
  }

  private ended(code: number | null): void {
    if (!this.answered)
      this.destroy(new Error(`ssh: ${lastLine(this.said) || `exit code ${code}`}`));
    else if (this.idle) this.destroy();
    else this.push(null);
  }

  override _read(): void {
    this.ssh.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.ssh.stdin.write(chunk, () => done());
  }

  override _final(done: () => void): void {
    this.ssh.stdin.end(() => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.ssh.kill();
    done(error);
  }

  // What HTTP asks of a socket. A pipe has no delay and no time-out to set.
  setTimeout = (): this => this;
  setNoDelay = (): this => this;
  setKeepAlive = (): this => this;

  ref(): this {
    this.idle = false;
    for (const part of this.parts()) part.ref();
    return this;
  }

  unref(): this {
    this.idle = true;
    for (const part of this.parts()) part.unref();
    return this;
  }

  private parts(): { ref(): unknown; unref(): unknown }[] {
    const { stdin, stdout, stderr } = this.ssh;
    return [this.ssh, ...([stdin, stdout, stderr] as unknown as Socket[])];
  }
}

function lastLine(text: string): string {
  const line = (text.trim().split("\n").at(-1) ?? "").trim().replace(/^ssh: /, "");
  return line.length > shownCharacters ? `${line.slice(0, shownCharacters - 1)}…` : line;
}
