import {
  issuesOf,
  otherHost,
  published,
  routed,
  service,
  settings,
  system,
} from "../support/catalogue";

const shop = system(
  "shop",
  {
    web: service({
      endpoints: { http: published(0) },
      mounts: [{ volume: "data", target: "/data" }],
    }),
    api: service(),
  },
  { volumes: { data: { name: "data-{environment}" } } },
);
const blog = system("blog", { web: service() });
const host = { id: "host", platform: "linux/amd64", memory: "64 GiB", cpus: 8 };

describe("one environment of a service on a host", () => {
  test("the same service in two stacks is told once, not for each of its names", () => {
    const stacks = [settings("dev"), settings("second")];
    expect(issuesOf([shop, blog], stacks)).toEqual([
      "Pulumi.dev.yaml.systems: blog/web and 2 more would run twice in dev on host host: in stack second as well; leave its system out of one of the two, or give that one another host",
    ]);
    expect(
      issuesOf([shop, blog], [settings("dev"), settings("second", { systems: ["blog"] })]),
    ).toEqual([
      "Pulumi.dev.yaml.systems: blog/web would run twice in dev on host host: in stack second as well; leave its system out of one of the two, or give that one another host",
    ]);
  });

  test("two stacks of an environment share a host where they share no service", () => {
    const [one, other] = [
      settings("dev", { systems: ["shop"] }),
      settings("second", { systems: ["blog"] }),
    ];
    expect(issuesOf([shop, blog], [one, other])).toEqual([]);
  });

  test("dev and prod, replicas, and other hosts are no second environment", () => {
    const many = system("shop", { api: service({ replicas: 3 }) });
    expect(issuesOf([many], [settings("dev"), settings("prod")])).toEqual([]);
    expect(issuesOf([many], [settings("dev"), settings("far", { host: otherHost })])).toEqual([]);
  });

  test("two services of the two stacks still collide by name", () => {
    const container = "web-{environment}";
    const systems = [
      system("blog", { web: service({ container }) }),
      system("shop", { web: service({ container }) }),
    ];
    const stacks = [
      settings("dev", { systems: ["blog"] }),
      settings("second", { systems: ["shop"] }),
    ];
    expect(issuesOf(systems, stacks)).toEqual([
      "systems/blog/web: container name web-dev is shop/web's, stack second; give one of them another container name",
    ]);
  });

  test("an address that dev and prod share is still one", () => {
    const systems = [
      system("shop", {
        web: service({ endpoints: { http: routed({ host: "www.example.org" }) } }),
      }),
    ];
    const values = { exposure: { public: "traefik" }, zones: ["example.org"] };
    const stacks = [
      settings("dev", { ...values, traefik: { httpPort: 8080, httpsPort: 8443 } }),
      settings("prod", values),
    ];
    expect(issuesOf(systems, stacks)).toContain(
      "systems/shop/web.endpoints.http.routes: address www.example.org/ is shop/web's, stack prod; give one of them another host or path",
    );
  });
});

describe("what stacks say of their host", () => {
  const say = (values: Record<string, unknown>, others: Record<string, unknown> = {}) =>
    issuesOf(
      [blog],
      [
        settings("dev", { host: { ...host, ...values } }),
        settings("prod", { host: { ...host, ...others } }),
      ],
    );

  test.each([
    ["platform", "linux/arm64", "linux/amd64"],
    ["memory", "32 GiB", "64 GiB"],
    ["cpus", 4, "8"],
    ["gpu", 2, "false"],
    ["logDisk", "5 GiB", "not given"],
    ["cpuOvercommit", 4, "not given"],
  ])("another %s", (field, value, other) => {
    expect(say({ [field]: value })).toEqual([
      `Pulumi.dev.yaml.host.${field}: is ${value}, but ${other} in Pulumi.prod.yaml, of the same host host; let both say what the host has`,
    ]);
  });

  test("other pools of addresses", () => {
    const pool = { base: "10.200.0.0/16", size: 24 };
    expect(say({ addressPools: [pool] })).toEqual([
      'Pulumi.dev.yaml.host.addressPools: is [{"base":"10.200.0.0/16","size":24}], but not given in Pulumi.prod.yaml, of the same host host; let both say what the host has',
    ]);
    expect(say({ addressPools: [pool] }, { addressPools: [pool] })).toEqual([]);
  });

  test("the same in other words", () => {
    expect(say({ memory: "65536 MiB", gpu: true }, { gpu: 1 })).toEqual([]);
  });

  test("one Docker address under two ids", () => {
    const docker = "ssh://ann@server.example.org";
    expect(say({ docker }, { docker, id: "other" })).toEqual([
      "Pulumi.dev.yaml.host.id: ssh://ann@server.example.org is host host here and other in Pulumi.prod.yaml, so the two stacks are not proved together; give both the same id",
    ]);
    expect(say({ docker }, { id: "other" })).toEqual([]);
    expect(say({ docker }, { docker })).toEqual([]);
  });
});
