import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { apiToken } from "../../cli/machine/api-token";
import { machineStackFile } from "../../cli/machine/stack-settings";

const names = ["XDG_STATE_HOME", "CLOUDFLARE_API_TOKEN"];
const before = names.map((name) => [name, process.env[name]] as const);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-token-"));
  process.env.XDG_STATE_HOME = folder;
  delete process.env.CLOUDFLARE_API_TOKEN;
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

/** Settings of the stack on this machine. */
function write(text: string): void {
  const file = machineStackFile("prod");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

test("there is none where neither the machine, nor the stack's file, nor the shell has one", () => {
  expect(apiToken("prod")).toBeUndefined();
  write("config:\n  berth:environment: prod\n");
  expect(apiToken("prod")).toBeUndefined();
  process.env.CLOUDFLARE_API_TOKEN = "";
  expect(apiToken("prod")).toBeUndefined();
});

test("the shell's is seen", () => {
  process.env.CLOUDFLARE_API_TOKEN = "of-the-shell";
  expect(apiToken("prod")).toEqual({ value: "of-the-shell" });
  expect(apiToken("no-such-stack")).toEqual({ value: "of-the-shell" });
});

test("one that was set on this machine counts before the shell's, and can't be seen", () => {
  process.env.CLOUDFLARE_API_TOKEN = "of-the-shell";
  write("config:\n  cloudflare:apiToken:\n    secure: v1:abc\n");
  expect(apiToken("prod")).toEqual({ value: undefined });
  expect(apiToken("dev")).toEqual({ value: "of-the-shell" });
});

test.each(["", "config:\n", "encryptionsalt: v1:abc\n"])(
  "a file with no settings has none: %j",
  (text) => {
    write(text);
    expect(apiToken("prod")).toBeUndefined();
  },
);
