import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** One run of a program, as the engine asks for it. */
export interface ProgramRun {
  monitor: string;
  engine: string;
  organization: string;
  project: string;
  stack: string;
  rootDirectory: string;
  programDirectory: string;
  entryPoint: string;
  pwd: string;
  dryRun: boolean;
  parallel: number;
  args: string[];
  config: Record<string, string>;
  secretKeys: string[];
  /** `runtime.options` of Pulumi.yaml. */
  options: Record<string, unknown>;
}

/** The official entry point, in the nearest node_modules above the program that has it. */
export function runnerOf(programDirectory: string): string | undefined {
  for (let folder = programDirectory; ; folder = dirname(folder)) {
    const runner = join(folder, "node_modules", "@pulumi", "pulumi", "cmd", "run");
    if (existsSync(runner)) return runner;
    if (dirname(folder) === folder) return undefined;
  }
}

/** The command line of Node, with the flags that the official host passes to `cmd/run`. */
export function runArguments(run: ProgramRun, runner: string): string[] {
  const nodeArgs = typeof run.options["nodeargs"] === "string" ? run.options["nodeargs"] : "";
  const flag = (name: string, value: string) => (value === "" ? [] : [`--${name}`, value]);
  return [
    ...nodeArgs.split(/\s+/).filter(Boolean),
    runner,
    ...flag("monitor", run.monitor),
    ...flag("engine", run.engine),
    ...flag("organization", run.organization),
    ...flag("project", run.project),
    ...flag("root-directory", run.rootDirectory),
    ...flag("stack", run.stack),
    ...flag("pwd", run.pwd),
    ...(run.dryRun ? ["--dry-run"] : []),
    ...flag("parallel", String(run.parallel)),
    run.entryPoint,
    ...run.args,
  ];
}

/** The program's environment: configuration travels in variables, never on the command line. */
export function runEnvironment(run: ProgramRun, base: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const tsconfig = run.options["tsconfig"];
  return {
    ...base,
    PULUMI_CONFIG: JSON.stringify(run.config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(run.secretKeys),
    // On unless Pulumi.yaml says otherwise, as officially.
    PULUMI_NODEJS_TYPESCRIPT: String(run.options["typescript"] !== false),
    ...(typeof tsconfig === "string" ? { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig } : {}),
  };
}
