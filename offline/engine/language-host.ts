import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { version } from "@pulumi/pulumi/version";
import { programDependencies, requiredPlugins } from "./language-host-packages";
import { type ProgramRun, runArguments, runEnvironment, runnerOf } from "./language-host-run";
import { isRecord } from "./provider-server/wire";

/** The exit code with which `cmd/run` says: failed, and the user has been told why. */
const FAILED_AND_TOLD = 32;

/**
 * `pulumi-language-nodejs` in TypeScript: the part of the official language host that running a
 * program needs. The program itself runs in the official entry point of @pulumi/pulumi.
 */
class LanguageHost {
  private readonly children = new Set<ChildProcess>();

  constructor(private readonly engineAddress: string) {}

  handshake = () => new rpc.LanguageHandshakeResponse();

  getPluginInfo = () => new PluginInfo().setVersion(version);

  getRequiredPlugins = (request: rpc.GetRequiredPluginsRequest) =>
    new rpc.GetRequiredPluginsResponse().setPluginsList(
      requiredPlugins(folderOf(request.getInfo())),
    );

  // Packages are the newer form of plugins; the engine asks for plugins when this is missing.
  getRequiredPackages = () => {
    throw Object.assign(new Error("use GetRequiredPlugins"), { code: grpc.status.UNIMPLEMENTED });
  };

  about = () => new rpc.AboutResponse().setExecutable(process.execPath).setVersion(process.version);

  getProgramDependencies = (request: rpc.GetProgramDependenciesRequest) => {
    const response = new rpc.GetProgramDependenciesResponse();
    const found = programDependencies(folderOf(request.getInfo()));
    return response.setDependenciesList(
      found.map(({ name, version }) => new rpc.DependencyInfo().setName(name).setVersion(version)),
    );
  };

  runtimeOptionsPrompts = () => new rpc.RuntimeOptionsResponse();

  cancel = () => {
    for (const child of this.children) child.kill("SIGTERM");
    return new Empty();
  };

  run = async (request: rpc.RunRequest): Promise<rpc.RunResponse> => {
    const run = this.programRun(request);
    const runner = runnerOf(run.programDirectory);
    if (runner === undefined) {
      return new rpc.RunResponse().setError(
        `${run.programDirectory}: @pulumi/pulumi is not installed; run npm ci`,
      );
    }
    const child = spawn(process.execPath, runArguments(run, runner), {
      cwd: run.programDirectory,
      env: runEnvironment(run, process.env),
      stdio: ["ignore", "inherit", "inherit"],
    });
    this.children.add(child);
    const code = await new Promise<number | string>((resolve) => {
      child.on("error", (error) => resolve(error.message));
      child.on("close", (exitCode, signal) => resolve(exitCode ?? signal ?? 1));
    });
    this.children.delete(child);
    const response = new rpc.RunResponse();
    if (code === FAILED_AND_TOLD) return response.setBail(true);
    if (typeof code === "string") return response.setError(`Program ended by ${code}`);
    return code === 0
      ? response
      : response.setError(`Program exited with non-zero exit code: ${code}`);
  };

  installDependencies = (
    call: grpc.ServerWritableStream<
      rpc.InstallDependenciesRequest,
      rpc.InstallDependenciesResponse
    >,
  ): void => {
    const npm = spawn("npm", ["install"], { cwd: folderOf(call.request.getInfo()) });
    npm.stdout.on("data", (data: Buffer) =>
      call.write(new rpc.InstallDependenciesResponse().setStdout(data)),
    );
    npm.stderr.on("data", (data: Buffer) =>
      call.write(new rpc.InstallDependenciesResponse().setStderr(data)),
    );
    const fail = (message: string) =>
      call.emit("error", { code: grpc.status.UNKNOWN, details: message });
    npm.on("error", (error) => fail(`npm install: ${error.message}`));
    npm.on("close", (code) =>
      code === 0 ? call.end() : fail(`npm install ended with exit code ${String(code)}`),
    );
  };

  private programRun(request: rpc.RunRequest): ProgramRun {
    const info = request.getInfo();
    const options: unknown = info?.getOptions()?.toJavaScript() ?? {};
    return {
      monitor: request.getMonitorAddress(),
      engine: this.engineAddress,
      organization: request.getOrganization(),
      project: request.getProject(),
      stack: request.getStack(),
      rootDirectory: info?.getRootDirectory() ?? request.getPwd(),
      programDirectory: folderOf(info) || request.getPwd(),
      entryPoint: info?.getEntryPoint() || ".",
      pwd: request.getPwd(),
      dryRun: request.getDryrun(),
      parallel: request.getParallel(),
      args: request.getArgsList(),
      config: Object.fromEntries(request.getConfigMap().toArray()),
      secretKeys: request.getConfigsecretkeysList(),
      options: isRecord(options) ? options : {},
    };
  }
}

function folderOf(info: rpc.ProgramInfo | undefined): string {
  return info?.getProgramDirectory() ?? "";
}

function unary(handler: (request: never) => unknown): grpc.handleUnaryCall<unknown, unknown> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => handler(call.request as never))
      .then(
        (response) => callback(null, response),
        (error: unknown) => {
          const message = error instanceof Error ? error.message : String(error);
          const code = isRecord(error) ? Number(error["code"]) : NaN;
          callback({ code: Number.isInteger(code) ? code : grpc.status.UNKNOWN, details: message });
        },
      );
  };
}

/** Serves the host on a free port of the loopback and prints that port, as the engine expects. */
async function main(): Promise<void> {
  // Arguments are flags and then the engine's address.
  const host = new LanguageHost(process.argv.slice(2).find((arg) => !arg.startsWith("-")) ?? "");
  const server = new grpc.Server({ "grpc.max_receive_message_length": 400 * 1024 * 1024 });
  server.addService(LanguageRuntimeService, {
    handshake: unary(host.handshake),
    getPluginInfo: unary(host.getPluginInfo),
    getRequiredPlugins: unary(host.getRequiredPlugins),
    getRequiredPackages: unary(host.getRequiredPackages),
    about: unary(host.about),
    getProgramDependencies: unary(host.getProgramDependencies),
    runtimeOptionsPrompts: unary(host.runtimeOptionsPrompts),
    cancel: unary(host.cancel),
    run: unary(host.run),
    installDependencies: host.installDependencies,
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  process.stdout.write(`${port}\n`);
  // The engine holds our standard input open: its end means that the engine is gone.
  process.stdin
    .on("end", () => {
      host.cancel();
      process.exit(0);
    })
    .resume();
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
