/** The stand-in for cloudflared as the plan runs it, between a test's edge and a real origin. */
import Docker from "dockerode";
import { ensureLocalImages } from "../../offline/images/build";
import { recipeReference } from "../../offline/images/references";
import { bridgeAddress } from "../support/bridge-address";
import { type CloudflareApi, startCloudflareApi } from "../support/cloudflare-api";
import { eventually, execute } from "./support/docker";
import { docker, Lab, until } from "./support/lab";

const TUNNELS = "/accounts/a1/cfd_tunnel";
const SECOND = 1e9;

let lab: Lab;
let api: CloudflareApi;
let web: string;

beforeAll(async () => {
  await ensureLocalImages({ docker: new Docker(), names: ["cloudflared", "nginx"] });
  lab = new Lab("cloudflared");
  web = lab.start("web", "nginx", []);
  api = await startCloudflareApi({
    ...{ token: "t".repeat(40), account: "a1", zones: [{ id: "z1", name: "example.com" }] },
    // The host as every container reaches it.
    advertise: await bridgeAddress(new Docker()),
  });
});

afterAll(async () => {
  await api.close();
  lab.close();
});

/** A tunnel that leads a host name to a service, and its token. */
async function publish(name: string, service: string): Promise<{ id: string; token: string }> {
  const { result } = await api.call("POST", TUNNELS, { name, config_src: "cloudflare" });
  const id = String(result["id"]);
  await lead(id, name, service);
  await api.call("POST", "/zones/z1/dns_records", {
    ...{ name: `${name}.example.com`, type: "CNAME", content: `${id}.cfargotunnel.com` },
    ...{ proxied: true, ttl: 1 },
  });
  const token = await api.call("GET", `${TUNNELS}/${id}/token`);
  return { id, token: token.result as unknown as string };
}

async function lead(id: string, name: string, service: string): Promise<void> {
  const rules = [{ hostname: `${name}.example.com`, service }, { service: "http_status:404" }];
  await api.call("PUT", `${TUNNELS}/${id}/configurations`, { config: { ingress: rules } });
}

/** Runs cloudflared as hardened as the official image allows. */
async function run(name: string, env: string[], binds: string[] = []): Promise<string> {
  const container = `${lab.prefix}-${name}`;
  const made = await new Docker().createContainer({
    name: container,
    Image: recipeReference("cloudflared"),
    Cmd: ["tunnel", "run"],
    Env: ["TUNNEL_METRICS=127.0.0.1:20241", ...env],
    Healthcheck: {
      ...{ Test: ["CMD", "cloudflared", "tunnel", "ready"], Interval: SECOND, Retries: 1 },
      ...{ Timeout: 10 * SECOND },
    },
    HostConfig: {
      ...{ NetworkMode: lab.prefix, ReadonlyRootfs: true, CapDrop: ["ALL"], Binds: binds },
      ...{ SecurityOpt: ["no-new-privileges:true"], Memory: 128 * 2 ** 20 },
    },
  });
  await made.start();
  return container;
}

function health(container: string, wanted: string): Promise<string> {
  const look = () => docker("inspect", "--format", "{{.State.Health.Status}}", container).trim();
  return until(look, (seen) => seen === wanted);
}

test("a tunnel becomes healthy, serves visitors, and leaves when it is stopped", async () => {
  const { id, token } = await publish("app", `http://${web}:80`);
  const container = await run("app", [`TUNNEL_TOKEN=${token}`]);
  expect(await health(container, "healthy")).toBe("healthy");
  expect(docker("exec", container, "id", "-u").trim()).toBe("65532");
  const answer = await api.visit("app.example.com");
  expect([answer.status, answer.body]).toEqual([200, expect.stringContaining("<title>nginx")]);
  expect((await api.visit("app.example.com", "/missing")).status).toBe(404);
  expect(docker("logs", container)).not.toContain(token);

  expect((await api.call("DELETE", `${TUNNELS}/${id}`)).code).toBe(1022);
  const before = Date.now();
  // Not by the command, which would hold up this process and with it the edge.
  await new Docker().getContainer(container).stop({ t: 30 });
  expect(Date.now() - before).toBeLessThan(10_000);
  expect((await api.call("DELETE", `${TUNNELS}/${id}`)).status).toBe(200);
});

test("is not ready without its origin, and is with a mended rule, without a restart", async () => {
  const { id, token } = await publish("wrong", "http://nobody:80");
  const file = lab.file("token", `${token}\n`);
  const container = await run("wrong", ["TUNNEL_TOKEN_FILE=/token"], [`${file}:/token:ro`]);
  await until(
    () => api.connections(id),
    (count) => count === 1,
  );
  await eventually(async () => {
    const { exitCode, output } = await execute(container, "cloudflared", "tunnel", "ready");
    expect([exitCode, output]).toEqual([1, expect.stringContaining("http://nobody:80: E")]);
  }, 20);
  expect(await health(container, "unhealthy")).toBe("unhealthy");
  expect((await api.visit("wrong.example.com")).status).toBe(502);
  const told = new Docker().getContainer(container).logs({ stdout: true, stderr: true });
  expect(String(await told)).toMatch(/not ready: http:\/\/nobody:80: (ENOTFOUND|EAI_AGAIN)/);

  await lead(id, "wrong", `tcp://${web}:80`);
  expect(await health(container, "healthy")).toBe("healthy");
  // Whoever is killed says no goodbye.
  docker("kill", container);
  expect(
    await until(
      () => api.connections(id),
      (count) => count === 0,
    ),
  ).toBe(0);
});

test("a real tunnel's token leads nowhere, and the log says so", async () => {
  const real = JSON.stringify({ a: "a1", t: "t1", s: "secret" });
  const container = await run("real", [`TUNNEL_TOKEN=${Buffer.from(real).toString("base64")}`]);
  expect(docker("wait", container).trim()).toBe("1");
  const told = new Docker().getContainer(container).logs({ stdout: true, stderr: true });
  expect(String(await told)).toContain("this stand-in for cloudflared cannot reach Cloudflare");
});
