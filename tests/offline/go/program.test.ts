import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import {
  ensureGoProgram,
  goProgramFolder,
  goProgramVersion,
  requiredVersion,
  type GoProgram,
} from "../../../offline/go/program";

const traefik = join(__dirname, "../../../offline/images/traefik");

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-go-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function programIn(wrapper: string): GoProgram {
  return {
    title: "Example",
    path: "offline/example",
    wrapper,
    module: "example.test/program/v2",
    commands: ["cmd/program"],
    flags: () => [],
    cache: { folder: "images", name: "example" },
  };
}

/** A copy of Traefik's wrapper, changed. */
function keyAfter(change: (wrapper: string) => void): string {
  const wrapper = mkdtempSync(join(folder, "wrapper-"));
  cpSync(traefik, wrapper, { recursive: true });
  change(wrapper);
  return basename(goProgramFolder(programIn(wrapper), folder));
}

test("what is built is known by its wrapper's files, wherever they lie", () => {
  const here = keyAfter(() => undefined);
  expect(here).toMatch(/^example-[0-9a-f]{16}$/);
  expect(keyAfter(() => undefined)).toBe(here);
  const page = "overlay/webui/static/index.html";
  for (const file of ["go.mod", "go.sum", page, "overlay/webui/static/new.html"])
    expect(keyAfter((wrapper) => writeFileSync(join(wrapper, file), "other"))).not.toBe(here);
});

test("what is built is known by what else it depends on", () => {
  const plain = goProgramFolder(programIn(traefik), folder);
  expect(goProgramFolder({ ...programIn(traefik), inputs: ["flags"] }, folder)).not.toBe(plain);
});

test("a module's version is the one that the wrapper requires", () => {
  const gomod = readFileSync(join(traefik, "go.mod"), "utf8");
  expect(requiredVersion(gomod, "github.com/traefik/traefik/v3")).toBe("3.6.12");
  expect(requiredVersion(gomod, "github.com/traefik/traefik/v2")).toBeUndefined();
  expect(() => goProgramVersion(programIn(traefik))).toThrow(
    "offline/example/go.mod: requires no example.test/program/v2; restore it",
  );
});

test("a module that cannot be had is named with Go's own words, and nothing of it stays", async () => {
  const wrapper = join(folder, "wrapper");
  mkdirSync(wrapper);
  writeFileSync(
    join(wrapper, "go.mod"),
    "module example\n\ngo 1.21\n\nrequire example.test/program/v2 v2.0.1\n",
  );
  writeFileSync(join(wrapper, "go.sum"), "");
  writeFileSync(join(wrapper, "tools.go"), "//go:build tools\n\npackage example\n");
  const lines: string[] = [];
  const cacheDir = join(folder, "cache");
  await withGo("echo 'go: no such module' >&2; exit 1", async () => {
    const log = (line: string) => void lines.push(line);
    await expect(ensureGoProgram(programIn(wrapper), { cacheDir, log })).rejects.toMatchObject({
      issues: [
        {
          path: "offline/example",
          message: "Example 2.0.1 can't be built from its Go module",
          remedy: "mend what its last lines name, then run it again",
        },
      ],
      details: ["go: no such module"],
    });
  });
  expect(lines).toEqual([
    "Building Example 2.0.1 from its Go module; the first time takes minutes",
  ]);
  expect(() => readFileSync(goProgramFolder(programIn(wrapper), cacheDir))).toThrow("ENOENT");
});

test("a command may be the module's root", async () => {
  const wrapper = join(folder, "wrapper");
  mkdirSync(wrapper);
  writeFileSync(
    join(wrapper, "go.mod"),
    "module example\n\ngo 1.21\n\nrequire example.test/program/v2 v2.0.1\n",
  );
  for (const file of ["go.sum", "tools.go"]) writeFileSync(join(wrapper, file), "");
  const asked = join(folder, "asked");
  await withGo(`printf '%s\\n' "$@" >> ${asked}`, async () => {
    const program = { ...programIn(wrapper), commands: [".", "cmd/other"] };
    await ensureGoProgram(program, { cacheDir: join(folder, "cache") });
  });
  expect(readFileSync(asked, "utf8").trim().split("\n").slice(-2)).toEqual([
    "example.test/program/v2",
    "example.test/program/v2/cmd/other",
  ]);
});

/** Runs with a Go 1.26 on PATH that does what `line` says. */
async function withGo(line: string, run: () => Promise<void>): Promise<void> {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  const go = `#!/bin/sh\nif [ "$1" = env ]; then echo go1.26.0; else ${line}; fi\n`;
  writeFileSync(join(bin, "go"), go, { mode: 0o755 });
  const { PATH } = process.env;
  process.env["PATH"] = `${bin}:${PATH}`;
  try {
    await run();
  } finally {
    process.env["PATH"] = PATH;
  }
}
