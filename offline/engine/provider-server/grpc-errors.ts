import * as grpc from "@grpc/grpc-js";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import type { Props } from "./wire";

export function toStruct(props: Props): Struct {
  return Struct.fromJavaScript(props as Record<string, JavaScriptValue>);
}

/** An error of a handler as the engine expects it: one line, no stack. */
export function grpcError(message: string, code = grpc.status.UNKNOWN): grpc.ServiceError {
  return Object.assign(new Error(message), {
    code,
    details: message,
    metadata: new grpc.Metadata(),
  });
}

/** Tells the engine that the resource exists and must be recorded although it failed. */
export function initFailedError(
  message: string,
  id: string,
  state: Props,
  inputs: Props,
): grpc.ServiceError {
  const detail = new ErrorResourceInitFailed();
  detail.setId(id);
  detail.setProperties(toStruct(state));
  detail.setInputs(toStruct(inputs));
  detail.setReasonsList([message]);
  const any = new Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(message);
  status.addDetails(any);
  const error = grpcError(message);
  // gRPC for Node has no richer form of error details than this well-known header.
  error.metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return error;
}
