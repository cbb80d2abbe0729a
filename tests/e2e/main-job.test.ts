import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";
import { containerNames } from "../../planning/naming";
import { serviceId, type Plan, type PlannedService } from "../../planning/types";
import { createCheckout, installSource, type Checkout } from "./support/checkout";
import { docker, eventually, execute, identity } from "./support/docker";
import { bringUp, clearAway, expectNoDrift, planHere } from "./support/stack";

let checkout: Checkout;
let plan: Plan;

const service = (id: string): PlannedService => {
  const found = plan.services.find((candidate) => serviceId(candidate) === id);
  if (!found) throw new Error(`no ${id} in the plan`);
  return found;
};

/** Container id and start time by name: what changes when a container is replaced or restarted. */
async function identities(): Promise<Record<string, string>> {
  const entries = plan.services.flatMap((planned) =>
    containerNames(planned).map(async (name): Promise<[string, string]> => [
      name,
      await identity(name),
    ]),
  );
  return Object.fromEntries(await Promise.all(entries));
}

beforeAll(async () => {
  checkout = await createCheckout();
  await bringUp(checkout, "dev");
  plan = await planHere(checkout, "dev");
});

afterAll(() => clearAway(checkout, "dev", plan?.volumes));

test("every service of all five systems is healthy and every job has ended well", async () => {
  expect([...new Set(plan.services.map(({ system }) => system))]).toHaveLength(5);
  const states = await Promise.all(
    plan.services.map(async (planned) => {
      const { State } = await docker.getContainer(planned.container).inspect();
      return planned.kind === "job"
        ? `${serviceId(planned)} exit ${State.ExitCode}`
        : `${serviceId(planned)} ${State.Health?.Status}`;
    }),
  );
  expect(states.sort()).toEqual(
    plan.services
      .map((planned) => `${serviceId(planned)} ${planned.kind === "job" ? "exit 0" : "healthy"}`)
      .sort(),
  );
});

test("a first run leaves no committed file changed", () => {
  for (const file of ["Pulumi.yaml", "Pulumi.dev.yaml"]) {
    const text = readFileSync(join(checkout.folder, file), "utf8");
    expect(text).not.toContain("encryptionsalt");
    expect(text).not.toContain("secure:");
  }
});

test("plan, engine and docker inspect of every container agree", () =>
  expectNoDrift(checkout, "dev"));

test("a second up changes nothing", async () => {
  const before = await identities();
  const output = await bringUp(checkout, "dev");
  expect(output).toMatch(/nothing to change/i);
  expect(await identities()).toEqual(before);
});

test("plain pulumi sees the same stack and expects no changes", async () => {
  const { exitCode, stdout, stderr } = await checkout.run(
    "sh",
    "-c",
    'eval "$(./berth env dev)" && npx pulumi preview --stack dev --refresh --expect-no-changes --non-interactive',
  );
  expect({ exitCode, output: exitCode === 0 ? "" : stdout + stderr }).toEqual({
    exitCode: 0,
    output: "",
  });
});

test("every stand-in reaches all its needs", async () => {
  const standIns = plan.services.filter((planned) => planned.substitutedBy === "stand-in");
  expect(standIns.length).toBeGreaterThan(10);
  const unreached = await Promise.all(
    standIns
      .filter((planned) => planned.kind === "service")
      .map((planned) =>
        eventually(async () => {
          const { output } = await execute(
            planned.container,
            "wget",
            "-qO-",
            "http://127.0.0.1:7399/wiring",
          );
          const wiring = JSON.parse(output) as { allReached: boolean; needs: { status: string }[] };
          if (!wiring.allReached) throw new Error(`${planned.container}: ${output}`);
          return wiring.needs.filter(
            (need) => need.status === "failed" || need.status === "pending",
          );
        }),
      ),
  );
  expect(unreached.flat()).toEqual([]);
});

test("each role reaches its own database and is refused at the others'", async () => {
  const consumers = plan.services.filter(
    (planned) =>
      planned.system === "korczewski" &&
      planned.needs.some((need) => need.includes("/shared-postgres#")),
  );
  const uses = consumers.map((planned) => ({
    planned,
    database: planned.needs.find((need) => need.includes("/shared-postgres#"))?.split("#")[1] ?? "",
  }));
  expect(new Set(uses.map(({ database }) => database))).toEqual(
    new Set(["auth_db", "l2p_db", "payment_db", "videovault_db"]),
  );
  const server = service("korczewski/shared-postgres");
  const { Config } = await docker.getContainer(`${server.container}-databases`).inspect();
  for (const { database } of uses) {
    const password =
      Config.Env.find((line) => line.startsWith(`PASSWORD_${database}=`))?.split("=")[1] ?? "";
    for (const other of ["auth_db", "l2p_db", "payment_db", "videovault_db", "postgres"]) {
      const url = `postgresql://${database}:${password}@127.0.0.1:5432/${other}`;
      const { exitCode } = await execute(server.container, "psql", url, "-qtAc", "select 1");
      expect({ role: database, database: other, reached: exitCode === 0 }).toEqual({
        role: database,
        database: other,
        reached: other === database,
      });
    }
  }
});

describe("in a real browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
      ],
    });
  });
  afterAll(() => browser.close());

  test("galerly's stand-in frontend reaches its browser-side addresses", async () => {
    const page = await browser.newPage();
    await page.goto(service("galerly/frontend").url ?? "");
    const rows = page.locator(
      '[data-reach="browser"], [data-status="browser"], [data-status="reached"]',
    );
    await eventually(async () => {
      const failed = await page.locator('[data-status="failed"]').count();
      const waiting = await page
        .locator('[data-status="browser"], [data-status="pending"]')
        .count();
      if (failed + waiting > 0) throw new Error(await page.locator("body").innerText());
    });
    expect(await rows.count()).toBeGreaterThanOrEqual(2);
    await page.close();
  });

  describe("with real sources of inpactai and galerly in place", () => {
    let before: Record<string, string>;
    beforeAll(async () => {
      before = await identities();
      installSource(checkout, "dev", "inpactai");
      installSource(checkout, "dev", "galerly");
      await bringUp(checkout, "dev");
      plan = await planHere(checkout, "dev");
    });

    test("exactly the services with sources were replaced", async () => {
      const after = await identities();
      const replaced = Object.keys(after).filter((name) => after[name] !== before[name]);
      const built = plan.services.filter(
        (planned) => planned.build !== null && ["inpactai", "galerly"].includes(planned.system),
      );
      expect(replaced.sort()).toEqual(built.map((planned) => planned.container).sort());
    });

    test("inpactai's page counts in Redis through the Vite proxy, and an edit is live without an up", async () => {
      const page = await browser.newPage();
      const url = service("inpactai/frontend").url ?? "";
      await page.goto(url);
      await eventually(async () =>
        expect(await page.locator("#count").innerText()).toMatch(/^\d+$/),
      );
      const first = Number(await page.locator("#count").innerText());
      await page.reload();
      await eventually(async () =>
        expect(Number(await page.locator("#count").innerText())).toBeGreaterThan(first),
      );

      const identity = await identities();
      const main = join(checkout.sources, "dev/inpactai/Backend/main.py");
      writeFileSync(
        main,
        readFileSync(main, "utf8").replace("Counted by FastAPI", "Counted by an edited FastAPI"),
      );
      await eventually(async () => {
        const answer = (await (await fetch(`${url}/api/count`)).json()) as { message: string };
        expect(answer.message).toBe("Counted by an edited FastAPI");
      });
      const html = join(checkout.sources, "dev/inpactai/Frontend/index.html");
      writeFileSync(
        html,
        readFileSync(html, "utf8").replace(/<h1>.*<\/h1>/, "<h1>Edited heading</h1>"),
      );
      await eventually(async () =>
        expect(await page.locator("h1").innerText()).toBe("Edited heading"),
      );
      expect(await identities()).toEqual(identity);
      await page.close();
    });

    test("galerly stores and reads a photo and a user, and its page reaches both addresses", async () => {
      const backend = service("galerly/backend").url ?? "";
      const photo = Buffer.from("not really a photo");
      expect(
        (await fetch(`${backend}/photos/one.jpg`, { method: "PUT", body: photo })).status,
      ).toBeLessThan(300);
      expect(Buffer.from(await (await fetch(`${backend}/photos/one.jpg`)).arrayBuffer())).toEqual(
        photo,
      );
      const user = { id: "u1", name: "Ada" };
      const stored = await fetch(`${backend}/users`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(user),
      });
      expect(stored.status).toBeLessThan(300);
      expect(await (await fetch(`${backend}/users/u1`)).json()).toMatchObject(user);

      const page = await browser.newPage();
      await page.goto(service("galerly/frontend").url ?? "");
      await eventually(async () => {
        expect(await page.locator("#backend").innerText()).toBe("reached");
        expect(await page.locator("#localstack").innerText()).toBe("reached");
      });
      await page.close();
    });

    test("an edited galerly backend is live without an up", async () => {
      const identity = await identities();
      const api = join(checkout.sources, "dev/galerly/backend/api.py");
      writeFileSync(api, readFileSync(api, "utf8").replace('"version": "1"', '"version": "2"'));
      await eventually(async () => {
        const health = (await (await fetch(`${service("galerly/backend").url}/health`)).json()) as {
          version: string;
        };
        expect(health.version).toBe("2");
      });
      expect(await identities()).toEqual(identity);
    });
  });
});

test("a restarted LocalStack has what its client needs, without an up or a job", async () => {
  const { container } = service("galerly/localstack");
  const before = await identities();
  await docker.getContainer(container).restart();
  const aws = async (...args: string[]) =>
    (await execute(container, "awslocal", "--output", "text", ...args)).output;
  await eventually(async () => {
    expect(await aws("s3", "ls")).toContain("galerly-photos-local");
    expect(await aws("s3api", "get-bucket-cors", "--bucket", "galerly-photos-local")).toContain(
      "GET",
    );
    expect(await aws("dynamodb", "list-tables")).toContain("galerly-users-local");
  });
  const backend = service("galerly/backend").url ?? "";
  const stored = await fetch(`${backend}/photos/after.jpg`, { method: "PUT", body: "a photo" });
  expect(stored.status).toBeLessThan(300);
  expect(await (await fetch(`${backend}/photos/after.jpg`)).text()).toBe("a photo");
  const user = await fetch(`${backend}/users`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ id: "after", name: "Ada" }),
  });
  expect(user.status).toBeLessThan(300);
  const after = await identities();
  expect(Object.keys(after).filter((name) => after[name] !== before[name])).toEqual([container]);
});

test("down takes containers and networks away and keeps the data", async () => {
  const retained = plan.volumes.filter((volume) => volume.retained).map((volume) => volume.name);
  const { exitCode, stderr } = await checkout.berth("down", "dev", "--yes");
  expect({ exitCode, stderr: exitCode === 0 ? "" : stderr }).toEqual({ exitCode: 0, stderr: "" });
  const left = await docker.listContainers({ all: true, filters: { label: ["berth.stack=dev"] } });
  expect(left.map(({ Names }) => Names)).toEqual([]);
  const networks = await docker.listNetworks({ filters: { label: ["berth.stack=dev"] } });
  expect(networks.map(({ Name }) => Name)).toEqual([]);
  const { Volumes } = await docker.listVolumes();
  expect(Volumes.map(({ Name }) => Name)).toEqual(expect.arrayContaining(retained));
});
