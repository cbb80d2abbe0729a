import * as pulumi from "@pulumi/pulumi";

/** A resource as the program asked the engine for it. */
export interface Registered {
  type: string;
  name: string;
  /** Name of the parent; null for a child of the stack. */
  parent: string | null;
  /** Types of the component chain, then its own, as the URN has them. */
  urn: string;
  /** Inputs with secrets shown as "[secret]". */
  inputs: Record<string, unknown>;
  /** Inputs as the provider gets them, secrets opened. */
  opened: Record<string, unknown>;
  options: Options;
}

export interface Options {
  dependencies: string[];
  deleteBeforeReplace: boolean;
  replaceOnChanges: string[];
  replaceWith: string[];
  retainOnDelete: boolean;
  ignoreChanges: string[];
  additionalSecretOutputs: string[];
  createTimeout: string;
  provider: string;
}

/** The token of every tunnel under mocks. */
export const tunnelToken = "the-token-of-the-tests-tunnel";

const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const signatureKey = "4dabf18193072939515e22adb298388d";

/** What the monitor's request and the resource's mock say; filled while a program runs. */
let registered: Registered[] = [];
/** What the provider gives back beside its inputs, by the resource's name. */
let answers: Record<string, Record<string, unknown>> = {};

interface Request {
  getType: () => string;
  getName: () => string;
  getParent: () => string;
  getObject: () => { toJavaScript: () => Record<string, unknown> } | undefined;
  getDependenciesList: () => string[];
  getDeletebeforereplace: () => boolean;
  getReplaceonchangesList: () => string[];
  getReplaceWithList: () => string[];
  getRetainondelete: () => boolean;
  getIgnorechangesList: () => string[];
  getAdditionalsecretoutputsList: () => string[];
  getCustomtimeouts: () => { getCreate: () => string } | undefined;
  getProvider: () => string;
}

type Callback = (error: Error | null, response: { getUrn: () => string } | null) => void;

interface Monitor {
  registerResource: (request: Request, callback: Callback) => Promise<void>;
}

/**
 * Starts a run under mocks: no engine, no provider. Every resource is recorded from the request
 * that the engine would get, so that its options and its secrets are seen as well.
 */
export function startMocks(
  stack: string,
  given: Record<string, Record<string, unknown>> = {},
  preview = false,
): void {
  registered = [];
  answers = given;
  void pulumi.runtime.setMocks(
    {
      newResource: ({ name, type, inputs }) => ({
        id: `${name}-id`,
        state: {
          ...(inputs as Record<string, unknown>),
          ...(type === "docker:index/remoteImage:RemoteImage" ? { imageId: `sha256:${name}` } : {}),
          ...(type === "docker:index/container:Container"
            ? { exitCode: 0, containerLogs: "" }
            : {}),
          ...(type.endsWith(":ZeroTrustAccessApplication") ? { aud: `${name}-audience` } : {}),
          ...answers[name],
        },
      }),
      call: ({ token }) =>
        token.endsWith(":getZeroTrustTunnelCloudflaredToken") ? { token: tunnelToken } : {},
    },
    "berth",
    stack,
    preview,
  );
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const original = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) =>
    original(request, (error, response) => {
      if (response !== null) registered.push(record(request, response.getUrn()));
      callback(error, response);
    });
}

function record(request: Request, urn: string): Registered {
  const raw = request.getObject()?.toJavaScript() ?? {};
  return {
    type: request.getType(),
    name: request.getName(),
    parent: request.getParent() === "" ? null : nameOf(request.getParent()),
    urn,
    inputs: withSecrets(raw, () => "[secret]") as Record<string, unknown>,
    opened: withSecrets(raw, (value) => value) as Record<string, unknown>,
    options: {
      dependencies: request.getDependenciesList().map(nameOf).sort(),
      deleteBeforeReplace: request.getDeletebeforereplace(),
      replaceOnChanges: request.getReplaceonchangesList(),
      replaceWith: request.getReplaceWithList().map(nameOf).sort(),
      retainOnDelete: request.getRetainondelete(),
      ignoreChanges: request.getIgnorechangesList(),
      additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
      createTimeout: request.getCustomtimeouts()?.getCreate() ?? "",
      provider: request.getProvider() === "" ? "" : nameOf(request.getProvider()),
    },
  };
}

/** Name of a resource from its URN; a provider's reference has an id after it. */
function nameOf(urn: string): string {
  return urn.split("::")[3] ?? urn;
}

function withSecrets(value: unknown, show: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((entry) => withSecrets(entry, show));
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Record<string, unknown>;
  if (fields[signatureKey] === secretSignature) return show(withSecrets(fields.value, show));
  return Object.fromEntries(
    Object.entries(fields).map(([key, entry]) => [key, withSecrets(entry, show)]),
  );
}

/** Every resource of a finished run but the stack itself, by name and type. */
export async function finishMocks(): Promise<Registered[]> {
  await pulumi.runtime.disconnect();
  return registered
    .filter(({ type }) => type !== "pulumi:pulumi:Stack")
    .sort((a, b) => compare(a.name, b.name) || compare(a.type, b.type));
}

/** Names of the resources that a run has asked for so far. */
export function registeredNames(): string[] {
  return registered.map(({ name }) => name).sort(compare);
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** A recorded resource by its name. */
export function resource(all: readonly Registered[], name: string): Registered {
  const found = all.find((one) => one.name === name);
  if (found === undefined) {
    throw new Error(`no resource '${name}' among ${all.map((one) => one.name).join(", ")}`);
  }
  return found;
}
