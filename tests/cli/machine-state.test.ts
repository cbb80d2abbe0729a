import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { imageSource, keepImageSource } from "../../config/machine";
import { hasStack, pulumiEnvironment } from "../../cli/machine/pulumi-environment";
import { machineStackFile, mergeSettings, mergeStackFile } from "../../cli/machine/stack-settings";

let home: string;
const before = process.env.XDG_STATE_HOME;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "berth state-"));
  process.env.XDG_STATE_HOME = home;
});
afterEach(() => {
  rmSync(home, { recursive: true });
  if (before === undefined) delete process.env.XDG_STATE_HOME;
  else process.env.XDG_STATE_HOME = before;
});

const inState = (name: string): string => join(home, "berth", name);
const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

test("the source of images is a Docker host's own, as is the way to registries", () => {
  const host = (docker?: string) => ({
    host: {
      ...{ id: "lab", platform: "linux/amd64" as const, memory: "8 GiB", cpus: 4, gpu: false },
      ...(docker !== undefined && { docker }),
    },
  });
  const local = host("unix:///var/run/docker.sock");
  const remote = host("ssh://lab");
  keepImageSource(local, "local");
  expect(imageSource(local)).toBe("local");
  expect(imageSource(remote)).toBeUndefined();
  keepImageSource(remote, "registry");
  expect(imageSource(host("tcp://lab:2376"))).toBe("registry");
  expect(imageSource(local)).toBe("local");
});

describe("pulumiEnvironment", () => {
  test("makes passphrase and root secret, for their owner alone", () => {
    pulumiEnvironment("dev", {});
    for (const name of ["passphrase", "root-secret"]) {
      expect(mode(inState(name))).toBe("600");
      expect(readFileSync(inState(name), "utf8").trim().length).toBeGreaterThanOrEqual(43);
    }
    expect(mode(inState("pulumi"))).toBe("700");
  });

  test("never makes them anew", () => {
    pulumiEnvironment("dev", {});
    const read = () => ["passphrase", "root-secret"].map((name) => readFileSync(inState(name)));
    const first = read();
    pulumiEnvironment("dev", {});
    expect(read()).toEqual(first);
  });

  test("points Pulumi to them and to a stack file outside the work tree", () => {
    expect(pulumiEnvironment("dev", {}).variables).toEqual({
      PULUMI_BACKEND_URL: `file://${inState("pulumi").replace(" ", "%20")}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: inState("passphrase"),
      PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
      PULUMI_OPTION_CONFIG_FILE: inState("stacks/Pulumi.dev.yaml"),
      PULUMI_SKIP_UPDATE_CHECK: "true",
    });
  });

  test("leaves a backend of the user's own alone, and the committed stack file in its place", () => {
    const { variables, backend } = pulumiEnvironment("dev", { PULUMI_BACKEND_URL: "s3://team" });
    expect(backend).toBeUndefined();
    expect(Object.keys(variables).sort()).toEqual([
      "PULUMI_NODEJS_TRANSPILE_ONLY",
      "PULUMI_SKIP_UPDATE_CHECK",
    ]);
  });

  test("knows its own variables again in a shell that took them over", () => {
    const { variables } = pulumiEnvironment("dev", {});
    expect(pulumiEnvironment("prod", variables).variables).toEqual({
      ...variables,
      PULUMI_OPTION_CONFIG_FILE: machineStackFile("prod"),
    });
  });

  test("a passphrase of the user's own wins", () => {
    const { variables } = pulumiEnvironment("dev", { PULUMI_CONFIG_PASSPHRASE: "mine" });
    expect(variables).not.toHaveProperty("PULUMI_CONFIG_PASSPHRASE_FILE");
    expect(hasStack(inState("pulumi"), "berth", "dev")).toBe(false);
  });
});

describe("the machine's stack file", () => {
  test("takes up committed changes and keeps what this machine set", () => {
    const merged = mergeSettings(
      { config: { "berth:ports": "documented", "berth:new": "1" } },
      { config: { "berth:ports": "blocks", "berth:gone": "1" } },
      {
        encryptionsalt: "v1:salt",
        config: { "berth:ports": "blocks", "berth:gone": "1", "x:token": { secure: "v1:abc" } },
      },
    );
    expect(merged).toEqual({
      content: {
        encryptionsalt: "v1:salt",
        config: { "berth:ports": "documented", "berth:new": "1", "x:token": { secure: "v1:abc" } },
      },
      own: ["x:token"],
    });
  });

  test("is merged again and again without touching the committed one", () => {
    const committed = join(home, "Pulumi.dev.yaml");
    writeFileSync(committed, "# all five\nconfig:\n  berth:environment: dev\n");
    expect(mergeStackFile(committed, "dev")).toEqual([]);
    writeFileSync(
      machineStackFile("dev"),
      "encryptionsalt: v1:x\nconfig:\n  berth:environment: dev\n  berth:sources: /here\n",
    );
    expect(mergeStackFile(committed, "dev")).toEqual(["berth:sources"]);
    expect(mergeStackFile(committed, "dev")).toEqual(["berth:sources"]);
    expect(readFileSync(machineStackFile("dev"), "utf8")).toContain("encryptionsalt: v1:x");
    expect(readFileSync(committed, "utf8")).toBe("# all five\nconfig:\n  berth:environment: dev\n");
    expect(mode(machineStackFile("dev"))).toBe("600");
  });
});
