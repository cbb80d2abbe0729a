import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import type Docker from "dockerode";
import { create } from "tar";
import { readFiles } from "../../drift/files";

test("files are read from the archive that Docker gives; a missing one is left out", async () => {
  const folder = mkdtempSync(join(tmpdir(), "berth-files-"));
  try {
    const content = "a line\n".repeat(20_000);
    writeFileSync(join(folder, "a.conf"), content);
    const container = {
      getArchive: ({ path }: { path: string }) =>
        path === "/etc/a.conf"
          ? Promise.resolve(
              Readable.from(create({ cwd: folder, sync: true }, ["a.conf"]).read() ?? []),
            )
          : Promise.reject(Object.assign(new Error("no such file"), { statusCode: 404 })),
    } as unknown as Docker.Container;
    const found = await readFiles(container, ["/etc/a.conf", "/etc/b.conf"]);
    expect([...found]).toEqual([["/etc/a.conf", content]]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
