import { parseCatalogue } from "../../config/catalogue";
import type { ImagesLock } from "../../config/schema/images-lock";
import { catalogueImages, registryImages } from "../../planning/images";
import { planStack } from "../../planning/plan";
import type { MachineFacts } from "../../planning/types";
import { service, serviceOf, settings, system } from "../support/catalogue";

const digest = `sha256:${"0a".repeat(32)}`;
const locked = { digest, platforms: ["linux/amd64"] };
const build = {
  args: { MODE: "x" },
  bases: { NODE_IMAGE: "node:20.19.5-alpine3.22", OTHER_IMAGE: "nginx:1.27.4" },
};
const catalogue = parseCatalogue([
  system("shop", {
    web: service({ image: { build } }),
    cache: service({ prod: { image: { registry: "redis:7.4.3-alpine" } } }),
    worker: service({ image: { build: { folder: "worker" } } }),
  }),
]);
const plan = (imagesLock?: ImagesLock, machine?: MachineFacts) =>
  planStack({
    ...{ catalogue, stacks: [settings()], stack: "dev" },
    ...(imagesLock && { imagesLock }),
    ...(machine && { machine }),
  });
const notes = (...args: Parameters<typeof plan>) =>
  plan(...args).notes.map(({ path, message }) => `${path}: ${message}`);

test("the catalogue's images are those of both environments and the bases of builds", () => {
  expect(catalogueImages(catalogue)).toEqual([
    ...["nginx:1.27.4", "node:20.19.5-alpine3.22", "redis:7.4.2-alpine", "redis:7.4.3-alpine"],
  ]);
  expect(registryImages(plan().services)).toEqual([
    ...["nginx:1.27.4", "node:20.19.5-alpine3.22", "redis:7.4.2-alpine"],
  ]);
});

test("without a lock the plan notes it once", () => {
  expect(notes()).toEqual([
    "images.lock.json: is missing, so 3 images are known by tag alone; './berth images lock' writes it",
  ]);
  expect(serviceOf(plan(), "shop/cache").digest).toBeNull();
});

test("a locked image and a locked base have their digest; what the lock lacks is noted", () => {
  const lock = { "redis:7.4.2-alpine": locked, "nginx:1.27.4": locked };
  const found = plan(lock);
  expect(serviceOf(found, "shop/cache")).toMatchObject({ image: "redis:7.4.2-alpine", digest });
  expect(serviceOf(found, "shop/web")).toMatchObject({
    digest: null,
    build: {
      args: {
        ...{ MODE: "x", NODE_IMAGE: "node:20.19.5-alpine3.22" },
        OTHER_IMAGE: `nginx:1.27.4@${digest}`,
      },
    },
  });
  expect(notes(lock)).toEqual([
    "images.lock.json: lacks 1 of 3 images: node:20.19.5-alpine3.22; './berth images lock' writes it",
  ]);
  expect(notes({ ...lock, "node:20.19.5-alpine3.22": locked })).toEqual([]);
});

test("what is built on this machine has no digest, and no note", () => {
  const localImages = (image: string) => ({
    reference: `berth.local/${image.split(":")[0]}:0123456789ab`,
  });
  const machine: MachineFacts = { missingSources: [], localImages };
  const lock = { "redis:7.4.2-alpine": locked, "nginx:1.27.4": locked };
  expect(serviceOf(plan(lock, machine), "shop/cache").digest).toBeNull();
  expect(serviceOf(plan(lock, machine), "shop/web").build?.args.OTHER_IMAGE).toBe(
    "berth.local/nginx:0123456789ab",
  );
  expect(notes(undefined, machine)).toEqual([]);
});
