import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../../../offline/run-command";
import { ensureOfflineEngine } from "../../../offline/engine/build";
import { offlineEnvironment } from "../../../offline/engine/resolve";

const REPOSITORY = join(__dirname, "..", "..", "..");
const STACK = "test";

export interface Run {
  code: number;
  output: string;
}

/** A small Pulumi project in a temporary folder, with its state beside it, run by the offline engine. */
export class EngineProject {
  private constructor(
    readonly folder: string,
    private readonly cli: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** `extra`: added to the environment of every command. */
  static async create(extra: NodeJS.ProcessEnv = {}): Promise<EngineProject> {
    const engine = await ensureOfflineEngine({ log: (line) => process.stderr.write(`${line}\n`) });
    const folder = mkdtempSync(join(tmpdir(), "eng-project-"));
    const state = join(folder, ".state");
    mkdirSync(state);
    writeFileSync(
      join(folder, "Pulumi.yaml"),
      "name: eng\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
    );
    writeFileSync(
      join(folder, "package.json"),
      JSON.stringify({
        name: "eng",
        dependencies: { "@pulumi/docker": "*", "@pulumi/cloudflare": "*" },
      }),
    );
    symlinkSync(join(REPOSITORY, "node_modules"), join(folder, "node_modules"));
    const env = {
      ...process.env,
      ...offlineEnvironment(engine),
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      ...extra,
    };
    const project = new EngineProject(folder, engine.cli, env);
    project.write("");
    const init = await project.run(["stack", "init", STACK]);
    if (init.code !== 0) throw new Error(init.output);
    return project;
  }

  /** Replaces the program; `pulumi`, `docker` and `cloudflare` are there already. */
  write(body: string): void {
    const head = ["pulumi", "docker", "cloudflare"]
      .map((name) => `const ${name} = require("@pulumi/${name}");\n`)
      .join("");
    writeFileSync(join(this.folder, "index.js"), head + body);
  }

  async run(args: string[]): Promise<Run> {
    const result = await runCommand(this.cli, [...args, "--non-interactive", "--color=never"], {
      cwd: this.folder,
      env: this.env,
    });
    return { code: result.code, output: result.stdout + result.stderr };
  }

  /** Applies a program and fails unless the update succeeds. */
  async up(body: string): Promise<string> {
    this.write(body);
    const { code, output } = await this.run(["up", "--yes", "--skip-preview"]);
    if (code !== 0) throw new Error(output);
    return output;
  }

  async outputs(): Promise<Record<string, unknown>> {
    const { output } = await this.run(["stack", "output", "--json"]);
    return JSON.parse(output) as Record<string, unknown>;
  }

  /** The state as it lies on disk. */
  async state(): Promise<string> {
    return Promise.resolve(
      readFileSync(
        join(this.folder, ".state", ".pulumi", "stacks", "eng", `${STACK}.json`),
        "utf8",
      ),
    );
  }

  async remove(): Promise<void> {
    await this.run(["destroy", "--yes", "--skip-preview"]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
