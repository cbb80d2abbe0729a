import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as cloudflare from "@pulumi/cloudflare";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { finishMocks, startMocks, type Registered } from "./mocks";

export const root = join(__dirname, "../..");

/** The machine that a program sees: folders of its own, and nothing of this machine. */
export interface Machine {
  folder: string;
  sources: string;
  restore: () => void;
}

const machineVariables = [
  "XDG_STATE_HOME",
  "XDG_CACHE_HOME",
  "DOCKER_HOST",
  "CLOUDFLARE_API_TOKEN",
  "PULUMI_CONFIG_SECRET_KEYS",
];

/** A machine without sources, with image registries, and with a root secret that tests know. */
export function emptyMachine(): Machine {
  const folder = mkdtempSync(join(tmpdir(), "berth-program-"));
  const before = machineVariables.map((name) => [name, process.env[name]] as const);
  process.env.XDG_STATE_HOME = join(folder, "state");
  process.env.XDG_CACHE_HOME = join(folder, "cache");
  delete process.env.DOCKER_HOST;
  delete process.env.CLOUDFLARE_API_TOKEN;
  mkdirSync(join(folder, "state/berth"), { recursive: true });
  writeFileSync(join(folder, "state/berth/root-secret"), `${rootSecret}\n`);
  return {
    folder,
    sources: join(folder, "projects"),
    restore: () => {
      rmSync(folder, { recursive: true });
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    },
  };
}

export const rootSecret = "the-root-secret-of-the-tests";
export const apiToken = "api-token-of-the-tests-in-a-tokens-form-0000";

/** What the owner of an account puts in the place of the committed placeholders. */
const account = {
  "berth:cloudflare": JSON.stringify({
    account: "0123456789abcdef0123456789abcdef",
    zones: { "vedanta.systems": "fedcba9876543210fedcba9876543210" },
  }),
  "cloudflare:apiToken": apiToken,
};

/** Puts files into the machine's sources folder. */
export function addSources(machine: Machine, files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(machine.sources, path);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, content);
  }
}

/**
 * A stack's values as the engine hands them over: its committed file's, with the machine's sources
 * folder and what a test gives.
 */
export function configOf(
  stack: string,
  machine: Machine,
  values: Record<string, string> = {},
): Record<string, string> {
  const file = parse(readFileSync(join(root, `Pulumi.${stack}.yaml`), "utf8")) as {
    config: Record<string, unknown>;
  };
  const committed = Object.entries(file.config).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return {
    ...(Object.fromEntries(committed) as Record<string, string>),
    "berth:sources": machine.sources,
    ...(file.config["berth:cloudflare"] !== undefined && account),
    ...values,
  };
}

/** Runs the whole program for a stack under mocks. */
export async function runProgram(
  stack: string,
  config: Record<string, string>,
): Promise<{ resources: Registered[]; outputs: Record<string, unknown> }> {
  pulumi.runtime.setAllConfig(config);
  // As the engine names what was set with --secret; a token that was not would be refused.
  process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify(["cloudflare:apiToken"]);
  startMocks(stack);
  let outputs: Record<string, unknown> = {};
  jest.isolateModules(() => {
    // The program runs as it is loaded; Pulumi itself stays the one that has the mocks.
    jest.doMock("@pulumi/pulumi", () => pulumi);
    jest.doMock("@pulumi/docker", () => docker);
    jest.doMock("@pulumi/cloudflare", () => cloudflare);
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- it runs anew for each stack
    outputs = require("../../index") as Record<string, unknown>;
  });
  return { resources: await finishMocks(), outputs };
}
