import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatIssue } from "../../config/issues";
import { environmentIssues } from "../../config/stack-environment";

let root: string;
const env = (stack: string) => ({
  PULUMI_OPTION_CONFIG_FILE: join(root, "state", `Pulumi.${stack}.yaml`),
});

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "berth-environment-"));
  mkdirSync(join(root, "state"));
  writeFileSync(join(root, "Pulumi.dev.yaml"), "config: {}\n");
  writeFileSync(join(root, "state/Pulumi.dev.committed.yaml"), "config: {}\n");
});

afterEach(() => rmSync(root, { recursive: true }));

test("a shell without berth env, or with this stack's settings, is in order", () => {
  expect(environmentIssues(root, "dev", {})).toEqual([]);
  expect(environmentIssues(root, "dev", env("dev"))).toEqual([]);
});

test("another stack's settings are not used", () => {
  expect(environmentIssues(root, "prod", env("dev")).map(formatIssue)).toEqual([
    'PULUMI_OPTION_CONFIG_FILE: this shell has the settings of Pulumi.dev.yaml, not of prod; run: eval "$(./berth env prod)"',
  ]);
});

test("a stack file that changed since is not passed over", () => {
  writeFileSync(join(root, "Pulumi.dev.yaml"), "config: { berth:ports: documented }\n");
  expect(environmentIssues(root, "dev", env("dev")).map(formatIssue)).toEqual([
    'PULUMI_OPTION_CONFIG_FILE: Pulumi.dev.yaml has changed since this shell took it up; run: eval "$(./berth env dev)"',
  ]);
});
