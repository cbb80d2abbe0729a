import type { Plan } from "../../planning/types";
import { stackVolumes, type VolumeFacts } from "../../preflight/volumes";

const plan = {
  stack: "dev",
  volumes: [
    { name: "data", system: "lab", service: "postgres", path: "/data", retained: true },
    { name: "cache", system: "lab", service: "web", path: "/cache", retained: false },
  ],
} as Plan;
const ours = { "berth.stack": "dev", "berth.system": "lab" };
const mount = { volume: "data", target: "/data", writable: true };
const compose = { "com.docker.compose.project": "shop" };

function look(facts: Partial<VolumeFacts>) {
  return stackVolumes({ plan, inState: new Set(), volumes: [], containers: [], ...facts });
}

test("a stack's volumes are those of its state and those with its label, gone services' included", () => {
  const { own, foreign } = look({
    inState: new Set(["data"]),
    volumes: [
      { name: "old", labels: ours },
      { name: "data", labels: compose },
      { name: "cache", labels: ours },
      { name: "stranger", labels: {} },
    ],
  });
  expect(own).toEqual([
    { name: "cache", service: "lab/web", remark: "a cache" },
    {
      name: "data",
      service: "lab/postgres",
      remark: "taken over from Compose project 'shop'",
    },
    { name: "old", service: "lab", remark: "of no service any more" },
  ]);
  expect(foreign).toEqual([]);
});

test.each([
  [{}, "volume data, which is not Berth's"],
  [compose, "volume data of Compose project 'shop'"],
  [{ "berth.stack": "prod" }, "volume data of Berth's stack 'prod'"],
])("a name of the plan alone proves nothing: %j", (labels, told) => {
  expect(look({ volumes: [{ name: "data", labels }] })).toEqual({
    own: [],
    foreign: [told],
    issues: [],
  });
});

test("another stack's label wins over the state", () => {
  const labels = { "berth.stack": "prod" };
  expect(look({ inState: new Set(["data"]), volumes: [{ name: "data", labels }] }).own).toEqual([]);
});

test("a volume that the settings take over is the stack's without its state, unless others have it", () => {
  const adopting = {
    ...plan,
    volumes: plan.volumes.map((volume) => ({ ...volume, adopted: volume.name === "data" })),
  };
  const names = (labels: Record<string, string>, mounts: string[] = []) => {
    const containers = mounts.map((stack) => ({
      ...{ names: ["reader"], labels: { "berth.stack": stack }, mounts: [mount] },
    }));
    const found = look({ plan: adopting, volumes: [{ name: "data", labels }], containers });
    expect(found.issues).toEqual([]);
    return found.own.map(({ name }) => name);
  };
  expect(names(compose)).toEqual(["data"]);
  expect(names({})).toEqual(["data"]);
  expect(names(compose, ["dev"])).toEqual(["data"]);
  expect(names({ "berth.stack": "prod" })).toEqual([]);
  expect(names(compose, ["prod"])).toEqual([]);
});

test("a volume that others mount is an issue that names them; one of the stack's own is none", () => {
  const volumes = [{ name: "data", labels: ours }];
  const container = (labels: Record<string, string>) => ({
    names: ["reader"],
    labels,
    mounts: [mount],
  });
  expect(look({ volumes, containers: [container(ours)] }).issues).toEqual([]);
  expect(look({ volumes, containers: [container(compose)] }).issues).toEqual([
    {
      path: "volumes/data",
      message: "is mounted by container 'reader' of Compose project 'shop'",
      remedy: "remove that container first: docker rm -f reader",
    },
  ]);
  expect(
    look({ volumes, containers: [container({ "berth.stack": "prod" })] }).issues[0]?.message,
  ).toBe("is mounted by container 'reader' of Berth's stack 'prod'");
});
