import type { EngineEvent } from "@pulumi/pulumi/automation";
import { Progress, stripColors, type Subject } from "../../cli/update/progress";

const containerType = "docker:index/container:Container";
const redis: Subject = { label: "inpactai/redis", kind: "service" };
const setup: Subject = { label: "galerly/resources", kind: "job" };
const containers = new Map([
  ["inpactai-redis-dev", redis],
  ["galerly-resources-dev", setup],
]);

let clock = 0;
const follow = () => new Progress({ containers, now: () => clock });

function metadata(op: string, name: string, type = containerType) {
  return {
    op,
    type,
    urn: `urn:pulumi:dev::berth::${type}::${name}-resource`,
    new: { inputs: { name } },
  };
}
const before = (op: string, name: string, type?: string) =>
  ({ resourcePreEvent: { metadata: metadata(op, name, type) } }) as unknown as EngineEvent;
const after = (op: string, name: string, type?: string) =>
  ({ resOutputsEvent: { metadata: metadata(op, name, type) } }) as unknown as EngineEvent;
const broken = (op: string, name: string) =>
  ({ resOpFailedEvent: { metadata: metadata(op, name) } }) as unknown as EngineEvent;

test("a service starts and is done after its time", () => {
  const progress = follow();
  clock = 1000;
  expect(progress.accept(before("create", "inpactai-redis-dev"))).toEqual([
    { kind: "started", subject: redis, verb: "create" },
  ]);
  expect(progress.underWay).toEqual(["inpactai/redis"]);
  clock = 4500;
  expect(progress.accept(after("create", "inpactai-redis-dev"))).toEqual([
    { kind: "finished", subject: redis, verb: "create", seconds: 3.5 },
  ]);
  expect(progress.underWay).toEqual([]);
  expect([...progress.settled]).toEqual(["inpactai-redis-dev"]);
});

test("a replacement is one event, not three", () => {
  const progress = follow();
  const name = "inpactai-redis-dev";
  const events = [
    before("delete-replaced", name),
    after("delete-replaced", name),
    before("replace", name),
    after("replace", name),
    before("create-replacement", name),
    after("create-replacement", name),
  ].flatMap((event) => progress.accept(event));
  expect(events.map((event) => event.kind)).toEqual(["started", "finished"]);
  expect(events[0]).toMatchObject({ verb: "replace" });
});

test("what stays as it is counts as settled and is not told", () => {
  const progress = follow();
  expect(progress.accept(before("same", "inpactai-redis-dev"))).toEqual([]);
  expect(progress.settled.size).toBe(1);
});

test("refreshing is not told and settles nothing", () => {
  const progress = follow();
  expect(progress.accept(before("refresh", "inpactai-redis-dev"))).toEqual([]);
  expect(progress.accept(after("refresh", "inpactai-redis-dev"))).toEqual([]);
  expect(progress.settled.size).toBe(0);
});

test("a removed service is told and not counted as ready", () => {
  const progress = follow();
  progress.accept(before("delete", "inpactai-redis-dev"));
  expect(progress.accept(after("delete", "inpactai-redis-dev"))).toMatchObject([
    { kind: "finished", verb: "delete" },
  ]);
  expect(progress.settled.size).toBe(0);
});

test("a failure names the container", () => {
  const progress = follow();
  progress.accept(before("create", "galerly-resources-dev"));
  expect(progress.accept(broken("create", "galerly-resources-dev"))).toMatchObject([
    { kind: "failed", subject: setup },
  ]);
  expect([...progress.failed]).toEqual(["galerly-resources-dev"]);
  expect(progress.settled.size).toBe(0);
});

test("networks, volumes and components are not told", () => {
  const progress = follow();
  for (const type of ["docker:index/network:Network", "berth:index:Service"])
    expect(progress.accept(before("create", "x", type))).toEqual([]);
});

test("an image that is built or pulled is told by its name", () => {
  const type = "docker:index/remoteImage:RemoteImage";
  expect(follow().accept(before("create", "berth/api:1234", type))).toMatchObject([
    { subject: { label: "berth/api:1234", kind: "image" } },
  ]);
});

test("an image that the engine lets go of is not told: Docker keeps it", () => {
  const type = "docker:index/remoteImage:RemoteImage";
  const progress = follow();
  const events = [before("delete", "redis:7", type), after("delete", "redis:7", type)];
  expect(events.flatMap((event) => progress.accept(event))).toEqual([]);
  expect(progress.underWay).toEqual([]);
});

test("errors lose their colour marks, and the engine's closing words are left out", () => {
  const progress = follow();
  const error = (message: string) =>
    progress.accept({
      diagnosticEvent: { message, severity: "error", color: "never", urn: "urn:x" },
    } as unknown as EngineEvent);
  expect(error("<{%reset%}>container failed<{%reset%}>\n")).toEqual([
    { kind: "error", urn: "urn:x", message: "container failed" },
  ]);
  expect(error("<{%reset%}>update failed<{%reset%}>\n")).toEqual([]);
  expect(stripColors("<{%fg 1%}>a<{%reset%}>b")).toBe("ab");
});
