import { parseCatalogue } from "../../config/catalogue";
import type { ServiceEntry } from "../../config/schema/service";
import { formatIssue } from "../../config/issues";
import { planStack } from "../../planning/plan";
import {
  issuesOf,
  job,
  otherHost,
  planOf,
  published,
  service,
  settings,
  system,
} from "../support/catalogue";

/** Where a Postgres server of a test has its data. */
const tmpfs = ["/var/lib/postgresql"];

const http = (endpoint: ReturnType<typeof published>) => ({ endpoints: { http: endpoint } });

describe("ports", () => {
  test("a published endpoint without a slot", () => {
    expect(issuesOf([system("shop", { web: service(http(published(undefined))) })])).toEqual([
      "systems/shop/web.endpoints.http.slot: is missing although the endpoint is published; give it a free slot from 0 to 99 in block 0 of project shop",
    ]);
  });

  test("a slot outside of the project's slice", () => {
    const projects = { shop: { ports: { block: 5, slice: 1 } } };
    expect(issuesOf([system("shop", { web: service(http(published(20))) }, { projects })])).toEqual(
      [
        "systems/shop/web.endpoints.http.slot: slot 20 is outside of project shop's slice, which has 20; choose a slot from 0 to 19",
      ],
    );
    expect(
      planOf([system("shop", { web: service(http(published(19))) }, { projects })]).services[0]
        ?.ports,
    ).toEqual([{ ip: "127.0.0.1", host: 4539, container: 80 }]);
  });

  test("two services on one port", () => {
    const services = { api: service(http(published(3))), web: service(http(published(3))) };
    expect(issuesOf([system("shop", services)])).toEqual([
      "systems/shop/web: port 4003 is shop/api's; choose another slot for one of them, or another block for its project",
    ]);
  });

  test("two endpoints of one service on one port", () => {
    const endpoints = { http: published(3), admin: { ...published(3), port: 81 } };
    expect(issuesOf([system("shop", { web: service({ endpoints }) })])).toEqual([
      "systems/shop/web: port 4003 is taken twice by shop/web; choose another slot for one of them, or another block for its project",
    ]);
  });

  describe("in the documented scheme", () => {
    // Dev of one system and prod of another document the same port.
    const systems = [
      system("blog", {
        web: service(http({ ...published(0), published: { dev: 3000, prod: 3100 } })),
      }),
      system("shop", {
        web: service(http({ ...published(0), published: { dev: 5173, prod: 3000 } })),
      }),
      system("wiki", {
        web: service(http({ ...published(0), published: { dev: 5173, prod: 9 } })),
      }),
    ];
    const documented = { ports: "documented" };
    const prod = { ...documented, systems: ["shop"] };
    const remedy =
      "choose another port for one of them, use the blocks scheme, or run fewer systems (berth:systems)";

    test("two systems on one port", () => {
      expect(issuesOf(systems, [settings("dev", documented)])).toEqual([
        `systems/wiki/web: port 5173 is shop/web's; ${remedy}`,
      ]);
    });

    test("two stacks of a host on one port, told from either side", () => {
      const [dev, other] = [
        settings("dev", { ...documented, systems: ["blog"] }),
        settings("prod", prod),
      ];
      expect(issuesOf(systems, [dev, other])).toEqual([
        `systems/blog/web: port 3000 is shop/web's, stack prod; ${remedy}`,
      ]);
      expect(issuesOf(systems, [other, dev])).toEqual([
        `systems/shop/web: port 3000 is blog/web's, stack dev; ${remedy}`,
      ]);
    });

    test("stacks of different hosts have the same ports", () => {
      const dev = settings("dev", { ...documented, systems: ["blog"] });
      expect(issuesOf(systems, [dev, settings("prod", { ...prod, host: otherHost })])).toEqual([]);
    });
  });

  test("a parameter that is no port", () => {
    const parameters = { API_PORT: { about: "where the API listens" } };
    const one = system(
      "shop",
      {
        web: service({
          endpoints: { http: { port: { parameter: "API_PORT" }, role: "internal" } },
        }),
      },
      { parameters },
    );
    expect(issuesOf([one], [settings("dev", { parameters: { API_PORT: "80a" } })])).toEqual([
      "Pulumi.dev.yaml.parameters.API_PORT: '80a' is not a port; give a number from 1 to 65535",
    ]);
    expect(issuesOf([one])).toEqual([
      "Pulumi.dev.yaml.parameters: API_PORT is missing, which systems/shop/web needs (where the API listens); give it a value under berth:parameters",
    ]);
  });

  test("replicas on one host port", () => {
    expect(
      issuesOf([system("shop", { web: service({ ...http(published(3)), replicas: 2 }) })]),
    ).toEqual([
      "systems/shop/web.replicas: 2 replicas can't share host port 4003; run one, or do not publish it",
    ]);
  });

  test("a port of a service that is on internal networks alone", () => {
    const networks = {
      main: { name: "shop-{environment}", internal: true },
      data: { name: "data-{environment}", internal: true },
    };
    const on = (names: string[]) =>
      issuesOf([
        system("shop", { web: service({ ...http(published(3)), networks: names }) }, { networks }),
      ]);
    expect(on(["main"])).toEqual([
      "systems/shop/web.networks: port 4003 can't be published: shop-dev is internal; add a network that is not internal, or do not publish it",
    ]);
    expect(on(["main", "data"])).toEqual([
      "systems/shop/web.networks: port 4003 can't be published: shop-dev and data-dev are internal; add a network that is not internal, or do not publish it",
    ]);
  });
});

describe("names that nothing has", () => {
  const shop = system(
    "shop",
    { web: service({ endpoints: { http: { port: 80, role: "internal" } } }) },
    {
      parameters: { API_HOST: { about: "the API", default: "localhost" } },
      volumes: { data: { name: "data_{environment}" } },
      externals: { store: { about: "the store", url: "https://store.example" } },
    },
  );
  const withService = (entry: Parameters<typeof service>[0]) => [
    { ...shop, services: { ...shop.services, api: service(entry) } },
  ];

  test("a stack", () => {
    const plan = planStack({
      catalogue: parseCatalogue([shop]),
      stacks: [settings("dev"), settings("prod")],
      stack: "prd",
    });
    expect(plan.issues.map(formatIssue)).toEqual([
      "Pulumi.prd.yaml: there is no stack 'prd'; did you mean 'prod'?",
    ]);
  });

  test("a system of the settings", () => {
    expect(issuesOf([shop], [settings("dev", { systems: ["shop", "shpo"] })])).toEqual([
      "Pulumi.dev.yaml.systems: no system is called 'shpo'; did you mean 'shop'?",
    ]);
  });

  test("a parameter of the settings", () => {
    expect(issuesOf([shop], [settings("dev", { parameters: { API_HOTS: "x" } })])).toEqual([
      "Pulumi.dev.yaml.parameters.API_HOTS: no system declares this parameter; did you mean 'API_HOST'?",
    ]);
  });

  test("a parameter of the catalogue", () => {
    expect(issuesOf(withService({ variables: { HOST: "{parameter:API_HOTS}" } }))).toEqual([
      "systems/shop/api.variables.HOST: shop declares no parameter 'API_HOTS'; did you mean 'API_HOST'?",
    ]);
  });

  test("a network, and one that the environment does not have", () => {
    expect(issuesOf(withService({ networks: ["mian"] }))).toEqual([
      "systems/shop/api.networks: shop has no network 'mian' in dev; did you mean 'main'?",
    ]);
    const networks = {
      main: { name: "shop-{environment}" },
      edge: { name: "edge", environments: ["prod" as const] },
    };
    const [one] = withService({ networks: ["main", "edge"] });
    expect(issuesOf([{ ...one!, networks }])).toEqual([
      "systems/shop/api.networks: shop has no network 'edge' in dev; there is main",
    ]);
  });

  test("a project", () => {
    expect(issuesOf(withService({ project: "stop" }))).toEqual([
      "systems/shop/api.project: no project of shop is called 'stop'; did you mean 'shop'?",
    ]);
  });

  test("a volume", () => {
    expect(issuesOf(withService({ mounts: [{ volume: "date", target: "/data" }] }))).toEqual([
      "systems/shop/api.mounts: shop declares no volume 'date'; did you mean 'data'?",
    ]);
  });

  test("an endpoint of a need", () => {
    expect(issuesOf(withService({ needs: { web: { endpoint: "web#htpt" } } }))).toEqual([
      "systems/shop/api.needs.web: shop/web has no endpoint 'htpt'; did you mean 'http'?",
    ]);
    expect(issuesOf(withService({ needs: { self: { endpoint: "api" } } }))).toContain(
      "systems/shop/api.needs.self: shop/api has no endpoint; declare one in systems/shop/api",
    );
  });

  test("an endpoint of a health check or of a Postgres server", () => {
    const health = { kind: "tcp" as const, endpoint: "htpt", probe: "nc" as const };
    const endpoints = { http: { port: 80, role: "internal" as const } };
    expect(issuesOf(withService({ endpoints, health }))).toEqual([
      "systems/shop/api.health.endpoint: the service has no endpoint 'htpt'; did you mean 'http'?",
    ]);
    expect(issuesOf(withService({ endpoints, postgres: { endpoint: "sql" }, tmpfs }))).toEqual([
      "systems/shop/api.postgres.endpoint: the service has no endpoint 'sql'; there is http",
    ]);
  });

  test("an external, and one that the environment does not have", () => {
    expect(issuesOf(withService({ needs: { store: { external: "stroe" } } }))).toEqual([
      "systems/shop/api.needs.store: shop declares no external 'stroe' in dev; did you mean 'store'?",
    ]);
    const [one] = withService({ needs: { store: { external: "store" } } });
    const externals = {
      store: { about: "the store", url: "https://store.example", environments: ["prod" as const] },
    };
    expect(issuesOf([{ ...one!, externals }])).toEqual([
      "systems/shop/api.needs.store: shop declares no external 'store' in dev; there is none",
    ]);
  });

  test("the parameter of an external", () => {
    const externals = { store: { about: "the store", url: { parameter: "STORE" } } };
    expect(issuesOf([{ ...shop, externals }])).toEqual([
      "systems/shop.externals.store: shop declares no parameter 'STORE'; there is API_HOST",
    ]);
    expect(
      issuesOf([{ ...shop, externals, parameters: { STORE: { about: "its address" } } }]),
    ).toEqual([
      "Pulumi.dev.yaml.parameters: STORE is missing, which systems/shop.externals.store needs (its address); give it a value under berth:parameters",
    ]);
  });

  test("names that every JavaScript object has are no exception", () => {
    expect(
      issuesOf(
        withService({
          project: "constructor",
          networks: ["main", "toString"],
          mounts: [{ volume: "toString", target: "/data" }],
          needs: {
            external: { external: "constructor" },
            secret: { secret: "key", variables: { KEY: "{constructor}" } },
            web: { endpoint: "web#toString" },
          },
        }),
      ),
    ).toEqual([
      "systems/shop/api.project: no project of shop is called 'constructor'; there is shop",
      "systems/shop/api.networks: shop has no network 'toString' in dev; there is main",
      "systems/shop/api.needs.external: shop declares no external 'constructor' in dev; there is store",
      "systems/shop/api.needs.secret.variables.KEY: a need of this kind has no part '{constructor}'; there is value",
      "systems/shop/api.needs.web: shop/web has no endpoint 'toString'; there is http",
      "systems/shop/api.mounts: shop declares no volume 'toString'; there is data",
    ]);
  });
});

describe("needs", () => {
  const endpoints = { http: { port: 80, role: "internal" as const } };

  test("nothing of the name: the nearest one is named, with its system where it is another's", () => {
    const systems = (need: string) => [
      system("shop", {
        web: service({ needs: { need: { endpoint: need } } }),
        backend: service({ endpoints }),
      }),
      system("blog", { writer: service({ endpoints }) }),
    ];
    expect(issuesOf(systems("backedn"))).toEqual([
      "systems/shop/web.needs.need: nothing in stack dev meets 'backedn'; did you mean 'backend'?",
    ]);
    expect(issuesOf(systems("blog/wrtier"))).toEqual([
      "systems/shop/web.needs.need: nothing in stack dev meets 'blog/wrtier'; did you mean 'blog/writer'?",
    ]);
    expect(issuesOf(systems("q"))).toEqual([
      "systems/shop/web.needs.need: nothing in stack dev meets 'q'; there is backend, blog/writer",
    ]);
  });

  test("of a system that the stack does not run", () => {
    const systems = [
      system("shop", { web: service({ needs: { need: { endpoint: "blog/writer" } } }) }),
      system("blog", { writer: service({ endpoints }) }),
    ];
    expect(issuesOf(systems, [settings("dev", { systems: ["shop"] })])).toEqual([
      "systems/shop/web.needs.need: nothing in stack dev meets 'blog/writer'; there is none",
    ]);
  });

  test("a target of another kind", () => {
    const services: Record<string, ServiceEntry> = {
      web: service({ needs: { need: { job: "cache" }, other: { endpoint: "setup" } } }),
      cache: service({ endpoints }),
      setup: job(),
    };
    expect(issuesOf([system("shop", services)])).toEqual([
      "systems/shop/web.needs.need: nothing in stack dev meets 'cache': shop/cache is of another kind; there is setup",
      "systems/shop/web.needs.other: nothing in stack dev meets 'setup': shop/setup is of another kind; there is cache",
    ]);
    const database = {
      web: service({ needs: { sql: { database: "cache#web" } } }),
      cache: service(),
    };
    expect(issuesOf([system("shop", database)])).toEqual([
      "systems/shop/web.needs.sql: nothing in stack dev meets 'cache': shop/cache is of another kind; there is none",
    ]);
  });

  test("cycles, each once, with all of their members", () => {
    const needs = (...names: string[]) =>
      service({
        endpoints,
        needs: Object.fromEntries(names.map((name) => [name, { endpoint: name }])),
      });
    expect(
      issuesOf([
        system("shop", {
          a: needs("b"),
          b: needs("c"),
          c: needs("a"),
          d: needs("a"),
          self: needs("self"),
        }),
      ]),
    ).toEqual([
      "systems/shop/a.needs: needs itself by way of shop/a → shop/b → shop/c → shop/a; drop one of these needs, or reach it from the browser",
      "systems/shop/self.needs: needs itself by way of shop/self → shop/self; drop one of these needs, or reach it from the browser",
    ]);
  });

  test("a browser's need of an endpoint that is not published", () => {
    expect(
      issuesOf([
        system("shop", {
          web: service({ needs: { api: { endpoint: "api", reach: "browser" } } }),
          api: service({ endpoints }),
        }),
      ]),
    ).toEqual([
      "systems/shop/web.needs.api: a browser can't reach shop/api#http: it is not published in dev; publish it in systems/shop/api or reach it from the container",
    ]);
  });

  test("a browser's need of an endpoint that the policy closes", () => {
    const cache = { ...published(0), role: "internal" as const };
    const shop = system("shop", {
      web: service({ needs: { cache: { endpoint: "cache", reach: "browser" } } }),
      cache: service({ endpoints: { http: cache } }),
    });
    expect(issuesOf([shop])).toEqual([]);
    expect(issuesOf([shop], [settings("prod")])).toEqual([
      "systems/shop/web.needs.cache: a browser can't reach shop/cache#http: Pulumi.prod.yaml.exposure.internal gives it no way; choose hostPort there, or reach it from the container",
    ]);
  });

  test("a part that the need does not have", () => {
    const one = service({
      needs: { api: { endpoint: "api", variables: { API: "{hots}:{password}" } } },
    });
    expect(issuesOf([system("shop", { web: one, api: service({ endpoints }) })])).toEqual([
      "systems/shop/web.needs.api.variables.API: a need of this kind has no part '{hots}'; did you mean 'host'?",
      "systems/shop/web.needs.api.variables.API: a need of this kind has no part '{password}'; there is host, port, protocol, url",
    ]);
  });

  test("a database of two owners, and one that is the server's own", () => {
    const server = service({
      endpoints: { sql: { port: 5432, protocol: "tcp", role: "internal" } },
      postgres: { endpoint: "sql" },
      tmpfs: ["/var/lib/postgresql"],
    });
    const needs = (database: string, role?: string) =>
      service({ needs: { sql: { database, ...(role === undefined ? {} : { role }) } } });
    expect(
      issuesOf([
        system("shop", { sql: server, a: needs("sql#shop"), b: needs("sql#shop", "other") }),
      ]),
    ).toEqual([
      "systems/shop/b.needs: database shop of shop/sql would belong to role other, but another need gives it to shop; let both name the same role",
    ]);
    expect(issuesOf([system("shop", { sql: server, a: needs("sql#shop", "postgres") })])).toEqual([
      "systems/shop/a.needs: database shop with role postgres of shop/sql is the server's own; name a database and a role of the consumer's",
    ]);
    expect(
      issuesOf([system("shop", { sql: server, a: needs("sql#shop"), "sql-databases": service() })]),
    ).toEqual([
      "systems/shop/sql-databases: is the name of the job that provisions shop/sql's databases; give the service another name",
    ]);
  });
});

describe("names that two take", () => {
  test("a container", () => {
    const container = "web-{environment}";
    expect(
      issuesOf([
        system("blog", { web: service({ container }) }),
        system("shop", { web: service({ container }) }),
      ]),
    ).toEqual([
      "systems/shop/web: container name web-dev is blog/web's; give one of them another container name",
    ]);
  });

  test("a container, by way of a replica's number", () => {
    expect(
      issuesOf([
        system("shop", {
          web: service({ container: "web", replicas: 2 }),
          other: service({ container: "web-2" }),
        }),
      ])[0],
    ).toBe(
      "systems/shop/web: container name web-2 is shop/other's; give one of them another container name",
    );
  });

  test("containers, networks and volumes of dev and prod without the environment in their names", () => {
    const one = system(
      "shop",
      { web: service({ container: "web", mounts: [{ volume: "data", target: "/data" }] }) },
      { networks: { main: { name: "lan" } }, volumes: { data: { name: "disk" } } },
    );
    expect(issuesOf([one], [settings("dev"), settings("prod")])).toEqual([
      "systems/shop/web: container name web is shop/web's, stack prod; give one of them another container name",
      "systems/shop: network lan is shop's, stack prod; name the environment in it: '{environment}'",
      "systems/shop: volume disk is shop's, stack prod; name the environment in it: '{environment}'",
    ]);
    expect(issuesOf([one], [settings("dev"), settings("prod", { host: otherHost })])).toEqual([]);
  });

  test("networks and volumes of two systems", () => {
    const one = (name: string) =>
      system(
        name,
        { web: service({ mounts: [{ volume: "data", target: "/data" }] }) },
        { networks: { main: { name: "lan" } }, volumes: { data: { name: "disk" } } },
      );
    expect(issuesOf([one("blog"), one("shop")])).toEqual(
      expect.arrayContaining([
        "systems/shop: network lan is blog's; name the environment in it: '{environment}'",
        "systems/shop: volume disk is blog's; name the environment in it: '{environment}'",
      ]),
    );
  });

  test("an alias on a network", () => {
    expect(
      issuesOf([
        system("shop", {
          api: service({ aliases: ["server"] }),
          web: service({ aliases: ["server"] }),
        }),
      ]),
    ).toEqual([
      "systems/shop/web.aliases: 'server' on network shop-dev is shop/api's; give one of them another alias or another home network",
    ]);
    expect(
      issuesOf([
        system("shop", {
          api: service({ container: "web", aliases: ["api"] }),
          web: service({ container: "other" }),
        }),
      ]),
    ).toEqual([
      "systems/shop/web.aliases: 'web' on network shop-dev is shop/api's; give one of them another alias or another home network",
    ]);
  });
});

test("Docker's socket is no mere host mount, nor is a folder that holds it", () => {
  for (const host of ["/var/run/docker.sock", "/run", "/"]) {
    const mounts = [{ host, target: "/host" }];
    const exceptions = [
      { allow: "host-mount" as const, value: host, reason: "a file of the host is needed" },
    ];
    expect(issuesOf([system("shop", { web: service({ mounts, exceptions }) })])).toEqual([
      `systems/shop/web.mounts: mounts ${host} of the host without saying why; add an exception {allow: "docker-socket", value: "${host}", reason: …}`,
    ]);
  }
});

test("a mount of the host without a reason", () => {
  const mounts = [{ host: "/var/run/docker.sock", target: "/docker.sock" }];
  expect(issuesOf([system("shop", { web: service({ mounts }) })])).toEqual([
    'systems/shop/web.mounts: mounts /var/run/docker.sock of the host without saying why; add an exception {allow: "docker-socket", value: "/var/run/docker.sock", reason: …}',
  ]);
  const exceptions = [
    {
      allow: "docker-socket" as const,
      value: "/var/run/docker.sock",
      reason: "it reads the containers' states",
    },
  ];
  expect(issuesOf([system("shop", { web: service({ mounts, exceptions }) })])).toEqual([]);
});

describe("variables and secrets that say two things", () => {
  const api = service({ endpoints: { http: { port: 80, role: "internal" } } });
  const web = (values: Parameters<typeof service>[0], more = {}) =>
    issuesOf([system("shop", { api, web: service(values), ...more })]);
  const one = { endpoint: "api", variables: { API: "{url}" } };

  test("a variable of two needs, one of them a secret", () => {
    const token = { secret: "token", variables: { API: "{value}" } };
    expect(web({ needs: { api: one, token } })).toEqual([
      "systems/shop/web.needs.token.variables.API: is given a value by need 'api' too; leave one of them out",
    ]);
  });

  test("a variable of a need and of the service itself", () => {
    expect(web({ needs: { api: one }, variables: { API: "http://x" } })).toEqual([
      "systems/shop/web.needs.api.variables.API: is given a value by the service's variables too; leave one of them out",
    ]);
  });

  test("the variable that a Postgres server has from Berth", () => {
    const endpoints = { sql: { port: 5432, protocol: "tcp" as const, role: "internal" as const } };
    const variables = { POSTGRES_PASSWORD: "hunter2" };
    expect(web({ endpoints, variables, postgres: { endpoint: "sql" }, tmpfs })).toEqual([
      "systems/shop/web.variables.POSTGRES_PASSWORD: is given to a Postgres server by Berth; leave it out",
    ]);
  });

  test("one label with two lengths", () => {
    const token = (length: number) => ({
      needs: { token: { secret: "token", length, variables: { TOKEN: "{value}" } } },
    });
    expect(web(token(32), { worker: service(token(48)) })).toEqual([
      "systems/shop/worker.needs: secret shop/token has 48 characters here and 32 in shop/web; give both the same length",
    ]);
  });

  test("the version of a label that nothing has, unless its system does not run", () => {
    const token = { secret: "token", variables: { TOKEN: "{value}" } };
    const systems = [system("shop", { web: service({ needs: { token } }) }), system("blog", {})];
    const secretVersions = { "shop/token": 2, "shop/tokn": 2, "blog/key": 3 };
    expect(issuesOf(systems, [settings("dev", { secretVersions, systems: ["shop"] })])).toEqual([
      "Pulumi.dev.yaml.secretVersions.shop/tokn: no service has a secret of this label; did you mean 'shop/token'?",
    ]);
  });
});

describe("what Docker would refuse or take for something else", () => {
  const shop = (values: Parameters<typeof service>[0], more = {}) =>
    issuesOf([system("shop", { api: service(values) }, more)]);
  const outside = "must be a path below the source folder, without '..'; correct it";

  test("a network twice", () => {
    expect(shop({ networks: ["main", "main"] })).toEqual([
      "systems/shop/api.networks: names network shop-dev twice; name it once",
    ]);
  });

  test("two mounts on one path", () => {
    const mounts = [{ cache: "scratch", target: "/data/" }];
    expect(shop({ mounts, tmpfs: ["/tmp", "/data", "/tmp"] })).toEqual([
      "systems/shop/api.mounts: mounts two things on /data; give one of them another path",
      "systems/shop/api.mounts: mounts two things on /tmp; give one of them another path",
    ]);
  });

  test("two Postgres servers on one data folder", () => {
    const endpoints = { sql: { port: 5432, protocol: "tcp" as const, role: "internal" as const } };
    expect(shop({ endpoints, postgres: { endpoint: "sql" }, tmpfs, replicas: 2 })).toEqual([
      "systems/shop/api.replicas: 2 Postgres servers can't share one data folder; run one",
    ]);
  });

  test.each([
    ["a mounted source", { mounts: [{ source: "../../../etc", target: "/x" }] }, "mounts.0.source"],
    ["an absolute one", { mounts: [{ source: "/etc", target: "/x" }] }, "mounts.0.source"],
    ["a build", { image: { build: { folder: "api/../.." } } }, "image.build.folder"],
    ["an environment file", { environmentFiles: ["../.env"] }, "environmentFiles.0"],
  ])("a way out of the source folder: %s", (_, values, path) => {
    expect(shop(values)).toEqual([expect.stringContaining(`systems/shop/api.${path}: `)]);
    expect(shop(values)).toEqual([expect.stringContaining(outside)]);
  });

  test("dots in a name are no way out", () => {
    expect(shop({ mounts: [{ source: "..api/v1..2/.x", target: "/x" }] })).toEqual([]);
  });

  test.each([
    ["no memory", { memory: "0 MiB" }, "memory: '0 MiB' must be 6 MiB or more"],
    ["too little", { memory: "0.005 GiB" }, "memory: '0.005 GiB' must be 6 MiB or more"],
    ["no time to stop", { stopTimeout: "0 s" }, "stopTimeout: '0 s' must be a duration"],
    ["a name of one letter", { container: "x" }, "container: 'x' must be a Docker name"],
  ])("%s", (_, values, expected) => {
    expect(shop(values)).toEqual([expect.stringContaining(`systems/shop/api.${expected}`)]);
  });

  test("a network of Docker's own", () => {
    expect(shop({}, { networks: { main: { name: "host" } } })).toEqual([
      "systems/shop.networks.main.name: 'host' is a network of Docker's own; correct it",
    ]);
  });
});

describe("entries that are none", () => {
  const entry = (values: unknown) =>
    issuesOf([system("shop", { api: values as ReturnType<typeof service> })]);

  test.each([
    ["a service that is null", null, "api: null is not of type object"],
    ["a service that is text", "redis", "api: 'redis' is not of type object"],
    ["an environment that is null", { ...service(), dev: null }, "api.dev: null is not of type"],
    ["an environment that is text", { ...service(), dev: "no" }, "api.dev: 'no' is not of type"],
    ["an absence without a reason", { ...service(), dev: { absent: 5 } }, "api.dev.absent: 5 is"],
    ["an absence with hardly one", { ...service(), dev: { absent: "-" } }, "api.dev.absent: '-' "],
  ])("%s", (_, values, expected) => {
    expect(entry(values)).toEqual([expect.stringContaining(`systems/shop/${expected}`)]);
  });

  test("two systems of one name", () => {
    expect(issuesOf([system("shop", { api: service() }), system("shop", {})])).toEqual([
      "systems/shop: is the name of two systems; give one of them another name",
    ]);
  });
});

test("all issues come at once: the catalogue's, the stack's and the host's", () => {
  const broken = system("blog", { web: service({ memory: "64 MB" }) });
  const shop = system("shop", {
    api: service({ ...http(published(1)), needs: { x: { endpoint: "nobody" } } }),
    web: service({ ...http(published(1)), networks: ["main", "lan"] }),
  });
  expect(issuesOf([broken, shop], [settings("dev", { parameters: { A: "1" } })])).toEqual([
    `systems/blog/web.memory: '64 MB' must be a size such as "512 MiB" or "2 GiB"; correct it`,
    "Pulumi.dev.yaml.parameters.A: no system declares this parameter; there is none",
    "systems/shop/web.networks: shop has no network 'lan' in dev; did you mean 'main'?",
    "systems/shop/api.needs.x: nothing in stack dev meets 'nobody'; there is web",
    "systems/shop/web: port 4001 is shop/api's; choose another slot for one of them, or another block for its project",
  ]);
});

test("what is absent on purpose is a note", () => {
  const plan = planOf([
    system("blog", { web: service() }, { absent: { dev: "it is only read in prod" } }),
    system("shop", { web: service({ dev: { absent: "developers use their own" } }) }),
  ]);
  expect(plan.issues).toEqual([]);
  expect(plan.notes).toEqual([
    { path: "systems/blog", message: "not in dev: it is only read in prod" },
    { path: "systems/shop/web", message: "not in dev: developers use their own" },
  ]);
});
