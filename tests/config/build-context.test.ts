import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contextFiles } from "../../config/build-context";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "eng-context-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

test(".dockerignore leaves files and folders out, and brings some back", () => {
  write({
    Dockerfile: "FROM scratch",
    ".dockerignore": "*\n!src\nsrc/*.log\n!src/keep.log\n",
    "src/main.ts": "",
    "src/a.log": "",
    "src/keep.log": "",
    "node_modules/x/index.js": "",
  });
  expect(contextFiles(folder, "Dockerfile")).toEqual([
    ".dockerignore",
    "Dockerfile",
    "src/keep.log",
    "src/main.ts",
  ]);
});

test("without rules everything goes, links and empty folders too", () => {
  write({ "docker/Dockerfile": "", "a.txt": "" });
  mkdirSync(join(folder, "empty"));
  symlinkSync("a.txt", join(folder, "link"));
  expect(contextFiles(folder, "docker/Dockerfile")).toEqual([
    "a.txt",
    "docker/Dockerfile",
    "empty",
    "link",
  ]);
});

test("the Dockerfile's own ignore file wins, and an ignored folder may hold the Dockerfile", () => {
  write({
    "docker/Dockerfile": "",
    "docker/other": "",
    "docker/Dockerfile.dockerignore": "docker\n",
    ".dockerignore": "a.txt",
    "a.txt": "",
  });
  expect(contextFiles(folder, "docker/Dockerfile")).toEqual([
    ".dockerignore",
    "a.txt",
    "docker/Dockerfile",
  ]);
});

test("a missing folder or Dockerfile is one line with the remedy", () => {
  expect(() => contextFiles(join(folder, "none"), "Dockerfile")).toThrow(
    `build.context: ${folder}/none is not a folder; check the path`,
  );
  expect(() => contextFiles(folder, "Dockerfile")).toThrow(
    `build.dockerfile: ${folder}/Dockerfile does not exist; add it, or set build.dockerfile`,
  );
});
