import { parseCatalogue } from "../../config/catalogue";
import { formatIssue } from "../../config/issues";
import { planStack } from "../../planning/plan";
import { routed, service, settings, system } from "../support/catalogue";

const digest = `sha256:${"0".repeat(64)}`;
const host = { id: "pi", platform: "linux/arm64", memory: "8 GiB", cpus: 4 };
const image = "redis:7.4.2-alpine";

const find = (
  systems: Parameters<typeof parseCatalogue>[0],
  lock: Record<string, string[]>,
  values: Record<string, unknown> = {},
) =>
  planStack({
    catalogue: parseCatalogue(systems),
    stacks: [settings("dev", { host, ...values })],
    stack: "dev",
    imagesLock: Object.fromEntries(
      Object.entries(lock).map(([name, platforms]) => [name, { digest, platforms }]),
    ),
  }).issues.map(formatIssue);

test("an image that the lock knows for other platforms alone", () => {
  const shop = system("shop", { api: service(), web: service(), worker: service() });
  expect(find([shop], { [image]: ["linux/386", "linux/amd64"] })).toEqual([
    "systems/shop/api.image: redis:7.4.2-alpine is for linux/386, linux/amd64 alone, and host pi is linux/arm64 (2 more of shop have it); choose a version or an image for that platform, or another host for its system",
  ]);
});

test("a base of a build", () => {
  const built = service({ image: { build: { bases: { NODE: "node:20.19.5", TOOLS: image } } } });
  expect(find([system("shop", { api: built })], { "node:20.19.5": ["linux/amd64"] })).toEqual([
    "systems/shop/api.image: node:20.19.5 is for linux/amd64 alone, and host pi is linux/arm64; choose a version or an image for that platform, or another host for its system",
  ]);
});

test("Berth's own proxy", () => {
  const web = service({ endpoints: { http: routed({ host: "www.example.org" }) } });
  const exposed = { exposure: { public: "traefik" }, zones: ["example.org"] };
  expect(find([system("shop", { web })], { "traefik:v3.6.12": ["linux/amd64"] }, exposed)).toEqual([
    expect.stringMatching(
      /^systems\/edge\/\S+\.image: traefik:v3\.6\.12 is for linux\/amd64 alone/,
    ),
  ]);
});

test("a platform with its variant, an image that the lock does not know, and none at all", () => {
  const shop = system("shop", { api: service() });
  expect(find([shop], { [image]: ["linux/amd64", "linux/arm64/v8"] })).toEqual([]);
  expect(find([shop], { "other:1.0": ["linux/amd64"] })).toEqual([]);
  expect(find([shop], {})).toEqual([]);
});
