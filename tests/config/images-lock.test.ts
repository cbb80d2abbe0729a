import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadImagesLock } from "../../config/images-lock";
import { formatIssue } from "../../config/issues";

const folder = mkdtempSync(join(tmpdir(), "berth-lock-"));
afterAll(() => rmSync(folder, { recursive: true }));

const load = (content: string) => {
  writeFileSync(join(folder, "images.lock.json"), content);
  const { lock, issues } = loadImagesLock(folder);
  return { lock, issues: issues.map(formatIssue) };
};
const digest = `sha256:${"0a".repeat(32)}`;
const remedy = "write it anew with './berth images lock'";

test("no lock is none, without a complaint", () => {
  expect(loadImagesLock(join(folder, "none"))).toEqual({ issues: [] });
});

test("digests and platforms by reference", () => {
  const lock = { "redis:7.4.2-alpine": { digest, platforms: ["linux/amd64", "linux/arm/v7"] } };
  expect(load(JSON.stringify(lock))).toEqual({ lock, issues: [] });
});

test("what is no lock is said, and how to have one", () => {
  expect(load("{").issues).toEqual([
    expect.stringMatching(/^images\.lock\.json: is not valid JSON: .+; write it anew with/),
  ]);
  const lock = {
    "a:1": { digest: "latest", platforms: ["linux/amd64"] },
    "b:1": { digest, platforms: [] },
    "c:1": { digest, platforms: ["amd64"] },
  };
  expect(load(JSON.stringify(lock))).toEqual({
    lock: undefined,
    issues: [
      `images.lock.json.a:1.digest: 'latest' must be "sha256:" and 64 hexadecimal digits; ${remedy}`,
      `images.lock.json.b:1.platforms: is empty; ${remedy}`,
      `images.lock.json.c:1.platforms.0: 'amd64' must be "linux/amd64" or so; ${remedy}`,
    ],
  });
});
