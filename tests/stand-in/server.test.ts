import { connect, type AddressInfo, type Server } from "node:net";
import type { StandInEndpoint, StandInSpec, Wiring } from "../../stand-in/contract";
import { parseSpec } from "../../stand-in/contract";
import { serveControl, serveEndpoint } from "../../stand-in/server";

const spec: StandInSpec = {
  service: "korczewski/auth",
  kind: "service",
  container: "auth-service-dev",
  reason: "no source at <sources>/dev/auth",
  endpoints: [],
  needs: [],
};

const wiring: Wiring = {
  service: spec.service,
  container: spec.container,
  standIn: true,
  reason: spec.reason,
  needs: [
    {
      name: "api",
      to: "galerly/backend",
      kind: "http",
      reach: "browser",
      status: "browser",
      detail: `<script>alert("x")</script>`,
      checkedAt: null,
      url: "http://127.0.0.1:4801/?a=1&b=2",
    },
  ],
  allReached: true,
};

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

async function serve(endpoint: Partial<StandInEndpoint>): Promise<number> {
  const whole = { name: "http", port: 0, protocol: "http", health: null, ...endpoint } as const;
  const server = await serveEndpoint(spec, whole, () => wiring);
  servers.push(server);
  return (server.address() as AddressInfo).port;
}

describe("an HTTP endpoint", () => {
  it("answers its health path", async () => {
    const port = await serve({ health: "/health?deep=1" });
    const answer = await fetch(`http://127.0.0.1:${port}/health`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(await answer.json()).toEqual({ status: "ok", service: spec.service, standIn: true });
  });

  it("tells its wiring to any page that asks", async () => {
    const answer = await fetch(`http://127.0.0.1:${await serve({})}/wiring`);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(await answer.json()).toEqual(wiring);
  });

  it("answers any other path with 404 and its name", async () => {
    const answer = await fetch(`http://127.0.0.1:${await serve({ health: "/health" })}/api/login`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ service: spec.service, standIn: true });
  });

  it("shows a page with the need, its address for the browser, and nothing unescaped", async () => {
    const answer = await fetch(`http://127.0.0.1:${await serve({})}/`);
    const html = await answer.text();
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(html).toContain("no source at &lt;sources&gt;/dev/auth");
    expect(html).toContain(
      'data-need="api" data-reach="browser" data-status="browser" data-url="http://127.0.0.1:4801/?a=1&amp;b=2"',
    );
    expect(html).not.toContain("<script>alert");
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
  });
});

describe("a TCP endpoint", () => {
  it("answers a line with its name and closes", async () => {
    const port = await serve({ protocol: "tcp" });
    const heard = await new Promise<string>((resolve, reject) => {
      let text = "";
      const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
      socket.on("data", (chunk) => (text += chunk.toString()));
      socket.on("close", () => resolve(text));
      socket.on("error", reject);
    });
    expect(heard).toBe("korczewski/auth: stand-in\n");
  });
});

describe("the control server", () => {
  it("listens on loopback alone and answers /healthz and /wiring", async () => {
    const server = await serveControl(spec, 0, () => wiring);
    servers.push(server);
    const { address, port } = server.address() as AddressInfo;
    expect(address).toBe("127.0.0.1");
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    expect(await (await fetch(`http://127.0.0.1:${port}/wiring`)).json()).toEqual(wiring);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
  });
});

it("says which endpoint finds its port taken", async () => {
  const port = await serve({});
  await expect(
    serveEndpoint(spec, { name: "web", port, protocol: "http", health: null }, () => wiring),
  ).rejects.toThrow(
    `korczewski/auth: endpoint web: cannot listen on port ${port}: EADDRINUSE; declare another port`,
  );
});

describe("parseSpec", () => {
  it.each([
    [undefined, "BERTH_STAND_IN: not set; it holds the stand-in's specification as JSON"],
    ["{", "BERTH_STAND_IN: not JSON; it holds the stand-in's specification"],
    ["{}", 'BERTH_STAND_IN: "service" and "kind" ("service" or "job") are required'],
  ])("refuses %s", (text, message) => {
    expect(() => parseSpec(text)).toThrow(message);
  });
});
