import { issuesOf, service, system } from "../support/catalogue";

const digest = `sha256:${"0".repeat(64)}`;
const of = (image: Parameters<typeof service>[0]) =>
  issuesOf([system("shop", { api: service(image) })]);
const registry = (reference: string) => of({ image: { registry: reference } });
const exact = "must have an exact version tag, such as 7.4.2";

test.each([
  "redis:7.4.2-alpine",
  "postgres:17.5-bookworm",
  "grafana/loki:v3.4.2",
  "minio/minio:RELEASE.2025-04-22T22-12-26Z",
  "michaelf34/infinity:0.0.77-cpu",
  `redis@${digest}`,
  `redis:7@${digest}`,
])("%s is exact", (reference) => {
  expect(registry(reference)).toEqual([]);
});

test.each([
  ["redis:latest", exact],
  ["redis:7", exact],
  // The number of the distribution is not the version of the program.
  ["node:20-alpine3.22", exact],
  ["python:slim-12", exact],
  ["redis", "must be an image with a tag"],
  ["redis@sha256:12", "must be an image with a tag"],
])("%s is not", (reference, message) => {
  expect(registry(reference)).toContainEqual(
    expect.stringContaining(`systems/shop/api.image.registry: '${reference}' ${message}`),
  );
});

test("what a build starts from is held to the same", () => {
  const image = { build: { bases: { NODE: "node:20-alpine3.22" } } };
  expect(of({ image })).toEqual([
    expect.stringContaining(
      `systems/shop/api.image.build.bases.NODE: 'node:20-alpine3.22' ${exact}`,
    ),
  ]);
});
