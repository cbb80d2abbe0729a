import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../failure";
import { runCommand } from "../run-command";
import { hostCertificates } from "./certificates";

/** `base/rootfs.json` */
interface Rootfs {
  suite: string;
  packages: string[];
  /** Busybox applets to have as commands. */
  applets: string[];
  /** Paths that no package may install. */
  leaveOut: string[];
}

/** Makes `target`, a tar of a minimal Debian, from the apt sources that this machine uses. */
export async function makeRootfs(
  recipeFile: string,
  target: string,
  workDir: string,
  log: (line: string) => void,
): Promise<void> {
  await ensureMmdebstrap(log);
  const rootfs = JSON.parse(readFileSync(recipeFile, "utf8")) as Rootfs;
  const sources = writeSources(rootfs.suite, join(workDir, "sources"));
  const certificates = join(workDir, "certificates");
  mkdirSync(certificates, { recursive: true });
  for (const [i, pem] of hostCertificates().entries()) {
    writeFileSync(join(certificates, `host-${i}.crt`), `${pem}\n`);
  }
  const links = rootfs.applets.map((applet) => `ln -sf busybox "$1/usr/bin/${applet}"`).join("; ");
  await mustRun(
    "mmdebstrap",
    [
      "--variant=minbase",
      `--include=${rootfs.packages.join(",")}`,
      ...rootfs.leaveOut.map((path) => `--dpkgopt=path-exclude=${path}`),
      `--customize-hook=${links}`,
      `--customize-hook=cp "${certificates}"/*.crt "$1/usr/local/share/ca-certificates/" 2>/dev/null; chroot "$1" update-ca-certificates`,
      rootfs.suite,
      target,
      ...sources,
    ],
    log,
  );
}

/**
 * The texts of this machine's Debian sources with `suite` in place of its own release; sources of
 * other vendors are left out.
 */
export function debianSources(texts: readonly string[], codename: string, suite: string): string[] {
  const ofDebian = new RegExp(
    `^(deb\\s.*\\s|Suites:(.*\\s)?)${codename}(-security|-updates)?(\\s|$)`,
    "m",
  );
  return texts
    .filter((text) => ofDebian.test(text))
    .map((text) => text.replaceAll(new RegExp(`\\b${codename}\\b`, "g"), suite));
}

function writeSources(suite: string, folder: string): string[] {
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  const codename = /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1] ?? "";
  const listed = "/etc/apt/sources.list.d";
  const files = [
    "/etc/apt/sources.list",
    ...(existsSync(listed) ? readdirSync(listed).map((file) => join(listed, file)) : []),
  ].filter((file) => existsSync(file) && /\.(list|sources)$/.test(file));
  const texts = debianSources(
    files.map((file) => readFileSync(file, "utf8")),
    codename,
    suite,
  );
  if (!/^ID=debian$/m.test(release) || texts.length === 0) {
    throw new Failure({
      path: "offline/images/base",
      message: "there are no Debian sources in /etc/apt",
      remedy: "build the local images on a Debian machine",
    });
  }
  mkdirSync(folder, { recursive: true });
  return texts.map((text, i) => {
    const file = join(folder, `${i}.sources`);
    writeFileSync(file, text);
    return file;
  });
}

async function ensureMmdebstrap(log: (line: string) => void): Promise<void> {
  if ((await runCommand("mmdebstrap", ["--version"])).code === 0) return;
  if (process.getuid?.() !== 0) {
    throw new Failure({
      path: "offline/images/base",
      message: "mmdebstrap is not installed",
      remedy: "run: sudo apt-get install mmdebstrap",
    });
  }
  await mustRun("apt-get", ["update"], log);
  await mustRun("apt-get", ["install", "-y", "--no-install-recommends", "mmdebstrap"], log);
}

async function mustRun(
  command: string,
  args: readonly string[],
  log: (line: string) => void,
): Promise<void> {
  const { code } = await runCommand(command, args, { log });
  if (code !== 0) throw new Error(`${command}: exit code ${code}`);
}
