import Docker from "dockerode";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "tar";

const BUSYBOX = ["/bin/busybox", "/usr/bin/busybox"];

/** The daemon that the tests may use: `DOCKER_HOST` or the usual socket. */
export function daemonOfTests(): Docker {
  return new Docker();
}

/** Imports an image that holds nothing but a static busybox, without any registry. */
export async function importBusybox(docker: Docker, tag: string): Promise<void> {
  const busybox = BUSYBOX.find(existsSync);
  if (!busybox) throw new Error("the e2e tests need busybox: apt-get install busybox-static");
  const root = mkdtempSync(join(tmpdir(), "eng-busybox-"));
  try {
    for (const folder of ["bin", "tmp", "etc", "usr/bin"])
      mkdirSync(join(root, folder), { recursive: true });
    copyFileSync(busybox, join(root, "bin", "busybox"));
    chmodSync(join(root, "bin", "busybox"), 0o755);
    for (const applet of execFileSync(busybox, ["--list"], { encoding: "utf8" }).split("\n")) {
      if (applet && applet !== "busybox") symlinkSync("busybox", join(root, "bin", applet));
    }
    const [repo, label] = tag.split(":");
    const archive = create({ cwd: root, sync: true }, ["."]).read();
    if (!archive) throw new Error("the busybox archive is empty");
    const { Readable } = await import("node:stream");
    const stream = await docker.importImage(Readable.from([archive]), {
      repo,
      tag: label,
    });
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(stream, (error: Error | null) =>
        error ? reject(error) : resolve(),
      );
    });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
