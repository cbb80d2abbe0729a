import { issuesOf, service, system } from "../support/catalogue";

const cache = (name: string) => [{ cache: name, target: "/cache" }];

test("two volumes of a system under one name", () => {
  const volumes = { data: { name: "disk-{environment}" }, other: { name: "disk-dev" } };
  expect(issuesOf([system("shop", { web: service() }, { volumes })])).toEqual([
    "systems/shop.volumes.other: names disk-dev, which shop declares as 'data'; give one of them another name",
  ]);
});

test("a cache in a volume that is kept", () => {
  const volumes = { data: { name: "shop-web-{environment}-modules" } };
  expect(
    issuesOf([system("shop", { web: service({ mounts: cache("modules") }) }, { volumes })]),
  ).toEqual([
    "systems/shop/web.mounts: keeps its cache 'modules' in volume shop-web-dev-modules, which shop declares as 'data'; give the cache another name",
  ]);
});

test("two caches in one volume", () => {
  const services = {
    api: service({ container: "shop-a", mounts: cache("b-modules") }),
    web: service({ container: "shop-a-b", mounts: cache("modules") }),
  };
  expect(issuesOf([system("shop", services)])).toEqual([
    "systems/shop/web.mounts: keeps its cache 'modules' in volume shop-a-b-modules, which shop has as cache 'b-modules' of shop-a; give the cache another name",
  ]);
});
