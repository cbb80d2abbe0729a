import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Tells the user something about a resource; nothing where there is no message. */
export type Warn = (urn: string, message: string | undefined) => Promise<void>;

/** Warnings by the engine that listens at `address`; silent without one. */
export function engineWarnings(address: string | undefined): Warn {
  if (address === undefined) return () => Promise.resolve();
  const engine = new EngineClient(address, grpc.credentials.createInsecure());
  return async (urn, message) => {
    if (message === undefined) return;
    const request = new LogRequest().setUrn(urn).setMessage(message);
    request.setSeverity(LogSeverity.WARNING);
    // A warning that can't be told is no reason to fail.
    await new Promise<void>((resolve) => engine.log(request, () => resolve()));
  };
}
