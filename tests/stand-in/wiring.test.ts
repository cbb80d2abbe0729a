import { createServer as createHttp } from "node:http";
import { createServer as createTcp, type AddressInfo, type Server } from "node:net";
import type { StandInNeed, StandInSpec } from "../../stand-in/contract";
import { WiringMonitor } from "../../stand-in/wiring";

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** A Redis that wants `password` and keeps what it was told. */
function redisServer(password: string | undefined, told: string[] = []): Server {
  return createTcp((socket) => {
    let allowed = password === undefined;
    socket.on("data", (chunk) => {
      const words = chunk
        .toString()
        .split("\r\n")
        .filter((_, i) => i > 0 && i % 2 === 0);
      told.push(words.join(" "));
      if (words[0] === "AUTH") {
        allowed = words.at(-1) === password;
        socket.write(allowed ? "+OK\r\n" : "-WRONGPASS invalid canary\r\n");
      } else socket.write(allowed ? "+PONG\r\n" : "-NOAUTH Authentication required.\r\n");
    });
  });
}

function spec(...needs: StandInNeed[]): StandInSpec {
  return { service: "s/x", kind: "job", container: "x", reason: "test", endpoints: [], needs };
}

function need(
  kind: StandInNeed["kind"],
  port: number,
  more: Partial<StandInNeed> = {},
): StandInNeed {
  return {
    name: kind,
    to: `other/${kind}`,
    kind,
    reach: "container",
    host: "127.0.0.1",
    port,
    ...more,
  };
}

async function tried(env: NodeJS.ProcessEnv, ...needs: StandInNeed[]) {
  return new WiringMonitor(spec(...needs), env).settle(0);
}

describe("a need of the container", () => {
  it("is reached over HTTP by any answer below 500", async () => {
    const paths: string[] = [];
    const port = await listening(
      createHttp((request, response) => {
        paths.push(request.url ?? "");
        response.writeHead(404).end();
      }),
    );
    const wiring = await tried({}, need("http", port, { path: "/api" }));
    expect(wiring).toMatchObject({
      allReached: true,
      needs: [{ status: "reached", detail: "GET /api answered 404" }],
    });
    expect(paths).toEqual(["/api"]);
  });

  it("is not reached by a 503", async () => {
    const port = await listening(createHttp((_, response) => response.writeHead(503).end()));
    expect(await tried({}, need("http", port))).toMatchObject({
      allReached: false,
      needs: [{ status: "failed", detail: "GET / answered 503" }],
    });
  });

  it("is reached by a Redis that accepts the login of the process's own variable", async () => {
    const told: string[] = [];
    const port = await listening(redisServer("right", told));
    const env = { REDIS_URL: `redis://:right@127.0.0.1:${port}/0` };
    const wiring = await tried(env, need("redis", port, { variables: { REDIS_URL: "url" } }));
    expect(wiring.needs[0]).toMatchObject({
      status: "reached",
      detail: "PING answered, logged in",
    });
    expect(told).toEqual(["AUTH right", "PING"]);
  });

  it.each([
    ["without the password that it wants", undefined, "PING was refused (NOAUTH)"],
    ["with a wrong one", "canary", "AUTH was refused (WRONGPASS)"],
  ])("is refused by a Redis %s, and no secret is shown", async (_, password, detail) => {
    const port = await listening(redisServer("right"));
    const variables = password === undefined ? {} : { REDIS_PASSWORD: "password" as const };
    const wiring = await tried({ REDIS_PASSWORD: password }, need("redis", port, { variables }));
    expect(wiring.needs[0]).toMatchObject({ status: "failed", detail });
    expect(JSON.stringify(wiring)).not.toContain("canary");
  });

  it("is not reached where nothing listens or the name is unknown", async () => {
    const port = await listening(createTcp());
    servers.pop()?.close();
    const wiring = await tried(
      {},
      need("tcp", port),
      need("postgres", port),
      need("http", 80, { host: "nobody.invalid" }),
    );
    expect(wiring.needs.map((state) => state.detail)).toEqual([
      `127.0.0.1:${port} cannot be connected to (ECONNREFUSED)`,
      `127.0.0.1:${port} cannot be connected to (ECONNREFUSED)`,
      expect.stringContaining("nobody.invalid does not resolve"),
    ]);
  });

  it("fails where its variable leads elsewhere, even to something that listens", async () => {
    const port = await listening(createTcp());
    const env = { PEER_HOST: "localhost", PEER_PORT: String(port) };
    const variables = { PEER_HOST: "host", PEER_PORT: "port" } as const;
    expect(await tried(env, need("tcp", port, { variables }))).toMatchObject({
      needs: [
        {
          status: "failed",
          detail: `PEER_HOST, PEER_PORT leads to localhost:${port}, the plan says 127.0.0.1:${port}`,
        },
      ],
    });
  });

  it("that is a job counts as reached: it ran before", async () => {
    expect(await tried({}, need("job", 0, { host: "" }))).toMatchObject({ allReached: true });
  });

  it("is tried again until it is there", async () => {
    let answers = 0;
    const port = await listening(
      createHttp((_, response) => response.writeHead(++answers < 3 ? 502 : 200).end()),
    );
    const monitor = new WiringMonitor(spec(need("http", port)), {});
    expect(await monitor.settle(2_000, 10)).toMatchObject({ allReached: true });
    expect(answers).toBe(3);
  });
});

describe("a need of the browser", () => {
  const browser = need("http", 4801, { reach: "browser", url: "http://127.0.0.1:4801" });
  const variables = { VITE_BACKEND_PORT: "port" } as const;

  it("is left to the page and does not count", async () => {
    const wiring = await tried({ VITE_BACKEND_PORT: "4801" }, { ...browser, variables });
    expect(wiring).toMatchObject({
      allReached: true,
      needs: [{ status: "browser", url: "http://127.0.0.1:4801" }],
    });
  });

  it("has failed where its variable names another port than the plan", async () => {
    const wiring = await tried({ VITE_BACKEND_PORT: "5001" }, { ...browser, variables });
    expect(wiring.needs[0]).toMatchObject({
      status: "failed",
      detail: "VITE_BACKEND_PORT leads to 127.0.0.1:5001, the plan says 127.0.0.1:4801",
    });
  });
});
