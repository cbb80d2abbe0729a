import type { SystemInput } from "../../../config/schema/system";
import { formatIssue } from "../../../config/issues";
import type { Plan } from "../../../planning/types";
import {
  issuesOf,
  notesOf,
  planOf,
  routed,
  routedStack,
  service,
  serviceOf,
  settings,
  system,
} from "../../support/catalogue";

const shop = system(
  "shop",
  {
    web: service({ networks: ["data"], endpoints: { http: routed({ host: "shop.example.org" }) } }),
    api: service({
      endpoints: { http: routed({ host: "shop.example.org", path: "/api", access: "operators" }) },
    }),
  },
  {
    networks: {
      main: { name: "shop-{environment}" },
      data: { name: "shop-data-{environment}", internal: true },
    },
  },
);
const blog = system("blog", {
  web: service({ endpoints: { http: routed({ host: "blog.example.org" }) } }),
});

/** The plan with these settings of Traefik, which has no issues. */
function planWith(traefik: object = {}, values = {}, systems: SystemInput[] = [shop, blog]): Plan {
  const plan = planOf(systems, [routedStack("prod", { traefik, ...values })]);
  expect(plan.issues.map(formatIssue)).toEqual([]);
  return plan;
}
const traefikOf = (plan: Plan) => serviceOf(plan, "edge/traefik");
const flagsOf = (traefik: object = {}) => traefikOf(planWith(traefik)).command ?? [];
/** Flags that the first settings have and the second do not. */
const added = (traefik: object, than: object = {}) =>
  flagsOf(traefik).filter((flag) => !flagsOf(than).includes(flag));

test("Traefik as it runs", () => {
  expect(traefikOf(planWith())).toMatchObject({
    container: "traefik",
    image: "traefik:v3.6.12",
    substitutedBy: null,
    ports: [
      { ip: "0.0.0.0", host: 80, container: 8000 },
      { ip: "0.0.0.0", host: 443, container: 8443 },
      { ip: "127.0.0.1", host: 3980, container: 8080 },
    ],
    mounts: [
      { source: "traefik-routes-prod", target: "/etc/traefik/routes", readOnly: true },
      { type: "tmpfs", target: "/tmp" },
      { source: "traefik-acme-prod", target: "/var/lib/traefik", readOnly: false },
    ],
    security: { user: "65532:65532", readOnlyRoot: true, addedCapabilities: [] },
    url: "http://localhost:3980",
    secrets: {},
    exceptions: [],
  });
  expect(flagsOf()).toEqual([
    "--global.checknewversion=false",
    "--global.sendanonymoususage=false",
    "--log.level=INFO",
    "--log.nocolor=true",
    "--api.dashboard=true",
    "--ping=true",
    "--ping.entrypoint=ping",
    "--entrypoints.ping.address=127.0.0.1:8082",
    "--entrypoints.dashboard.address=:8080",
    "--entrypoints.web.address=:8000",
    "--entrypoints.web.http.redirections.entrypoint.to=:443",
    "--entrypoints.web.http.redirections.entrypoint.scheme=https",
    "--entrypoints.websecure.address=:8443",
    "--entrypoints.websecure.transport.respondingtimeouts.readtimeout=3600s",
    "--providers.file.directory=/etc/traefik/routes",
    "--providers.file.watch=true",
    "--certificatesresolvers.acme.acme.storage=/var/lib/traefik/acme.json",
    "--certificatesresolvers.acme.acme.httpchallenge.entrypoint=web",
  ]);
});

const acme = "--certificatesresolvers.acme.acme";
const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

test.each([
  [
    "an address of the owner's",
    { acme: { email: "ann@example.org" } },
    [`${acme}.email=ann@example.org`],
  ],
  [
    "staging",
    { acme: { staging: true } },
    // What staging issued is not served when it counts.
    [
      `${acme}.storage=/var/lib/traefik/acme-67f275065231.json`,
      `${acme}.caserver=https://acme-staging-v02.api.letsencrypt.org/directory`,
    ],
  ],
  [
    "another directory, which counts before staging, and its certificate",
    { acme: { staging: true, directory: "https://ca.lan/dir", directoryCertificate: pem } },
    [
      `${acme}.storage=/var/lib/traefik/acme-2637d8e11586.json`,
      `${acme}.caserver=https://ca.lan/dir`,
      `${acme}.cacertificates=/etc/traefik/routes/acme-directory-6d20772b5fd7.pem`,
    ],
  ],
  [
    "the DNS challenge",
    { acme: { challenge: "cloudflareDns" } },
    [`${acme}.dnschallenge.provider=cloudflare`],
  ],
  [
    "proxies before it",
    { trustedProxies: ["173.245.48.0/20", "10.0.0.0/8"] },
    ["--entrypoints.websecure.forwardedheaders.trustedips=173.245.48.0/20,10.0.0.0/8"],
  ],
  [
    "a longer time for uploads",
    { readTimeout: "90 s" },
    ["--entrypoints.websecure.transport.respondingtimeouts.readtimeout=90s"],
  ],
  [
    "other ports: visitors are sent to the one that they see",
    { httpPort: 8080, httpsPort: 8443 },
    ["--entrypoints.web.http.redirections.entrypoint.to=:8443"],
  ],
])("static flags for %s", (_, traefik, expected) => {
  expect(added(traefik)).toEqual(expected);
});

test("the DNS challenge takes the place of the one on port 80, with the token as a config secret", () => {
  const dns = { acme: { challenge: "cloudflareDns" } };
  expect(added({}, dns)).toEqual([`${acme}.httpchallenge.entrypoint=web`]);
  const { variables, secrets } = traefikOf(planWith(dns));
  expect(variables).toEqual({ CF_DNS_API_TOKEN: "secret:cloudflare:apiToken" });
  expect(secrets.CF_DNS_API_TOKEN).toMatchObject({
    origin: "config",
    label: "cloudflare:apiToken",
    template: "{secret}",
  });
});

test("the directory's certificate is brought by the job that writes what holds for all", () => {
  const plan = planWith({ acme: { directoryCertificate: pem } });
  expect(serviceOf(plan, "edge/traefik-routes").variables).toMatchObject({
    CERTIFICATE: pem.trim(),
    CERTIFICATE_FILE: "acme-directory-6d20772b5fd7.pem",
  });
  expect(serviceOf(planWith(), "edge/traefik-routes").variables.CERTIFICATE).toBeUndefined();
});

describe("ports", () => {
  test("are the settings' ones, and the dashboard's never leaves the host", () => {
    const traefik = { bind: "192.0.2.1", httpPort: 8080, httpsPort: 8443 };
    const plan = planWith(traefik, { bindAddress: "10.0.0.5" });
    expect(traefikOf(plan).ports).toEqual([
      { ip: "127.0.0.1", host: 3980, container: 8080 },
      { ip: "192.0.2.1", host: 8080, container: 8000 },
      { ip: "192.0.2.1", host: 8443, container: 8443 },
    ]);
    expect(traefikOf(plan).url).toBe("http://localhost:3980");
    expect(notesOf(plan)).toEqual([
      {
        path: "Pulumi.prod.yaml.traefik.bind",
        message:
          "192.0.2.1 opens to others than this host: edge/traefik on port 8080, edge/traefik on port 8443",
      },
      {
        path: "Pulumi.prod.yaml.exposure",
        message: "needs DNS records that lead to host host: blog.example.org, shop.example.org",
      },
    ]);
  });

  test("two stacks of a host can't have the same", () => {
    const [prod, dev] = [
      routedStack("prod", { systems: ["shop"] }),
      routedStack("dev", { systems: ["blog"] }),
    ];
    expect(issuesOf([shop, blog], [prod, dev])).toEqual([
      "Pulumi.prod.yaml.exposure: edge/traefik wants ports 80 and 443, which are stack dev's on host host; give one of them others: httpPort and httpsPort of berth:traefik",
    ]);
    // Of one environment they would want every name alike: that is one finding, not one per name.
    const second = { ...routedStack("prod", { systems: ["blog"] }), stack: "second" };
    expect(issuesOf([shop, blog], [prod, second])).toEqual([
      "Pulumi.prod.yaml.exposure: edge/traefik wants container traefik, which is stack second's on host host; let one of the two stacks alone reach its services by this way",
    ]);
    const traefik = { httpPort: 8080, httpsPort: 8443 };
    const other = routedStack("dev", { systems: ["blog"], traefik });
    expect(issuesOf([shop, blog], [prod, other])).toEqual([]);
    expect(traefikOf(planOf([shop, blog], [other])).container).toBe("traefik-dev");
    expect(traefikOf(planOf([shop, blog], [other])).url).toBe("http://localhost:4980");
  });
});

test("Traefik joins the home network of what it leads to, and waits for none of it", () => {
  const plan = planWith();
  const { networks, startsAfter, needs } = traefikOf(plan);
  expect(networks).toEqual(["traefik-prod", "blog-prod", "shop-prod", "shop-data-prod"]);
  expect(startsAfter).toEqual(["edge/traefik-routes"]);
  expect(needs).toEqual(["blog/web", "edge/traefik-routes", "shop/api", "shop/web"]);
  expect(plan.networks.map(({ name, system }) => `${system}: ${name}`)).toContain(
    "edge: traefik-prod",
  );
});

describe("jobs", () => {
  const jobs = (plan: Plan) => plan.services.filter(({ kind }) => kind === "job");

  test("first the volumes' owner, then what holds for all, then a file per system", () => {
    expect(jobs(planWith()).map(({ service, startsAfter }) => [service, startsAfter])).toEqual([
      ["traefik-volumes", []],
      ["traefik-routes", ["edge/traefik-volumes"]],
      ["traefik-routes-blog", ["blog/web", "edge/traefik-routes"]],
      ["traefik-routes-shop", ["edge/traefik-routes", "shop/api", "shop/web"]],
    ]);
    expect(jobs(planWith({}, {}, [blog])).map(({ service }) => service)).not.toContain(
      "traefik-routes-shop",
    );
  });

  test("who may pass is part of a file's name, so that a change takes the old file away at once", () => {
    const shop = (rules: (string | undefined)[], users: string[], versions = {}) => {
      const values = { access: { operators: { basicAuth: users } }, secretVersions: versions };
      const routes = rules.map((access, index) => ({
        host: `${index}.example.org`,
        ...(access !== undefined && { access }),
      }));
      const one = system("shop", { web: service({ endpoints: { http: routed(...routes) } }) });
      const plan = planOf([one], [routedStack("prod", values)]);
      expect(plan.issues).toEqual([]);
      const file = serviceOf(plan, "edge/traefik-routes-shop").variables.NAME ?? "";
      expect(serviceOf(plan, "edge/traefik-routes").variables.FILES).toBe(`edge ${file}`);
      return file;
    };
    const guarded = shop(["operators"], ["ann", "ben"]);
    expect(shop([undefined], ["ann"])).toBe("shop");
    expect(guarded).toMatch(/^shop\.[0-9a-f]{12}$/);
    // An open address more changes nothing of who may pass.
    expect(shop(["operators", undefined], ["ann", "ben"])).toBe(guarded);
    const others = [
      shop(["operators"], ["ann"]),
      shop(["operators", "operators"], ["ann", "ben"]),
      shop(["operators"], ["ann", "ben"], { "edge/access/operators/ann": 2 }),
    ];
    expect(new Set([guarded, "shop", ...others]).size).toBe(5);
  });

  test("the one for all knows the systems, so that it takes the others' files away", () => {
    const { variables } = serviceOf(planWith(), "edge/traefik-routes");
    expect(variables).toMatchObject({ NAME: "edge", FILES: "edge blog shop.30a618388ec7" });
    expect(serviceOf(planWith(), "edge/traefik-routes-shop").variables).toMatchObject({
      NAME: "shop.30a618388ec7",
    });
    expect(serviceOf(planWith(), "edge/traefik-routes-shop").variables.FILES).toBeUndefined();
  });

  test("are not root, but for the one that gives the volumes away; none can be reached", () => {
    for (const job of jobs(planWith())) {
      const root = job.service === "traefik-volumes";
      expect(job.security).toMatchObject({
        user: root ? "0:0" : "65532:65532",
        readOnlyRoot: true,
        addedCapabilities: root ? ["CHOWN"] : [],
      });
      expect(job.networks).toEqual(["traefik-prod"]);
      expect(job.ports).toEqual([]);
    }
  });
});

describe("users", () => {
  const access = { operators: { basicAuth: ["ann", "bob"] }, idle: { basicAuth: ["eve"] } };

  test("are lines of a password file, in the job of the system that asks for them", () => {
    const plan = planWith({}, { access, secretVersions: { "edge/access/operators/bob": 3 } });
    const line = (user: string, version = 1) => ({
      ...{ origin: "derived", label: `edge/access/operators/${user}`, version, length: 32 },
      template: `${user}:{SHA}{sha1}`,
    });
    expect(serviceOf(plan, "edge/traefik-routes-shop").secrets).toEqual({
      USER_operators__ann: line("ann"),
      USER_operators__bob: line("bob", 3),
    });
    expect(serviceOf(plan, "edge/traefik-routes-blog").secrets).toEqual({});
    expect(serviceOf(plan, "edge/traefik-routes").secrets.USER_edge__traefik).toMatchObject({
      label: "edge/access/edge/traefik",
      template: "traefik:{SHA}{sha1}",
    });
  });

  test("of names that run into one another stay apart", () => {
    const two = system("shop", {
      web: service({
        endpoints: {
          http: routed(
            { host: "a.example.org", access: "a-b" },
            { host: "b.example.org", access: "a" },
          ),
        },
      }),
    });
    const plan = planWith(
      {},
      { access: { "a-b": { basicAuth: ["c"] }, a: { basicAuth: ["b-c"] } } },
      [two],
    );
    const { secrets } = serviceOf(plan, "edge/traefik-routes-shop");
    expect(
      Object.values(secrets)
        .map(({ label }) => label)
        .sort(),
    ).toEqual(["edge/access/a-b/c", "edge/access/a/b-c"]);
  });
});

describe("forward authentication", () => {
  const guarded = (endpoint: string, systems = [shop, auth]) =>
    planOf(systems, [
      routedStack("prod", { access: { operators: { forwardAuth: { endpoint } } } }),
    ]);
  const auth = system("auth", {
    guard: service({ endpoints: { http: { port: 9000, role: "internal" } } }),
  });

  test("Traefik joins the network of whom it asks", () => {
    const plan = guarded("auth/guard");
    expect(plan.issues).toEqual([]);
    expect(traefikOf(plan).networks).toContain("auth-prod");
  });

  test("asks nobody that is not there", () => {
    const path = "Pulumi.prod.yaml.access.operators.forwardAuth.endpoint";
    const of = (endpoint: string) => guarded(endpoint).issues.map(formatIssue);
    expect(of("auth/gaurd")).toEqual([
      `${path}: there is no http endpoint 'auth/gaurd' in this stack; did you mean 'auth/guard'?`,
    ]);
    expect(of("auth/guard#htpt")).toEqual([
      `${path}: there is no http endpoint 'auth/guard#htpt' in this stack; did you mean 'auth/guard#http'?`,
    ]);
    expect(of("guard#constructor")).toEqual([
      `${path}: there is no http endpoint 'guard#constructor' in this stack; there is auth/guard, shop/api, shop/web`,
    ]);
    expect(of("auth/guard#constructor")).toEqual([
      `${path}: there is no http endpoint 'auth/guard#constructor' in this stack; did you mean 'auth/guard#http'?`,
    ]);
  });
});

test("where nothing is routed there is no Traefik", () => {
  const plan = planOf(
    [blog],
    [settings("prod", { exposure: { public: "cloudflareTunnel" }, zones: ["example.org"] })],
  );
  expect(plan.services.map(({ service }) => service)).not.toContain("traefik");
  expect(plan.volumes).toEqual([]);
});
