import type { ServiceEntry } from "../../config/schema/service";
import type { SystemInput } from "../../config/schema/system";
import {
  issuesOf,
  job,
  otherHost,
  planOf,
  service,
  serviceOf,
  settings,
  system,
} from "../support/catalogue";

type Exceptions = NonNullable<ServiceEntry["exceptions"]>;

const reason = "the image leaves no other way";
const networks = {
  main: { name: "shop-{environment}" },
  data: { name: "shop-data-{environment}", internal: true },
  docker: { name: "shop-docker-{environment}", internal: true },
};
const shop = (entry: ServiceEntry): SystemInput => system("shop", { web: entry }, { networks });
const inProd = (...systems: SystemInput[]) => issuesOf(systems, [settings("prod")]);
const inDev = (...systems: SystemInput[]) => issuesOf(systems);

describe("limits", () => {
  const limitsOf = (entry: ServiceEntry, stack = settings("prod"), machine = false) => {
    const facts = { missingSources: [`${stack.environment}/shop`], localImages: "unused" as const };
    const plan = planOf([shop(entry)], [stack], machine ? facts : undefined);
    const { cpus, processes } = serviceOf(plan, "shop/web");
    return { issues: plan.issues.length, cpus, processes };
  };

  test.each([
    ["a service", service()],
    ["a job", job()],
  ])("in prod %s has a processor and a process limit, in dev neither", (_, entry) => {
    expect(limitsOf(entry)).toEqual({ issues: 0, cpus: 2, processes: 8192 });
    expect(limitsOf(entry, settings())).toEqual({ issues: 0, cpus: null, processes: null });
  });

  test("what the catalogue states counts in both environments", () => {
    const entry = service({ cpus: 0.5, processes: 100 });
    const stated = { issues: 0, cpus: 0.5, processes: 100 };
    expect([limitsOf(entry), limitsOf(entry, settings())]).toEqual([stated, stated]);
  });

  test("never more processors than the host has, as Docker would refuse the container", () => {
    const small = { host: { ...otherHost, cpus: 1 } };
    expect(limitsOf(service(), settings("prod", small)).cpus).toBe(1);
    expect(limitsOf(service({ cpus: 16 }), settings("prod")).cpus).toBe(8);
    expect(limitsOf(service({ cpus: 16 }), settings("dev", small)).cpus).toBe(1);
  });

  test("root has no process limit, as none binds it; a stand-in is not root", () => {
    const root = service({
      image: { build: {} },
      user: "0:0",
      exceptions: [{ allow: "root-user", reason }],
    });
    expect(limitsOf(root)).toEqual({ issues: 0, cpus: 2, processes: null });
    const standIns = settings("prod", { standIns: true });
    expect(limitsOf(root, standIns, true)).toEqual({ issues: 0, cpus: 2, processes: 8192 });
  });

  test("a process limit for root, or for a user that nobody knows", () => {
    const exceptions: Exceptions = [{ allow: "root-user", reason }];
    expect(inDev(shop(service({ user: "0:5", processes: 9, exceptions })))).toEqual([
      "systems/shop/web.processes: is given, but no process limit binds root; name a user that is not root, or leave it out",
    ]);
    const { user: _, ...nobody } = service({ processes: 9 });
    expect(inDev(shop(nobody as ServiceEntry))).toEqual([
      "systems/shop/web.processes: is given, but nobody knows whether the image runs as root, which no process limit binds; name a user that is not root, or leave it out",
    ]);
  });
});

describe("the user", () => {
  const without = (entry: ServiceEntry): ServiceEntry => {
    const { user: _, ...rest } = entry;
    return rest;
  };

  test.each([
    ["a service", service()],
    ["a job", job()],
  ])("%s of prod without one, which dev allows", (_, entry) => {
    expect(inDev(shop(without(entry)))).toEqual([]);
    expect(inProd(shop(without(entry)))).toEqual([
      'systems/shop/web.user: is missing, and what the image says may be root; name the user that the image is made for as "uid:gid", such as "1000:1000"',
    ]);
  });

  test.each(["0:0", "0:1000", "00:0"])("%s is root and needs an exception in prod", (user) => {
    expect(inDev(shop(service({ user })))).toEqual([]);
    expect(inProd(shop(service({ user })))).toEqual([
      'systems/shop/web.user: is root without saying why; name another user, or add an exception {allow: "root-user", reason: …}',
    ]);
    const exceptions: Exceptions = [{ allow: "root-user", reason }];
    expect(inProd(shop(service({ user, exceptions })))).toEqual([]);
  });

  test("an exception for root where the user is another", () => {
    const exceptions: Exceptions = [{ allow: "root-user", reason }];
    expect(inProd(shop(service({ user: "1000:0", exceptions })))).toEqual([
      "systems/shop/web.exceptions: allows root, but the user is 1000:0; leave it out",
    ]);
  });

  test("the job that provisions a server's databases is judged with its server", () => {
    const sql = service({
      user: "0:0",
      networks: ["data"],
      endpoints: { sql: { port: 5432, protocol: "tcp", role: "internal" } },
      postgres: { endpoint: "sql" },
      tmpfs: ["/var/lib/postgresql"],
      exceptions: [
        { allow: "root-user", reason },
        { allow: "writable-root", reason },
      ],
    });
    const web = service({ needs: { database: { database: "sql#shop" } } });
    const plan = planOf([system("shop", { sql, web }, { networks })], [settings("prod")]);
    expect(plan.issues).toEqual([]);
    const { security, exceptions } = serviceOf(plan, "shop/sql-databases");
    expect(security.user).toBe("0:0");
    expect(exceptions.map(({ allow }) => allow)).toEqual(["root-user"]);
    expect(security.readOnlyRoot).toBe(true);
  });
});

describe("what is mounted", () => {
  test("a source in prod needs an exception of its folder", () => {
    const mounts = [{ source: "conf", target: "/etc/conf" }];
    const source = (exceptions: Exceptions) => shop(service({ mounts, exceptions }));
    expect(inDev(source([]))).toEqual([]);
    expect(inProd(source([]))).toEqual([
      'systems/shop/web.mounts: mounts its source conf in prod without saying why; build it into the image, or add an exception {allow: "source-mount", value: "conf", reason: …}',
    ]);
    expect(inProd(source([{ allow: "source-mount", value: "conf", reason }]))).toEqual([]);
  });

  const socket = "/var/run/docker.sock";
  const proxy = (values: object) =>
    service({
      networks: ["docker"],
      mounts: [{ host: socket, target: socket }],
      exceptions: [{ allow: "docker-socket", value: socket, reason }],
      ...values,
    });

  test("Docker's socket in prod is read-only, on internal networks alone", () => {
    expect(inProd(shop(proxy({})))).toEqual([]);
    expect(inProd(shop(proxy({ networks: ["docker", "main"] })))).toEqual([
      "systems/shop/web.networks: has Docker's socket and is on shop-prod, which is not internal; give the socket to a proxy alone that lets reads pass, on an internal network of its own",
    ]);
    const mounts = [{ host: socket, target: socket, readOnly: false }];
    expect(inProd(shop(proxy({ mounts })))).toEqual([
      "systems/shop/web.mounts: mounts Docker's socket /var/run/docker.sock writable; set readOnly to true",
    ]);
  });

  test("a need that brings a network which is not internal", () => {
    const blog = system(
      "blog",
      { feed: service({ endpoints: { http: { port: 80, role: "internal" } } }) },
      { projects: { blog: { ports: { block: 1 } } } },
    );
    const needs = { feed: { endpoint: "blog/feed" } };
    expect(inProd(shop(proxy({ needs })), blog)).toEqual([
      "systems/shop/web.networks: has Docker's socket and is on blog-prod, which is not internal; give the socket to a proxy alone that lets reads pass, on an internal network of its own",
    ]);
  });

  test("a path that holds the socket is no mere host mount, however it is written", () => {
    for (const host of ["/run/", "//", "/var//run"]) {
      const exceptions: Exceptions = [{ allow: "host-mount", value: host, reason }];
      const mounts = [{ host, target: "/host" }];
      expect(inDev(shop(service({ mounts, exceptions })))).toEqual([
        `systems/shop/web.mounts: mounts ${host} of the host without saying why; add an exception {allow: "docker-socket", value: "${host}", reason: …}`,
      ]);
    }
  });
});

describe("exceptions that name nothing", () => {
  test.each([
    [undefined, "allows a capability that it does not name"],
    ["ALL", "allows 'ALL', which is not one capability by its name"],
    ["CAP_CHOWN", "allows 'CAP_CHOWN', which is not one capability by its name"],
    ["chown", "allows 'chown', which is not one capability by its name"],
  ])("capability %s", (value, message) => {
    const named = value === undefined ? {} : { value };
    const exceptions: Exceptions = [{ allow: "capability", ...named, reason }];
    const remedy = 'name one in each exception, such as value: "NET_BIND_SERVICE"';
    const expected = [`systems/shop/web.exceptions: ${message}; ${remedy}`];
    expect(inDev(shop(service({ exceptions })))).toEqual(expected);
    expect(inProd(shop(service({ exceptions })))).toEqual(expected);
  });

  test("a mount that is not there", () => {
    const mounts = [{ host: "/sys", target: "/sys" }];
    const own = { allow: "host-mount" as const, value: "/sys", reason };
    const web = (...more: Exceptions) => shop(service({ mounts, exceptions: [own, ...more] }));
    expect(inProd(web())).toEqual([]);
    expect(inProd(web({ allow: "host-mount", value: "/proc", reason }))).toEqual([
      'systems/shop/web.exceptions: allows the host-mount /proc, which it does not mount; give it the value "/sys", or leave it out',
    ]);
    expect(inProd(web({ allow: "source-mount", reason }))).toEqual([
      "systems/shop/web.exceptions: allows a source-mount that it does not name; leave it out",
    ]);
  });
});

describe("data in prod is on internal networks alone", () => {
  const redis = { port: 6379, protocol: "redis" as const, role: "internal" as const };
  const sql = { port: 5432, protocol: "tcp" as const, role: "internal" as const };

  test.each([
    ["a cache", { endpoints: { redis } }],
    [
      "a Postgres server",
      { endpoints: { sql }, postgres: { endpoint: "sql" }, tmpfs: ["/var/lib/postgresql"] },
    ],
  ])("%s", (_, values) => {
    const on = (...names: string[]) => shop(service({ ...values, networks: names }));
    expect(inProd(on("data"))).toEqual([]);
    expect(inDev(on("main"))).toEqual([]);
    expect(inProd(on("data", "main"))).toEqual([
      "systems/shop/web.networks: holds data and is on shop-prod, which is not internal; put it on internal networks alone, and what needs it on one of them as well",
    ]);
  });
});

test("a stand-in keeps no leave of the application's", () => {
  const entry = service({
    image: { build: {} },
    exceptions: [{ allow: "new-privileges", reason }],
  });
  const planned = (missingSources: string[]) =>
    serviceOf(
      planOf([shop(entry)], [settings()], { missingSources, localImages: "unused" }),
      "shop/web",
    ).security.noNewPrivileges;
  expect([planned([]), planned(["dev/shop"])]).toEqual([false, true]);
});
