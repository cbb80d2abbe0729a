import { execFileSync } from "node:child_process";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { cpus } from "node:os";
import { serviceId, type Plan, type PlannedRoute } from "../../planning/types";
import { startAcmeServer, type AcmeServer } from "../support/acme";
import { bridgeAddress } from "../support/bridge-address";
import { startCloudflareApi, type CloudflareApi } from "../support/cloudflare-api";
import { createCheckout, type Checkout } from "./support/checkout";
import { docker, eventually, execute, identity } from "./support/docker";
import { startOutside } from "./support/outside";
import { openSockets } from "./support/sockets";
import { bringUp, clearAway, expectNoDrift, planHere } from "./support/stack";

/** Ports that no service of this machine is likely to have; the redirect has to know them. */
const ports = { http: 8088, https: 8444 };
const cloudflare = {
  account: "0123456789abcdef0123456789abcdef",
  zone: { id: "fedcba9876543210fedcba9876543210", name: "vedanta.systems" },
  token: "an-api-token-of-the-tests-in-a-tokens-form-00",
};

let checkout: Checkout;
let acme: AcmeServer;
let api: CloudflareApi;
let plan: Plan;
let dev: Plan;
let before: string[];

beforeAll(async () => {
  checkout = await createCheckout();
  acme = await startAcmeServer({ docker, address: "127.0.0.1", httpPort: ports.http });
  api = await startCloudflareApi({
    ...{ token: cloudflare.token, account: cloudflare.account, zones: [cloudflare.zone] },
    advertise: await bridgeAddress(docker),
  });
  checkout.env.CLOUDFLARE_API_TOKEN = cloudflare.token;
  checkout.env.CLOUDFLARE_BASE_URL = api.url;
  const { account, zone } = cloudflare;
  // A busy machine makes no 20 requests a second.
  const limit = { from: "average: 20, burst: 60", to: "average: 2, burst: 20" };
  checkout.edit("config/systems/korczewski.ts", limit.from, limit.to);
  // Both stacks say the same of their host.
  for (const stack of ["dev", "prod"]) checkout.configure(stack, { "host.cpus": cpus().length });
  checkout.configure("prod", {
    standIns: true,
    traefik: {
      ...{ httpPort: ports.http, httpsPort: ports.https },
      acme: { directory: acme.directoryUrl, directoryCertificate: acme.serverCaPem },
    },
    cloudflare: { account, zones: { [zone.name]: zone.id } },
  });
  before = openSockets();
  plan = await planHere(checkout, "prod");
  dev = await planHere(checkout, "dev");
  await bringUp(checkout, "dev");
  await bringUp(checkout, "prod");
  // Now with this machine's images, which the first look did not know of.
  plan = await planHere(checkout, "prod");
  dev = await planHere(checkout, "dev");
});

afterAll(async () => {
  await checkout.berth("down", "dev", "--yes");
  await clearAway(checkout, "prod", [...(plan?.volumes ?? []), ...(dev?.volumes ?? [])]);
  await acme?.stop();
  await api?.close();
});

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** Asks Traefik for a public address, with its certificate checked against the test's authority. */
function visit(host: string, path = "/", login?: string): Promise<Answer> {
  return ask(httpsRequest, {
    ...{ host: "127.0.0.1", port: ports.https, servername: host, ca: acme.rootPem, path },
    headers: { host, ...(login !== undefined && { authorization: basic(login) }) },
  });
}

const basic = (login: string) => `Basic ${Buffer.from(login).toString("base64")}`;

function ask(request: typeof httpRequest, options: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ agent: false, timeout: 10_000, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString("utf8"),
        }),
      );
    });
    sent.on("timeout", () => sent.destroy(new Error("no answer")));
    sent.on("error", reject);
    sent.end();
  });
}

/** Visits until the certificate is there: the authority issues it after the route is. */
const settled = (host: string, path?: string, login?: string) =>
  eventually(() => visit(host, path, login));

const byTraefik = () => plan.routes.filter(({ via }) => via === "traefik");
const inspect = (container: string) => docker.getContainer(container).inspect();

/** A password of the stack's access rules, as its operator gets it. */
async function password(rule: string): Promise<string> {
  const { stdout } = await checkout.run(
    "sh",
    "-c",
    'eval "$(./berth env prod)" && npx pulumi stack output passwords --show-secrets --json --stack prod',
  );
  return (JSON.parse(stdout) as Record<string, string>)[rule] ?? "";
}

describe("what the public sees", () => {
  test("every public host answers over TLS with its own service's answer", async () => {
    expect(byTraefik().length).toBeGreaterThan(7);
    for (const route of byTraefik().filter(({ access }) => !access)) {
      const { status, body } = await settled(route.host, route.path);
      // A stand-in has a page at its root alone; it says on all others who it is.
      const expected = route.path === "/" ? 200 : 404;
      expect(`${route.url} ${status}`).toBe(`${route.url} ${expected}`);
      expect(body).toContain(serviceId(route));
    }
  });

  test("a path below a route's belongs to it, one that only begins like it does not", async () => {
    const { host } = byTraefik().find(({ path }) => path === "/api") as PlannedRoute;
    expect((await settled(host, "/api/wiring")).body).toContain("korczewski/l2p-backend");
    expect((await settled(host, "/apis")).body).toContain("korczewski/l2p-frontend");
  });

  test("every other host gets 404", async () => {
    const unknown = { rejectUnauthorized: false, ca: undefined };
    for (const host of ["korczewski.de", "galerly.korczewski.de", "localhost"]) {
      const answer = await ask(httpsRequest, {
        ...{ host: "127.0.0.1", port: ports.https, servername: host, ...unknown },
        headers: { host },
      });
      expect(`${host} ${answer.status}`).toBe(`${host} 404`);
    }
  });

  test("http redirects to https", async () => {
    const { host } = byTraefik()[0] as PlannedRoute;
    const { status, headers } = await ask(httpRequest, {
      ...{ host: "127.0.0.1", port: ports.http, path: "/some/page?x=1", headers: { host } },
    });
    expect([status, headers.location]).toEqual([
      301,
      `https://${host}:${ports.https}/some/page?x=1`,
    ]);
  });

  test("a dashboard is not shown without its credentials, and is with them", async () => {
    const route = byTraefik().find(({ access }) => access) as PlannedRoute;
    expect(route.service).toBe("dashboard");
    expect((await settled(route.host)).status).toBe(401);
    expect((await visit(route.host, "/", "operator:wrong")).status).toBe(401);
    const login = `operator:${await password("operators/operator")}`;
    const { status, body } = await visit(route.host, "/", login);
    expect(status).toBe(200);
    expect(body).toContain("korczewski/dashboard");
  });

  test("answers carry security headers, and do not tell what answered", async () => {
    const { headers } = await settled((byTraefik()[0] as PlannedRoute).host);
    expect(headers).toMatchObject({
      "strict-transport-security": "max-age=31536000",
      "x-content-type-options": "nosniff",
      "x-frame-options": "SAMEORIGIN",
      "referrer-policy": "strict-origin-when-cross-origin",
    });
    expect(headers.server).toBeUndefined();
  });

  test("too many requests from one address are turned away where the catalogue says so", async () => {
    // 150 at once are more than 20 and 2 for each second that they take.
    const limited = byTraefik().find(({ rateLimit }) => rateLimit !== null) as PlannedRoute;
    await settled(limited.host);
    const answers = await Promise.all(
      Array.from({ length: 150 }, () => visit(limited.host).then(({ status }) => status)),
    );
    expect(answers).toContain(429);
    expect(answers).toContain(200);
  });

  test("by the tunnel, the one host that the policy gives it", async () => {
    const { status, body } = await eventually(async () => {
      const answer = await api.visit("vedanta.systems");
      if (answer.status !== 200) throw new Error(answer.body);
      return answer;
    });
    expect(status).toBe(200);
    expect(body).toContain("luv/vedanta-systems");
  });
});

describe("what this host opens", () => {
  test("nothing but Traefik's two ports is on more than the loopback", () => {
    const opened = openSockets().filter((socket) => !before.includes(socket));
    // Docker may open them for IPv6 beside IPv4.
    const open = new Set(opened.map((socket) => socket.replace(/^(tcp) .*:(\d+)$/, "$1 $2")));
    expect([...open].sort()).toEqual([`tcp ${ports.http}`, `tcp ${ports.https}`]);
  });

  test("databases have no host port and no way to the internet", async () => {
    const data = plan.services.filter(
      ({ kind, image }) => kind === "service" && /postgres|pgvector|redis|dragonfly/.test(image),
    );
    expect(data.map(serviceId).sort()).toEqual([
      "inpactai/redis",
      "korczewski/rag-postgres",
      "korczewski/shared-postgres",
      "luv/temporal-database",
      "openmates/cache",
      "openmates/cms-database",
    ]);
    const outside = await startOutside();
    const reachesOutside = async (container: string) => {
      const connect = `exec 3<>/dev/tcp/${outside.address}/80`;
      return (await execute(container, "timeout", "3", "bash", "-c", connect)).exitCode === 0;
    };
    // Else the look would prove nothing.
    expect(await reachesOutside("inpactai-backend-prod")).toBe(true);
    for (const { container } of data) {
      const { HostConfig, NetworkSettings } = await inspect(container);
      expect(HostConfig.PortBindings ?? {}).toEqual({});
      expect(Object.values(NetworkSettings.Ports ?? {}).filter(Boolean)).toEqual([]);
      expect(`${container} ${await reachesOutside(container)}`).toBe(`${container} false`);
    }
    outside.stop();
  });

  test("Traefik's own dashboard is on the loopback alone and asks for its password", async () => {
    const traefik = plan.services.find(({ container }) => container === "traefik");
    const port = traefik?.ports.find(({ container }) => container === 8080);
    expect(port?.ip).toMatch(/^127\./);
    const look = (login?: string) =>
      ask(httpRequest, {
        ...{ host: port?.ip, port: port?.host, path: "/api/http/routers" },
        headers: login === undefined ? {} : { authorization: basic(login) },
      });
    expect((await look()).status).toBe(401);
    const { status, body } = await look(`traefik:${await password("edge/traefik")}`);
    expect(status).toBe(200);
    expect(body).toContain("korczewski_auth-service_web@file");
  });
});

describe("containers", () => {
  test("are as planned, all of them", () => expectNoDrift(checkout, "prod"));

  test("are hardened: whatever is not has its exception in the plan", async () => {
    for (const planned of plan.services) {
      const { Config, HostConfig, Mounts } = await inspect(planned.container);
      const allowed = planned.exceptions.map(({ allow }) => allow);
      const found = [
        ...(/^(0|root|)(:|$)/.test(Config.User) ? ["root-user"] : []),
        ...(HostConfig.ReadonlyRootfs ? [] : ["writable-root"]),
        ...((HostConfig.CapAdd ?? []) as string[]).map(() => "capability"),
        ...Mounts.filter(({ Type }) => Type === "bind").map(({ Source }) =>
          Source.endsWith("docker.sock") ? "docker-socket" : "host-mount",
        ),
      ];
      expect(
        `${planned.container}: ${found.filter((one) => !allowed.includes(one as never)).join()}`,
      ).toBe(`${planned.container}: `);
      expect(HostConfig.Privileged).toBe(false);
      expect(HostConfig.CapDrop).toEqual(["ALL"]);
      expect(HostConfig.SecurityOpt).toContain("no-new-privileges:true");
      expect(HostConfig.Memory).toBeGreaterThan(0);
      expect(HostConfig.NanoCpus).toBeGreaterThan(0);
    }
  });

  test("of dev and prod share no network and no volume", async () => {
    const holdings = async (stack: Plan) => {
      const all = await Promise.all(stack.services.map(({ container }) => inspect(container)));
      return new Set(
        all.flatMap(({ Name, NetworkSettings, Mounts }) => [
          Name,
          ...Object.keys(NetworkSettings.Networks).map((network) => `network ${network}`),
          ...Mounts.flatMap((mount) => (mount.Type === "volume" ? [`volume ${mount.Name}`] : [])),
        ]),
      );
    };
    const [own, other] = [await holdings(plan), await holdings(dev)];
    expect(own.size).toBeGreaterThan(40);
    expect([...own].filter((held) => other.has(held))).toEqual([]);
  });

  test("Traefik loaded its configuration without a warning", () => {
    const log = execFileSync("sh", ["-c", "docker logs traefik 2>&1"], { encoding: "utf8" });
    expect(log).toMatch(/ INF /);
    const warnings = log
      .split("\n")
      .filter((line) => / (WRN|ERR|FTL) /.test(line))
      // This version prints it whatever its configuration is.
      .filter((line) => !line.includes("Traefik can reject some encoded characters"));
    expect(warnings).toEqual([]);
  });
});

test("a second up has nothing to change, neither has a preview against the refreshed state", async () => {
  expect(await bringUp(checkout, "prod")).toContain("Nothing to change.");
  const { exitCode, stdout, stderr } = await checkout.run(
    "sh",
    "-c",
    'eval "$(./berth env prod)" && npx pulumi preview --stack prod --refresh --expect-no-changes',
  );
  expect(`${exitCode} ${exitCode === 0 ? "" : stdout + stderr}`).toBe("0 ");
});

/** Asks an address over and over while something happens; gives the answers that were no 200. */
async function whileAsking(host: string, happening: () => Promise<void>): Promise<string[]> {
  const failures: string[] = [];
  let asking = true;
  let answers = 0;
  const loop = (async () => {
    while (asking) {
      const outcome = await visit(host).then(
        ({ status }) => String(status),
        (error: Error) => error.message,
      );
      answers++;
      if (outcome !== "200") failures.push(outcome);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  await happening();
  asking = false;
  await loop;
  expect(answers).toBeGreaterThan(10);
  return failures;
}

test("a changed route takes effect without a restart and without a failed request", async () => {
  const containers = ["traefik", "inpactai-frontend-prod", "auth-service"];
  const ids = await Promise.all(containers.map(identity));
  await settled("app.inpactai.example");
  const failures = await whileAsking("app.inpactai.example", async () => {
    checkout.edit(
      "config/systems/inpactai.ts",
      'prod: [{ host: { parameter: "INPACTAI_HOST" } }]',
      'prod: [{ host: { parameter: "INPACTAI_HOST" } }, { host: "www.inpactai.example" }]',
    );
    await bringUp(checkout, "prod");
    const { body } = await settled("www.inpactai.example");
    expect(body).toContain("inpactai/frontend");
  });
  expect(failures).toEqual([]);
  expect(await Promise.all(containers.map(identity))).toEqual(ids);
});

test("of two replicas one that is killed is routed around", async () => {
  checkout.edit(
    "config/systems/inpactai.ts",
    'user: "101:101",',
    'user: "101:101",\n        replicas: 2,',
  );
  await bringUp(checkout, "prod");
  // Traefik takes up the job's file a moment after `up` is done.
  const port = plan.services.find(({ container }) => container === "traefik")?.ports[0];
  const login = { authorization: basic(`traefik:${await password("edge/traefik")}`) };
  await eventually(async () => {
    const { body } = await ask(httpRequest, {
      ...{ host: port?.ip, port: port?.host, headers: login },
      path: "/api/http/services/inpactai_frontend_web@file",
    });
    const { serverStatus } = JSON.parse(body) as { serverStatus: Record<string, string> };
    expect(Object.values(serverStatus)).toEqual(["UP", "UP"]);
  });
  const failures = await whileAsking("app.inpactai.example", async () => {
    await docker.getContainer("inpactai-frontend-prod").kill();
    await new Promise((resolve) => setTimeout(resolve, 8_000));
  });
  expect(failures).toEqual([]);
  expect((await inspect("inpactai-frontend-prod")).State.Running).toBe(false);
});
