import { consequencesOf } from "../../../planning/consequences";
import type { StackConsequences } from "../../../planning/consequences/types";
import type {
  Plan,
  PlannedHealth,
  PlannedMount,
  PlannedRoute,
  PlannedService,
  PlannedVolume,
  SecretVariable,
} from "../../../planning/types";
import { plannedService } from "../../support/plan-fixture";

const health: PlannedHealth = {
  kind: "command",
  port: null,
  path: null,
  test: ["CMD", "true"],
  intervalSeconds: 5,
  timeoutSeconds: 5,
  retries: 3,
  startPeriodSeconds: 30,
};

function store(values: Partial<PlannedService> = {}): PlannedService {
  const mounts = [volume("/data", "store-data")];
  return plannedService({ system: "shop", service: "store", health, mounts, ...values });
}

function web(values: Partial<PlannedService> = {}): PlannedService {
  const needs = { needs: ["shop/store"], startsAfter: ["shop/store"] };
  return plannedService({ system: "shop", service: "web", health, ...needs, ...values });
}

const volume = (target: string, source: string): PlannedMount => ({
  ...{ type: "volume", source, target, readOnly: false },
});

/** A plan of these services: their networks, and the volumes that they mount, follow. */
function plan(services: PlannedService[], values: Partial<Plan> = {}): Plan {
  const networks = [...new Set(services.flatMap((service) => service.networks))];
  const volumes = services.flatMap((service) =>
    service.mounts.flatMap(({ type, source, target }): PlannedVolume[] =>
      type === "volume"
        ? [
            {
              ...{ name: source, system: service.system, service: service.service },
              ...{ path: target, retained: !source.includes("cache"), adopted: false },
            },
          ]
        : [],
    ),
  );
  return {
    ...{ stack: "dev", environment: "dev", host: "lab", volumes, services },
    networks: networks.map((name) => ({ name, system: "shop", internal: false })),
    ...{ routes: [], tunnel: null, externals: [], budget: null, issues: [], notes: [] },
    ...values,
  };
}

const between = (before: PlannedService[], after: PlannedService[]): StackConsequences =>
  consequencesOf(plan(before), plan(after));

/** What becomes of the first container, and why. */
function first({ containers: [found] }: StackConsequences): string[] {
  return found ? [found.effect, ...found.changes.map(({ text }) => text)] : [];
}

const data = (found: StackConsequences): string[] =>
  found.data.map(({ name, state, text }) => `${state} ${name} ${text}`);

const secret = (values: Partial<SecretVariable> = {}): SecretVariable => ({
  ...{ origin: "derived", label: "shop/key", version: 1, length: 32, template: "{secret}" },
  ...values,
});

test("the same plan has no consequences", () => {
  const found = between([store(), web()], [store(), web()]);
  expect(found.changed).toBe(false);
  expect(found.containers.map(({ effect }) => effect)).toEqual(["untouched", "untouched"]);
});

describe("a container", () => {
  test.each<[string, Partial<PlannedService>, string[]]>([
    ["image", { image: "redis:8.0.1" }, ["image: redis:7.4.2-alpine → redis:8.0.1"]],
    ["command", { command: ["sh", "-c", "a b"] }, ['command: added, sh -c "a b"']],
    ["user", { security: { ...store().security, user: "9:9" } }, ["user: added, 9:9"]],
    [
      "capability",
      { security: { ...store().security, addedCapabilities: ["IPC_LOCK"] } },
      ["capabilities: added, IPC_LOCK"],
    ],
    ["variable", { variables: { LEVEL: "debug" } }, ["LEVEL: added, debug"]],
    ["file", { files: { "/etc/a": "b" } }, ["file /etc/a: added"]],
    ["processors", { cpus: 2 }, ["cpus: added, 2"]],
    ["stop time", { stopSeconds: 20 }, ["stopTimeout: 10 s → 20 s"]],
    ["check", { health: { ...health, retries: 5 } }, ["health retries: 3 → 5"]],
    ["network", { networks: ["shop-dev", "back"] }, ["network back: added, without alias"]],
    ["alias", { aliases: { "shop-dev": ["s"] } }, ["network shop-dev: as store → as s"]],
    ["project", { project: "annex" }, ["project: shop → annex"]],
    ["name", { container: "box" }, ["container: shop-store-dev → box"]],
    [
      "port",
      { ports: [{ ip: "127.0.0.1", host: 4100, container: 80 }] },
      ["port 80: added, 127.0.0.1:4100"],
    ],
  ])("is replaced for another %s", (_, values, changes) => {
    expect(first(between([store()], [store(values)]))).toEqual(["replaced", ...changes]);
  });

  test("is updated for another memory limit alone", () => {
    const more = { memoryBytes: 2 ** 30 };
    expect(first(between([store()], [store(more)]))).toEqual([
      "updated",
      "memory: 256 MiB → 1 GiB",
    ]);
    expect(first(between([store()], [store({ ...more, cpus: 1 })]))[0]).toBe("replaced");
  });

  test("with a locked image stays, until the lock has other content or the tag is another", () => {
    const locked = (digest: string, image = "redis:7.4.2") => store({ image, digest });
    const effects = [
      between([store({ image: "redis:7.4.2" })], [locked("sha256:a")]),
      between([locked("sha256:a")], [locked("sha256:b")]),
      between([locked("sha256:a")], [locked("sha256:b", "redis:7.4.3")]),
    ].map(first);
    expect(effects).toEqual([
      ["untouched", "digest: added, sha256:a"],
      ["replaced", "digest: sha256:a → sha256:b"],
      ["replaced", "image: redis:7.4.2 → redis:7.4.3"],
    ]);
  });

  test("stays for what only the program sees", () => {
    const values = { role: "public", url: "http://localhost", needs: ["a/b"] } as const;
    const found = between([store()], [store({ ...values, needs: [...values.needs] })]);
    expect(first(found)).toEqual(["untouched"]);
  });

  test("of lists in another order stays", () => {
    const old = store({ networks: ["a", "b"], environmentFiles: ["x", "y"] });
    const now = store({ networks: ["b", "a"], environmentFiles: ["y", "x"] });
    expect(first(between([old], [now]))).toEqual(["untouched"]);
  });

  test.each<[string, SecretVariable | undefined, string]>([
    ["rotated", secret({ version: 2 }), "KEY: rotated"],
    ["another", secret({ label: "shop/other" }), "KEY: another secret"],
    ["removed", undefined, "KEY: removed"],
  ])("with a secret that is %s shows neither value nor label", (_, now, text) => {
    const having = (one: SecretVariable | undefined) =>
      store(one ? { variables: { KEY: `secret:${one.label}` }, secrets: { KEY: one } } : {});
    const found = between([having(secret())], [having(now)]);
    expect(first(found)).toEqual(["replaced", text]);
    expect(found.containers[0]?.changes).toEqual([
      { field: "variables.KEY", before: null, after: null, text },
    ]);
  });

  test("a plain value that becomes a secret, or was one, is not shown", () => {
    const hidden = store({ variables: { KEY: "secret:shop/key" }, secrets: { KEY: secret() } });
    const plain = store({ variables: { KEY: "x" } });
    expect(first(between([plain], [hidden]))[1]).toBe("KEY: a value → a secret");
    expect(first(between([hidden], [plain]))[1]).toBe("KEY: a secret → a value");
    expect(JSON.stringify(between([plain], [hidden]))).not.toContain('"x"');
  });

  test("of a service more, one less and of replicas", () => {
    const found = between([store(), web({ replicas: 2 })], [web({ replicas: 3 })]);
    expect(found.containers.map(({ container, effect }) => `${container} ${effect}`)).toEqual([
      "shop-web-dev untouched",
      "shop-web-dev-2 untouched",
      "shop-web-dev-3 created",
      "shop-store-dev removed",
    ]);
  });

  test("of a job that is replaced or new runs", () => {
    const job = (step: string) =>
      plannedService({ system: "shop", service: "setup", kind: "job", variables: { STEP: step } });
    expect(between([job("1")], [job("2")]).jobs).toEqual(["shop/setup"]);
    expect(between([], [job("1")]).jobs).toEqual(["shop/setup"]);
    expect(between([job("1")], [{ ...job("1"), memoryBytes: 2 ** 30 }]).jobs).toEqual([]);
    expect(between([job("1")], [{ ...job("1"), timeoutSeconds: 9 }]).changed).toBe(false);
  });

  test("on a network that is made anew is replaced", () => {
    const internal = [{ name: "shop-dev", system: "shop", internal: true }];
    const found = consequencesOf(
      plan([store(), web()]),
      plan([store(), web()], { networks: internal }),
    );
    expect(found.networks).toEqual([
      { name: "shop-dev", change: "replaced", because: "internal from now on" },
    ]);
    expect(found.containers.map(({ effect }) => effect)).toEqual(["replaced", "replaced"]);
    expect(first(found)[1]).toBe("network shop-dev is made anew: internal from now on");
  });
});

describe("downtime", () => {
  test("is from the stop to the first passed check, at worst until the check gives up", () => {
    const found = between([store(), web()], [store({ cpus: 1 }), web()]);
    expect(found.containers[0]).toMatchObject({
      downtime: {
        ...{ leastSeconds: 5, mostSeconds: 70 },
        why: "from 5 s (stops at once, passes its first health check) to 70 s (10 s to stop, 60 s until its health check gives up)",
      },
      interrupts: { services: ["shop/web"], urls: [] },
    });
  });

  test("adds up along the start order where a network goes down with all on it", () => {
    const internal = [{ name: "shop-dev", system: "shop", internal: true }];
    const found = consequencesOf(
      plan([store(), web()]),
      plan([store(), web()], { networks: internal }),
    );
    expect(found.containers.map(({ downtime }) => downtime.mostSeconds)).toEqual([80, 140]);
  });

  test.each<[string, PlannedService[], PlannedService[]]>([
    ["updated", [store()], [store({ memoryBytes: 2 ** 30 })]],
    ["new", [], [store()]],
    ["removed", [store()], []],
    ["a job", [store({ kind: "job" })], [store({ kind: "job", cpus: 1 })]],
  ])("is none for what is %s", (_, before, after) => {
    expect(between(before, after).containers[0]?.downtime.mostSeconds).toBe(0);
  });
});

const databasesJob = plannedService({ system: "shop", service: "store-databases", kind: "job" });

test("a consumer is down while the job makes its rotated secret valid", () => {
  const label = "shop/store/postgres/web";
  const having = (version: number, values: Partial<PlannedService>) => ({
    ...values,
    variables: { KEY: `secret:${label}` },
    secrets: { KEY: secret({ label, version }) },
  });
  const services = (version: number) => [
    store(),
    plannedService({
      ...{ system: "shop", service: "store-databases", kind: "job", timeoutSeconds: 120 },
      ...having(version, { appliesSecrets: [label], startsAfter: ["shop/store"] }),
    }),
    web(having(version, { startsAfter: ["shop/store", "shop/store-databases"] })),
  ];
  const found = between(services(1), services(2)).containers;
  expect(found.map(({ effect }) => effect)).toEqual(["untouched", "replaced", "replaced"]);
  expect(found[2]?.downtime).toMatchObject({ leastSeconds: 5, mostSeconds: 200 });
});

describe("data", () => {
  test.each<[string, PlannedService[], PlannedService[], string[]]>([
    [
      "of a volume that nobody mounts any more is kept",
      [store()],
      [],
      ["kept store-data of shop is kept on the host, used by nobody"],
    ],
    [
      "of a volume under another name stays behind",
      [store()],
      [store({ mounts: [volume("/data", "new-data")] })],
      [
        "atRisk store-data is kept on the host, used by nobody: shop/store starts with new-data in its place, which is empty",
        "new new-data for shop/store at /data",
      ],
    ],
    [
      "of a service under another name stays behind with its volume",
      [store()],
      [store({ service: "shelf", mounts: [volume("/data", "shelf-data")] })],
      [
        "atRisk store-data is kept on the host, used by nobody: shop/shelf starts with shelf-data in its place, which is empty",
        "new shelf-data for shop/shelf at /data",
      ],
    ],
    [
      "at another path is not where it is looked for",
      [store()],
      [store({ mounts: [volume("/files", "store-data")] })],
      ["atRisk store-data shop/store has it at /files, no longer at /data"],
    ],
    [
      "without a volume goes with the container",
      [store()],
      [store({ mounts: [] })],
      [
        "atRisk store-data shop/store has it no longer: what it writes to /data is lost with its container",
        "kept store-data of shop is kept on the host, used by nobody",
      ],
    ],
    [
      "of somebody else in its place",
      [store(), web({ mounts: [volume("/w", "web-data")] })],
      [
        store({ mounts: [volume("/data", "web-data")] }),
        web({ mounts: [volume("/w", "web-data")] }),
      ],
      [
        "atRisk store-data shop/store finds the data of web-data in its place",
        "kept store-data of shop is kept on the host, used by nobody",
      ],
    ],
    [
      "of another major version of its program",
      [store()],
      [store({ image: "redis:8.0.1-alpine" })],
      ["atRisk store-data shop/store opens it with another major version: 7 → 8"],
    ],
    ["of a minor version is safe", [store()], [store({ image: "redis:7.4.3-alpine" })], []],
    [
      "of another program",
      [store()],
      [store({ image: "valkey/valkey:7.4.2" })],
      ["atRisk store-data shop/store opens it with valkey/valkey instead of redis"],
    ],
    [
      "of another user",
      [store()],
      [store({ security: { ...store().security, user: "9:9" } })],
      ["atRisk store-data shop/store opens it as another user: the image's → 9:9"],
    ],
    [
      "of a cache is made again",
      [store({ mounts: [volume("/c", "cache")] })],
      [store({ mounts: [] })],
      ["deleted cache cache at /c, made again where it is needed"],
    ],
    [
      "of a database without a consumer is kept",
      [store(), databasesJob, web({ needs: ["shop/store#blog"] })],
      [store(), databasesJob, web({ needs: ["shop/store#wiki"] })],
      [
        "kept shop/store#blog database is kept; no service needs it any more",
        "new shop/store#wiki database",
      ],
    ],
  ])("%s", (_, before, after, expected) => {
    expect(data(between(before, after))).toEqual(expected);
  });

  test("of PostgreSQL is at risk with another major version, and with another C library", () => {
    const server = (image: string, version: string) =>
      store({ image, postgres: { version, volume: "store-data", path: "" } });
    expect(
      data(
        between(
          [server("pgvector/pgvector:0.8.0-pg17", "17")],
          [server("pgvector/pgvector:0.8.0-pg18", "18")],
        ),
      ),
    ).toEqual([
      "atRisk store-data shop/store opens it with another major version of PostgreSQL, which can't: 17 → 18",
    ]);
    expect(
      data(
        between(
          [server("postgres:17.5-bookworm", "17")],
          [server("postgres:17.5-alpine3.21", "17")],
        ),
      ),
    ).toEqual([
      "atRisk store-data shop/store sorts text by another C library from now on: reindex its databases",
    ]);
  });

  test("stays on the host that the stack leaves", () => {
    const found = consequencesOf(plan([store()]), plan([store()], { host: "server" }));
    expect(data(found)).toEqual([
      "atRisk host lab has all volumes; if server is another machine, everything starts there anew",
    ]);
  });
});

describe("what is opened and closed", () => {
  const route = (values: Partial<PlannedRoute> = {}): PlannedRoute => ({
    ...{ host: "a.example", path: "/", via: "traefik", container: "shop-web-dev", port: 80 },
    ...{ access: false, system: "shop", service: "web", endpoint: "http", rule: null },
    guard: null,
    ...{ url: "https://a.example", containers: ["shop-web-dev"], stripPath: false },
    ...{ rateLimit: null, maxBodyBytes: null },
    ...values,
  });
  const routes = (before: PlannedRoute[], after: PlannedRoute[]) => {
    const services = [store(), web()];
    const found = consequencesOf(
      plan(services, { routes: before }),
      plan(services, { routes: after }),
    );
    return found.routes.map(({ address, change, opens, text }) =>
      [change, ...(opens ? ["opens"] : []), address, text].join(" "),
    );
  };

  test.each<[string, PlannedRoute[], PlannedRoute[], string]>([
    [
      "an address more",
      [],
      [route({ rule: "staff", access: true })],
      "opened opens a.example/ leads to shop/web by Traefik, guarded by staff",
    ],
    ["an address less", [route()], [], "closed a.example/ led to shop/web"],
    [
      "a guard less",
      [route({ rule: "staff" })],
      [route()],
      "changed opens a.example/ guard: staff → none, open to everyone",
    ],
    [
      "a guard more",
      [route()],
      [route({ rule: "staff" })],
      "changed a.example/ guard: none, open to everyone → staff",
    ],
    [
      "another way to guard",
      [route({ rule: "staff", guard: "basicAuth" })],
      [route({ rule: "staff", guard: "forwardAuth by shop/login" })],
      "changed opens a.example/ guard: staff (basicAuth) → staff (forwardAuth by shop/login)",
    ],
    [
      "another target and way",
      [route()],
      [route({ service: "api", port: 81, via: "cloudflareTunnel" })],
      "changed a.example/ leads to: shop/web:80 → shop/api:81; by: Traefik → Cloudflare Tunnel",
    ],
  ])("%s", (_, before, after, text) => {
    expect(routes(before, after)).toEqual([text]);
  });

  test("all that is routed by Traefik goes without it while it is replaced", () => {
    const traefik = (image: string) =>
      plannedService({ system: "edge", service: "traefik", image });
    const at = (image: string) =>
      plan([store(), web(), traefik(image)], {
        routes: [route(), route({ via: "cloudflareTunnel", url: "https://b.example" })],
      });
    const { containers } = consequencesOf(at("traefik:v3.6.12"), at("traefik:v3.6.13"));
    const found = containers.find(({ service }) => service === "edge/traefik");
    expect(found?.effect).toBe("replaced");
    expect(found?.downtime.mostSeconds).toBeGreaterThan(0);
    expect(found?.interrupts.urls).toEqual(["https://a.example"]);
  });

  test("images that are locked anew are told, though nothing may come of it", () => {
    const at = (digest: string | null) => [web({ digest })];
    const { containers, changed, notes } = between(at(null), at(`sha256:${"a".repeat(64)}`));
    expect([containers[0]?.effect, changed]).toEqual(["untouched", true]);
    expect(notes.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      "images.lock.json: locks the images of 1 container; where the host has an older content of a tag, they are replaced",
    ]);
  });

  test("host ports, those to other machines first", () => {
    const at = (...hosts: [string, number][]) =>
      web({ ports: hosts.map(([ip, host]) => ({ ip, host, container: host })) });
    const found = between([at(["127.0.0.1", 1])], [at(["127.0.0.1", 2], ["0.0.0.0", 3])]);
    expect(found.ports.map(({ change, address, text }) => `${change} ${address} ${text}`)).toEqual([
      "opened 0.0.0.0:3 for shop/web, to other machines as well",
      "opened 127.0.0.1:2 for shop/web",
      "closed 127.0.0.1:1 was shop/web's",
    ]);
  });

  test("who passes an access rule", () => {
    const users = (...names: string[]) =>
      web({
        secrets: Object.fromEntries(
          names.map((name) => [name, secret({ label: `edge/access/staff/${name}` })]),
        ),
        variables: Object.fromEntries(names.map((name) => [name, "secret:x"])),
      });
    expect(between([users("ann")], [users("bob")]).access).toEqual([
      { rule: "staff", admitted: ["bob"], expelled: ["ann"] },
    ]);
  });
});

describe("what can't be done in one update", () => {
  const port = { ports: [{ ip: "127.0.0.1", host: 4100, container: 80 }] };
  const messages = (before: PlannedService[], after: PlannedService[]) =>
    between(before, after).conflicts.map(({ path, message }) => `${path}: ${message}`);

  test("a container name that changes hands", () => {
    expect(messages([store()], [store({ service: "shelf", container: "shop-store-dev" })])).toEqual(
      ["shop/shelf: container name 'shop-store-dev' is still shop/store's while it is made"],
    );
    expect(messages([store({ kind: "job" })], [store()])).toEqual([
      "shop/store: container name 'shop-store-dev' is still the job's while it is made",
    ]);
  });

  test("a host port that changes hands, but to what starts later", () => {
    expect(messages([store(port)], [web(port)])).toEqual([
      "shop/web: host port 127.0.0.1:4100 may still be shop/store's while it is made",
    ]);
    expect(messages([store(port), web()], [store(), web(port)])).toEqual([]);
    expect(messages([store(), web(port)], [store(port), web()])).toHaveLength(1);
    expect(messages([store(port)], [store({ ...port, cpus: 1 })])).toEqual([]);
  });

  test("a network of another system", () => {
    const head = plan([store()], {
      networks: [{ name: "shop-dev", system: "blog", internal: false }],
    });
    expect(consequencesOf(plan([store()]), head).conflicts).toEqual([
      {
        path: "systems/blog",
        message: "network 'shop-dev' is still shop's while it is made",
        remedy:
          "run 'berth down dev' before 'berth up dev', which keeps the data, or change it in two steps",
      },
    ]);
  });
});

describe("a stack", () => {
  const issue = { path: "systems/shop", message: "is wrong", remedy: "mend it" };

  test("with issues is not updated", () => {
    const found = consequencesOf(plan([store()]), plan([web()], { issues: [issue] }));
    expect(found).toMatchObject({ stopped: true, changed: true, conflicts: [], data: [] });
    expect(found.containers.map(({ effect }) => effect)).toEqual(["untouched"]);
    expect(found.issues).toEqual({ added: [issue], solved: [], left: 1 });
  });

  test("whose issues are solved", () => {
    const found = consequencesOf(plan([store()], { issues: [issue] }), plan([store()]));
    expect(found).toMatchObject({ stopped: false, changed: true });
    expect(found.issues).toEqual({ added: [], solved: [issue], left: 0 });
  });

  test("that is new is created, and one whose file is gone goes on", () => {
    const added = consequencesOf(undefined, plan([store()]));
    expect(added).toMatchObject({ presence: "added", memory: { beforeBytes: 0 } });
    expect(first(added)).toEqual(["created"]);
    const removed = consequencesOf(plan([store()]), undefined);
    expect(removed).toMatchObject({ presence: "removed", data: [] });
    expect(first(removed)).toEqual(["untouched"]);
  });
});
