import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { list } from "tar";
import { uploadArchive } from "../../../offline/engine/docker-provider/uploads";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-uploads-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test("uploads become one archive with the right contents, modes and owners", async () => {
  const long = `/srv/${"long-folder-name/".repeat(14)}file`;
  const archive = await uploadArchive([
    { file: "/etc/app.conf", content: "a=ü" },
    { file: "/bin/run", contentBase64: Buffer.from("x").toString("base64"), executable: true },
    { file: "/etc/key", content: "", permissions: "0600", owner: "999", group: "998" },
    { file: long, content: "deep" },
  ]);
  const seen: Record<string, unknown>[] = [];
  const path = join(folder, "uploads.tar");
  writeFileSync(path, archive);
  await list({
    file: path,
    onReadEntry: ({ path: name, mode, uid, gid, size }) =>
      seen.push({ name, mode, uid, gid, size }),
  });
  expect(seen).toEqual([
    { name: "etc/app.conf", mode: 0o644, uid: 0, gid: 0, size: 4 },
    { name: "bin/run", mode: 0o744, uid: 0, gid: 0, size: 1 },
    { name: "etc/key", mode: 0o600, uid: 999, gid: 998, size: 0 },
    { name: long.slice(1), mode: 0o644, uid: 0, gid: 0, size: 4 },
  ]);
});

test("an upload with two sources or an unreadable one is refused, without its content", async () => {
  await expect(
    uploadArchive([{ file: "/a", content: "hush", contentBase64: "aHVzaA==" }]),
  ).rejects.toThrow("uploads /a: has more than one of content, contentBase64 and source; keep one");
  await expect(uploadArchive([{ file: "/a", source: "/nowhere" }])).rejects.toThrow(
    "uploads /a: can't read source /nowhere; check the path",
  );
});
