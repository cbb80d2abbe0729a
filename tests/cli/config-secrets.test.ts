import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { configSecrets, machineSecretIssues, shellFor } from "../../cli/machine/config-secrets";
import { machineStackFile } from "../../cli/machine/stack-settings";
import { formatIssue } from "../../config/issues";

const apiToken = (stack: string) => configSecrets(stack)("cloudflare:apiToken");

const names = ["XDG_STATE_HOME", "CLOUDFLARE_API_TOKEN", "PULUMI_BACKEND_URL"];
const before = names.map((name) => [name, process.env[name]] as const);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-token-"));
  process.env.XDG_STATE_HOME = folder;
  delete process.env.CLOUDFLARE_API_TOKEN;
  delete process.env.PULUMI_BACKEND_URL;
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

test("a system's secret is seen by its own key alone, and never its value", () => {
  write("config:\n  shop:API_KEY:\n    secure: v1:abc\n");
  expect(configSecrets("prod")("shop:API_KEY")).toEqual({ value: undefined });
  expect(configSecrets("prod")("constructor")).toBeUndefined();
  expect(configSecrets("dev")("shop:API_KEY")).toBeUndefined();
});

test("what was set on this machine does not count where a backend of the user's own does", () => {
  write("config:\n  shop:API_KEY:\n    secure: v1:abc\n  shop:OTHER: CANARY\n");
  process.env.PULUMI_BACKEND_URL = "s3://team";
  expect(configSecrets("prod")("shop:API_KEY")).toBeUndefined();
  expect(machineSecretIssues("prod", { shop: ["API_KEY"] })).toEqual([]);
});

test("one that nobody declares, or that is in the clear, is told without its value", () => {
  write("config:\n  shop:API_KYE:\n    secure: v1:abc\n  shop:API_KEY: CANARY\n");
  expect(machineSecretIssues("prod", { shop: ["API_KEY"] }).map(formatIssue)).toEqual([
    "Pulumi.prod.yaml.config.shop:API_KYE: shop declares no secret 'API_KYE'; did you mean 'API_KEY'?",
    "Pulumi.prod.yaml.config.shop:API_KEY: is a secret in the clear; take it out of the file and set another with: pulumi config set --secret shop:API_KEY --stack prod",
  ]);
});

test("what the committed file no longer has is not there, though the machine's copy has it", () => {
  const stale = "config:\n  shop:GONE: 1\n";
  write(stale);
  writeFileSync(machineStackFile("prod").replace(".yaml", ".committed.yaml"), stale);
  expect(machineSecretIssues("prod", { shop: [] })).toEqual([]);
});

test("reading what is set writes nothing", () => {
  configSecrets("prod")("shop:API_KEY");
  expect(readdirSync(folder)).toEqual([]);
});

test("a shell takes the stack up before pulumi, unless it has, or the backend is the user's", () => {
  const file = machineStackFile("prod");
  expect(shellFor("prod", {})).toBe('eval "$(./berth env prod)" && ');
  expect(shellFor("dev", { PULUMI_OPTION_CONFIG_FILE: file })).toContain("berth env dev");
  expect(shellFor("prod", { PULUMI_OPTION_CONFIG_FILE: file })).toBe("");
  expect(shellFor("prod", { PULUMI_BACKEND_URL: "s3://team" })).toBe("");
});
