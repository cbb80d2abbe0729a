import * as grpc from "@grpc/grpc-js";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { toStruct } from "../../../offline/engine/provider-server/grpc-errors";
import type { Provider, ResourceType } from "../../../offline/engine/provider-server/resource-type";
import { listen } from "../../../offline/engine/provider-server/server";
import { asSecret, type Props } from "../../../offline/engine/provider-server/wire";

const URN = "urn:pulumi:dev::berth::x:index/vault:Vault::one";

const vault: ResourceType = {
  autoName: false,
  computed: ["key"],
  secrets: ["key", "code"],
  warnings: { create: "made", delete: "unmade" },
  check: () => [],
  diff: () => ({ changes: [], deleteBeforeReplace: false }),
  create: (inputs) => Promise.resolve({ id: "1", state: { ...inputs, key: "hush" } }),
  read: (id, { inputs, state }) =>
    Promise.resolve({ id, inputs: inputs ?? {}, state: { ...state, key: "hush" } }),
  update: (_id, _old, news) => Promise.resolve({ ...news, key: "new" }),
  delete: () => Promise.resolve(),
};

const provider: Provider = {
  version: "1.0.0",
  types: { "x:index/vault:Vault": vault },
  functions: {
    "x:index/open:open": (args) => Promise.resolve({ ...args, key: asSecret("hush") }),
  },
  secretConfig: ["token"],
  checkConfig: () => [],
  configure: () => Promise.resolve(),
};

const warned: string[] = [];
let client: ResourceProviderClient;
let close: () => void;

beforeAll(async () => {
  const served = await listen(provider, (urn, message) => {
    if (message !== undefined) warned.push(`${urn} ${message}`);
    return Promise.resolve();
  });
  close = served.close;
  const address = `127.0.0.1:${served.port}`;
  client = new ResourceProviderClient(address, grpc.credentials.createInsecure());
});

afterAll(() => {
  client.close();
  close();
});

function ask<T>(call: (done: (error: Error | null, response: T) => void) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, response) => (error ? reject(error) : resolve(response)));
  });
}

test("what a type, a function or the settings declare secret leaves the plugin as a secret", async () => {
  const inputs = { name: "a", code: "1234" };
  const checked = await ask<rpc.CheckResponse>((done) =>
    client.check(new rpc.CheckRequest().setUrn(URN).setNews(toStruct(inputs)), done),
  );
  const secretInputs = { name: "a", code: asSecret("1234") };
  expect(checked.getInputs()?.toJavaScript()).toEqual(secretInputs);

  const created = await ask<rpc.CreateResponse>((done) =>
    client.create(new rpc.CreateRequest().setUrn(URN).setProperties(toStruct(secretInputs)), done),
  );
  const state: Props = { ...secretInputs, key: asSecret("hush") };
  expect(created.getProperties()?.toJavaScript()).toEqual(state);

  const read = await ask<rpc.ReadResponse>((done) =>
    client.read(
      new rpc.ReadRequest()
        .setUrn(URN)
        .setId("1")
        .setInputs(toStruct(inputs))
        .setProperties(toStruct(inputs)),
      done,
    ),
  );
  expect(read.getProperties()?.toJavaScript()).toEqual(state);
  expect(read.getInputs()?.toJavaScript()).toEqual(secretInputs);

  const updated = await ask<rpc.UpdateResponse>((done) =>
    client.update(
      new rpc.UpdateRequest().setUrn(URN).setId("1").setNews(toStruct(secretInputs)),
      done,
    ),
  );
  expect(updated.getProperties()?.toJavaScript()).toEqual({ ...state, key: asSecret("new") });

  const invoked = await ask<rpc.InvokeResponse>((done) =>
    client.invoke(new rpc.InvokeRequest().setTok("x:index/open:open"), done),
  );
  expect(invoked.getReturn()?.toJavaScript()).toEqual({ key: asSecret("hush") });

  const config = await ask<rpc.CheckResponse>((done) =>
    client.checkConfig(new rpc.CheckRequest().setNews(toStruct({ token: "t", url: "u" })), done),
  );
  expect(config.getInputs()?.toJavaScript()).toEqual({ token: asSecret("t"), url: "u" });
});

test("a type's warnings are told when one is created, also in a preview, and deleted", async () => {
  warned.length = 0;
  const request = new rpc.CreateRequest().setUrn(URN).setProperties(toStruct({}));
  await ask((done) => client.create(request.setPreview(true), done));
  await ask((done) => client.delete(new rpc.DeleteRequest().setUrn(URN).setId("1"), done));
  expect(warned).toEqual([`${URN} made`, `${URN} unmade`]);
});
