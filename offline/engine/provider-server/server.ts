import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { parseUrn, withAutoName } from "./check";
import { engineWarnings, type Warn } from "./engine-log";
import { grpcError, initFailedError, toStruct } from "./grpc-errors";
import {
  InitError,
  type Provider,
  ProviderError,
  type ResourceType,
  TAINTED,
} from "./resource-type";
import { markSecrets, type Props, restoreSecrets, UNKNOWN, unwrap } from "./wire";

type Handler<Request, Response> = (request: Request) => Promise<Response> | Response;

const HUGE_MESSAGE_BYTES = 400 * 1024 * 1024;

/** Serves the provider on a free port of the loopback and prints that port, as the engine expects. */
export async function serve(provider: Provider): Promise<void> {
  // The engine's own address is the plugin's first argument.
  const { port } = await listen(provider, engineWarnings(process.argv[2]));
  process.stdout.write(`${port}\n`);
  // The engine holds our standard input open: its end means that the engine is gone.
  process.stdin.on("end", () => process.exit(0)).resume();
}

/** Serves the provider on a free port of the loopback. */
export async function listen(
  provider: Provider,
  warn: Warn,
): Promise<{ port: number; close: () => void }> {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": HUGE_MESSAGE_BYTES,
    "grpc.max_send_message_length": HUGE_MESSAGE_BYTES,
  });
  server.addService(ResourceProviderService, serviceOf(provider, warn));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { port, close: () => server.forceShutdown() };
}

function plain(struct: Struct | undefined): { raw: Props; props: Props } {
  const raw = (struct?.toJavaScript() ?? {}) as Props;
  return { raw, props: unwrap(raw) as Props };
}

function serviceOf(provider: Provider, warn: Warn): grpc.UntypedServiceImplementation {
  const cancelled = new AbortController();

  const typeOf = (urn: string): ResourceType => {
    const { type } = parseUrn(urn);
    const found = provider.types[type];
    if (!found) {
      const known = Object.keys(provider.types).join(", ");
      throw new ProviderError(`${type}: not a type that this plugin knows (it knows ${known})`);
    }
    return found;
  };

  const handlers = {
    handshake: () => {
      const response = new rpc.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      return response;
    },
    getPluginInfo: () => new PluginInfo().setVersion(provider.version),
    getSchema: () => new rpc.GetSchemaResponse().setSchema("{}"),
    attach: () => new Empty(),
    cancel: () => {
      cancelled.abort();
      return new Empty();
    },
    checkConfig: (request: rpc.CheckRequest) => {
      const { raw, props } = plain(request.getNews());
      return checkResponse(markSecrets(raw, provider.secretConfig), provider.checkConfig(props));
    },
    // A changed address or token leads to the same things: the resources stay.
    diffConfig: () => new rpc.DiffResponse().setChanges(rpc.DiffResponse.DiffChanges.DIFF_UNKNOWN),
    configure: async (request: rpc.ConfigureRequest) => {
      await provider.configure(plain(request.getArgs()).props);
      const response = new rpc.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      return response;
    },
    invoke: async (request: rpc.InvokeRequest) => {
      const call = provider.functions[request.getTok()];
      if (!call) throw new ProviderError(`${request.getTok()}: not a function of this plugin`);
      const result = await call(plain(request.getArgs()).props);
      return new rpc.InvokeResponse().setReturn(toStruct(result));
    },
    check: (request: rpc.CheckRequest) => {
      const type = typeOf(request.getUrn());
      const olds = plain(request.getOlds());
      const inputs = withAutoName(
        type,
        request.getUrn(),
        olds.raw,
        dropAbsent(plain(request.getNews()).raw),
      );
      const failures = type.check(unwrap(inputs) as Props);
      return checkResponse(markSecrets(inputs, type.secrets), failures);
    },
    diff: (request: rpc.DiffRequest) => diffResponse(typeOf(request.getUrn()), request),
    create: async (request: rpc.CreateRequest) => {
      const type = typeOf(request.getUrn());
      const { raw, props } = plain(request.getProperties());
      await warn(request.getUrn(), type.warnings?.create);
      if (request.getPreview()) {
        const unknown = Object.fromEntries(type.computed.map((key) => [key, UNKNOWN]));
        return new rpc.CreateResponse().setProperties(toStruct({ ...unknown, ...raw }));
      }
      try {
        const ended = withTimeout(cancelled.signal, request.getTimeout());
        const { id, state } = await type.create(props, ended);
        const response = new rpc.CreateResponse().setId(id);
        const secret = markSecrets(restoreSecrets(state, raw), type.secrets);
        return response.setProperties(toStruct(secret));
      } catch (error) {
        if (!(error instanceof InitError)) throw error;
        const state = restoreSecrets({ ...error.state, [TAINTED]: true }, raw);
        throw initFailedError(error.message, error.id, state, raw);
      }
    },
    read: async (request: rpc.ReadRequest) => {
      const type = typeOf(request.getUrn());
      const state = plain(request.getProperties());
      const inputs = plain(request.getInputs());
      const recorded = request.hasInputs() ? { inputs: inputs.props } : {};
      const found = await type.read(request.getId(), { ...recorded, state: state.props });
      const response = new rpc.ReadResponse();
      if (!found) return response;
      const taint = state.props[TAINTED] === true ? { [TAINTED]: true } : {};
      response.setId(found.id);
      const secret = (props: Props) =>
        toStruct(markSecrets(restoreSecrets(props, inputs.raw, state.raw), type.secrets));
      response.setInputs(secret(found.inputs));
      return response.setProperties(secret({ ...found.state, ...taint }));
    },
    update: async (request: rpc.UpdateRequest) => {
      const type = typeOf(request.getUrn());
      const news = plain(request.getNews());
      const old = {
        inputs: plain(request.getOldInputs()).props,
        state: plain(request.getOlds()).props,
      };
      const state = request.getPreview()
        ? { ...old.state, ...news.props }
        : await type.update(request.getId(), old, news.props);
      const secret = restoreSecrets(state, news.raw, plain(request.getOlds()).raw);
      return new rpc.UpdateResponse().setProperties(toStruct(markSecrets(secret, type.secrets)));
    },
    delete: async (request: rpc.DeleteRequest) => {
      const { props } = plain(request.getProperties());
      const type = typeOf(request.getUrn());
      await warn(request.getUrn(), type.warnings?.delete);
      await type.delete(request.getId(), props);
      return new Empty();
    },
  };

  return Object.fromEntries(
    Object.entries(handlers).map(([name, handler]) => [
      name,
      unary(handler as Handler<unknown, unknown>),
    ]),
  );
}

/** A signal that also comes after the time that the program gives (customTimeouts); 0 is no limit. */
function withTimeout(signal: AbortSignal, seconds: number): AbortSignal {
  return seconds > 0 ? AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]) : signal;
}

function unary(handler: Handler<unknown, unknown>): grpc.handleUnaryCall<unknown, unknown> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => handler(call.request))
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(asGrpcError(error)),
      );
  };
}

function asGrpcError(error: unknown): grpc.ServiceError {
  if (error instanceof ProviderError) return grpcError(error.message);
  if (error instanceof Error && "metadata" in error) return error as grpc.ServiceError;
  return grpcError(error instanceof Error ? error.message : String(error));
}

function dropAbsent(props: Props): Props {
  return Object.fromEntries(Object.entries(props).filter(([, v]) => v !== null));
}

function checkResponse(
  inputs: Props,
  failures: { property: string; reason: string }[],
): rpc.CheckResponse {
  const response = new rpc.CheckResponse().setInputs(toStruct(inputs));
  response.setFailuresList(
    failures.map(({ property, reason }) =>
      new rpc.CheckFailure().setProperty(property).setReason(reason),
    ),
  );
  return response;
}

function diffResponse(type: ResourceType, request: rpc.DiffRequest): rpc.DiffResponse {
  const old = {
    inputs: plain(request.getOldInputs()).props,
    state: plain(request.getOlds()).props,
  };
  const news = plain(request.getNews()).props;
  for (const key of request.getIgnorechangesList()) {
    if (old.inputs[key] === undefined) delete news[key];
    else news[key] = old.inputs[key];
  }
  const plan = type.diff(old, news);
  const response = new rpc.DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = rpc.DiffResponse.DiffChanges;
  response.setChanges(plan.changes.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setHasdetaileddiff(true);
  const kinds = rpc.PropertyDiff.Kind;
  for (const { property, kind, replace } of plan.changes) {
    const plainKind = { add: kinds.ADD, delete: kinds.DELETE, update: kinds.UPDATE }[kind];
    const replaceKind = {
      add: kinds.ADD_REPLACE,
      delete: kinds.DELETE_REPLACE,
      update: kinds.UPDATE_REPLACE,
    }[kind];
    const detail = new rpc.PropertyDiff().setKind(replace ? replaceKind : plainKind);
    detail.setInputdiff(true);
    response.getDetaileddiffMap().set(property, detail);
    response.addDiffs(property);
    if (replace) response.addReplaces(property);
  }
  response.setDeletebeforereplace(
    plan.deleteBeforeReplace && plan.changes.some(({ replace }) => replace),
  );
  return response;
}
