import { formatIssue } from "../../config/issues";
import { parseSettings } from "../../config/settings";
import { dockerPools, poolCapacity } from "../../planning/address-pools";
import { issuesOf, otherHost, service, settings, system } from "../support/catalogue";

const host = { id: "host", platform: "linux/amd64", memory: "64 GiB", cpus: 8 };
/** As many systems with a network each. */
const systems = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    system(
      `system-${index}`,
      { web: service() },
      {
        projects: { [`system-${index}`]: { ports: { block: 0 } } },
      },
    ),
  );

test("Docker's own pools have addresses for 31 networks", () => {
  expect(poolCapacity(dockerPools)).toBe(31);
});

test("more networks than there are addresses for, over all stacks of the host", () => {
  const remedy =
    'give Docker more (default-address-pools in its daemon.json, such as {"base": "10.200.0.0/16", "size": 24}) and say so here';
  expect(issuesOf(systems(30), [settings()])).toEqual([]);
  expect(issuesOf(systems(31), [settings()])).toEqual([
    `Pulumi.dev.yaml.host.addressPools: are Docker's own, which have addresses for 30 networks beside its bridge, but host host needs 31: 31 of dev; ${remedy}`,
  ]);
  expect(issuesOf(systems(16), [settings("dev"), settings("prod")])).toEqual([
    `Pulumi.dev.yaml.host.addressPools: are Docker's own, which have addresses for 30 networks beside its bridge, but host host needs 32: 16 of dev, 16 of prod; ${remedy}`,
  ]);
  expect(issuesOf(systems(16), [settings("dev"), settings("prod", { host: otherHost })])).toEqual(
    [],
  );
  const addressPools = [{ base: "10.200.0.0/16", size: 24 }];
  expect(issuesOf(systems(31), [settings("dev", { host: { ...host, addressPools } })])).toEqual([]);
  const few = { ...host, addressPools: [{ base: "10.200.0.0/22", size: 24 }] };
  expect(issuesOf(systems(4), [settings("dev", { host: few })])).toEqual([
    `Pulumi.dev.yaml.host.addressPools: have addresses for 3 networks beside its bridge, but host host needs 4: 4 of dev; ${remedy}`,
  ]);
});

test("more containers than a network has addresses for", () => {
  const small = { ...host, addressPools: [{ base: "10.200.0.0/16", size: 29 }] };
  const of = (replicas: number) =>
    issuesOf(
      [system("shop", { web: service({ replicas }), api: service() })],
      [settings("dev", { host: small })],
    );
  expect(of(4)).toEqual([]);
  expect(of(5)).toEqual([
    'Pulumi.dev.yaml.host.addressPools: may give network shop-dev 5 addresses, but 6 containers are on it; give Docker more (default-address-pools in its daemon.json, such as {"base": "10.200.0.0/16", "size": 24}) and say so here',
  ]);
});

test.each([
  [
    { base: "10.200.0.0", size: 24 },
    "addressPools.0.base: '10.200.0.0' must be a range such as \"10.200.0.0/16\"",
  ],
  [{ base: "10.200.0.0/24", size: 16 }, "addressPools.0.size: must not be wider than its base"],
])("%j is no pool", (pool, expected) => {
  const { issues } = parseSettings("dev", {
    environment: "dev",
    host: { ...host, addressPools: [pool] },
  });
  expect(issues.map(formatIssue)).toEqual([expect.stringContaining(expected)]);
});
