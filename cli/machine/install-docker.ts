import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { $ } from "zx";
import { stateFolder } from "../../config/folders";
import { problem } from "../errors";

/** Installs Debian's Docker Engine where there is none, starts it, and gives the place of its log. */
export async function installDocker(log: (text: string) => void): Promise<string> {
  if (process.getuid?.() !== 0)
    throw problem(
      "docker",
      "installing Docker needs root",
      "run ./berth up --install as root, or install Docker yourself",
    );
  if (!(await has("dockerd"))) {
    if (!(await has("apt-get")))
      throw problem(
        "docker",
        "Docker is not installed and this is not a Debian-like system",
        "install Docker Engine the way your system does it, then run ./berth up",
      );
    log("installing docker.io");
    await apt(["update", "-qq"]);
    await apt(["install", "-y", "-qq", "--no-install-recommends", "docker.io"]);
  }
  log("starting Docker");
  return startDocker();
}

async function apt(args: string[]): Promise<void> {
  const result = await $({
    nothrow: true,
    quiet: true,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  })`apt-get ${args}`;
  if (result.exitCode !== 0)
    throw problem(
      "docker",
      `apt-get ${args[0]} failed: ${lastLine(result.stderr)}`,
      "mend its cause, or install Docker yourself",
    );
}

/** By the system's own init where one runs; else as a process of its own. Gives the place of its log. */
async function startDocker(): Promise<string> {
  const quiet = $({ nothrow: true, quiet: true });
  if (existsSync("/run/systemd/system")) {
    const started = await quiet`systemctl start docker`;
    if (started.exitCode === 0) return "journalctl -u docker";
    throw problem(
      "docker",
      `systemctl start docker failed: ${lastLine(started.stderr)}`,
      "see: journalctl -u docker",
    );
  }
  if (isInit() && (await has("service"))) {
    const started = await quiet`service docker start`;
    if (started.exitCode === 0) return "/var/log/docker.log";
  }
  return startDaemon();
}

/** Whether process 1 is an init that keeps services, and not a container's own program. */
function isInit(): boolean {
  try {
    return /^(init|systemd|runit|openrc-init)$/.test(readFileSync("/proc/1/comm", "utf8").trim());
  } catch {
    return false;
  }
}

/** dockerd without an init, with its log and its pid in the state folder. */
function startDaemon(): string {
  const file = join(stateFolder(), "logs", "dockerd.log");
  mkdirSync(join(stateFolder(), "logs"), { recursive: true, mode: 0o700 });
  const log = openSync(file, "a");
  const daemon = spawn("dockerd", [], { detached: true, stdio: ["ignore", log, log] });
  daemon.on("error", () => undefined); // noticed by nobody answering
  daemon.unref();
  if (daemon.pid !== undefined)
    writeFileSync(join(stateFolder(), "dockerd.pid"), `${daemon.pid}\n`);
  return file;
}

async function has(command: string): Promise<boolean> {
  return (await $({ nothrow: true, quiet: true })`command -v ${command}`).exitCode === 0;
}

const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "";
