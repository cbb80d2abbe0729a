import { checkShape, withAutoName } from "../../../offline/engine/provider-server/check";
import { CONTAINER_SHAPE } from "../../../offline/engine/docker-provider/shapes";
import {
  containsUnknown,
  type Props,
  restoreSecrets,
  UNKNOWN,
  unwrap,
} from "../../../offline/engine/provider-server/wire";
import type { ResourceType } from "../../../offline/engine/provider-server/resource-type";

function secret(value: unknown): Props {
  return {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    value,
  };
}

test("secrets are plain inside and secret again outside, also when the value changed", () => {
  const raw = { envs: ["A=1", secret("PASSWORD=hush")], name: "web" };
  expect(unwrap(raw)).toEqual({ envs: ["A=1", "PASSWORD=hush"], name: "web" });
  expect(restoreSecrets({ envs: ["A=1", "PASSWORD=hush"], name: "web" }, raw)).toEqual(raw);
  expect(restoreSecrets({ envs: ["PASSWORD=new"] }, raw)).toEqual({
    envs: secret(["PASSWORD=new"]),
  });
});

test("an unknown value is found at any depth", () => {
  expect(containsUnknown({ a: [{ b: UNKNOWN }] })).toBe(true);
  expect(containsUnknown({ a: [{ b: "known" }] })).toBe(false);
});

test("check names every property that it does not know, with its path", () => {
  const inputs = {
    image: "x",
    imagine: 1,
    memory: "64m",
    mounts: [{ type: "volume", target: "/data", readonly: true }],
    ports: [{ external: 80 }],
    envs: UNKNOWN,
  };
  expect(checkShape(inputs, CONTAINER_SHAPE, "", (value) => value === UNKNOWN)).toEqual([
    { property: "imagine", reason: "is not a property that this plugin knows" },
    { property: "memory", reason: "must be a number" },
    { property: "mounts[0].readonly", reason: "is not a property that this plugin knows" },
    { property: "ports[0].internal", reason: "is required" },
  ]);
});

test("a made-up name stays the same for as long as the resource lives", () => {
  const type = { autoName: true } as ResourceType;
  const urn = "urn:pulumi:dev::berth::docker:index/network:Network::front";
  const first = withAutoName(type, urn, {}, {});
  expect(first["name"]).toMatch(/^front-[0-9a-f]{7}$/);
  expect(withAutoName(type, urn, first, {})).toEqual(first);
  expect(withAutoName(type, urn, first, { name: "mine" })).toEqual({ name: "mine" });
});
