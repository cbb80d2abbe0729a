import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  CONTAINER_SEMANTICS,
  NETWORK_SEMANTICS,
  REMOTE_IMAGE_SEMANTICS,
} from "../../../offline/engine/docker-provider/semantics";
import {
  CONTAINER_SHAPE,
  NETWORK_SHAPE,
  REMOTE_IMAGE_SHAPE,
  VOLUME_SHAPE,
} from "../../../offline/engine/docker-provider/shapes";
import type { Shape } from "../../../offline/engine/provider-server/check";
import type { SemanticsTable } from "../../../offline/engine/provider-server/semantics";

const TYPINGS = join(__dirname, "../../../node_modules/@pulumi/docker");

/** The property names of an `…Args` interface of @pulumi/docker. */
function argsOf(file: string, name: string): string[] {
  const text = readFileSync(join(TYPINGS, file), "utf8");
  const body = text.slice(text.indexOf(`export interface ${name} {`));
  const end = body.indexOf("\n}");
  return [...body.slice(0, end).matchAll(/^ {4}(\w+)\??: /gm)].map(([, key]) => key ?? "").sort();
}

function keysOf(table: SemanticsTable): string[] {
  return Object.keys(table).sort();
}

function shapeKeys(shape: Shape): string[] {
  return typeof shape === "object" && "object" in shape ? Object.keys(shape.object).sort() : [];
}

test("the table and the shape cover every input that @pulumi/docker has for a container", () => {
  const typed = argsOf("container.d.ts", "ContainerArgs");
  expect(typed.length).toBeGreaterThan(60);
  expect(keysOf(CONTAINER_SEMANTICS)).toEqual(typed);
  expect(shapeKeys(CONTAINER_SHAPE)).toEqual(typed);
});

test("networks, volumes and images know every typed input that the daemon can honour", () => {
  const notTyped = ["checkDuplicate"];
  const network = argsOf("network.d.ts", "NetworkArgs");
  expect(keysOf(NETWORK_SEMANTICS).filter((key) => !notTyped.includes(key))).toEqual(network);
  expect(shapeKeys(NETWORK_SHAPE).filter((key) => !notTyped.includes(key))).toEqual(network);
  const volume = argsOf("volume.d.ts", "VolumeArgs").filter((key) => key !== "cluster");
  expect(shapeKeys(VOLUME_SHAPE)).toEqual(volume);
  const image = argsOf("remoteImage.d.ts", "RemoteImageArgs");
  expect(keysOf(REMOTE_IMAGE_SEMANTICS)).toEqual(image);
  expect(shapeKeys(REMOTE_IMAGE_SHAPE)).toEqual(image);
});

test("what the official plugin applies in place, reports without applying, and never reads back", () => {
  const withEffect = (effect: string) =>
    Object.entries(CONTAINER_SEMANTICS)
      .filter(([, semantics]) => semantics.effect === effect)
      .map(([key]) => key)
      .sort();
  expect(withEffect("reported-not-applied")).toEqual([
    "cpuPeriod",
    "cpuQuota",
    "healthcheck",
    "init",
    "tmpfs",
  ]);
  expect(withEffect("in-place")).toEqual([
    "cpuSet",
    "cpuShares",
    "deviceReadBps",
    "deviceReadIops",
    "deviceWriteBps",
    "deviceWriteIops",
    "maxRetryCount",
    "memory",
    "memoryReservation",
    "memorySwap",
    "restart",
  ]);
  for (const key of ["envs", "labels", "networksAdvanced", "uploads", "volumes"] as const) {
    expect(CONTAINER_SEMANTICS[key]).toMatchObject({ effect: "replace", readBack: false });
  }
});
