/** Vault of openmates as its stack runs it. The first run builds Vault. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plan } from "../../planning/types";
import { createCheckout, type Checkout } from "./support/checkout";
import { docker, eventually, execute } from "./support/docker";
import { bringUp, clearAway, planHere } from "./support/stack";

const vault = "openmates-vault-dev";
const setup = "openmates-vault-setup-dev";
/** A client that has Vault's address and token as the API's own program would. */
const client = "openmates-api-dev";
const keys = "/vault/config";

let checkout: Checkout;
let plan: Plan;
/** What initialising gave out. */
let unsealKey: string;
let rootToken: string;

beforeAll(async () => {
  checkout = await createCheckout();
  checkout.configure("dev", { systems: ["openmates"] });
  await bringUp(checkout, "dev");
  plan = await planHere(checkout, "dev");
  unsealKey = await inVault(`awk '/^Unseal Key 1:/ { print $NF }' ${keys}/init.txt`);
  rootToken = await inVault(`awk '/^Initial Root Token:/ { print $NF }' ${keys}/init.txt`);
});

afterAll(() => clearAway(checkout, "dev", plan?.volumes));

/** What a shell line prints in a container; it must succeed. */
async function shell(container: string, line: string): Promise<string> {
  const { exitCode, output } = await execute(container, "sh", "-c", line);
  if (exitCode !== 0) throw new Error(`${container}: ${line}: ${exitCode}: ${output}`);
  return output.trim();
}

const inVault = (line: string): Promise<string> => shell(vault, line);

/** Vault's own command, with the rights of its operator. */
const operate = (line: string): Promise<string> =>
  inVault(
    `export VAULT_ADDR=http://127.0.0.1:8200 VAULT_TOKEN=$(awk '/^Initial Root Token:/ { print $NF }' ${keys}/init.txt); ${line}`,
  );

/** A request with the client's own variables, or with a token that it had before. */
function ask(path: string, body?: object, token = "$VAULT_TOKEN"): Promise<string> {
  const data = body === undefined ? "" : `--post-data '${JSON.stringify(body)}'`;
  return shell(
    client,
    `wget -q -O - --header "X-Vault-Token: ${token}" ${data} "$VAULT_ADDR/v1/${path}" 2>&1`,
  );
}

async function readSecret(): Promise<unknown> {
  const answer = JSON.parse(await ask("secret/data/app")) as { data: { data: unknown } };
  return answer.data.data;
}

interface Health {
  status: string | undefined;
  said: string | undefined;
}

async function health(): Promise<Health> {
  const { State } = await docker.getContainer(vault).inspect();
  return { status: State.Health?.Status, said: State.Health?.Log.at(-1)?.Output.trim() };
}

/** Waits for a status whose last check says it. */
const saysHealth = (status: string, said: RegExp): Promise<void> =>
  eventually(async () => {
    expect(await health()).toEqual({ status, said: expect.stringMatching(said) as unknown });
  }, 240);

/** The health check, at once. */
async function check(): Promise<{ exitCode: number; output: string }> {
  const planned = plan.services.find(({ container }) => container === vault);
  const [kind, ...command] = planned?.health?.test ?? [];
  expect(kind).toBe("CMD");
  return execute(vault, ...command);
}

/** Waits until the health check, asked at once, says it. */
const checkSays = (exitCode: number, said: RegExp): Promise<void> =>
  eventually(async () => {
    expect(await check()).toEqual({ exitCode, output: expect.stringMatching(said) as unknown });
  });

async function log(container: string): Promise<string> {
  const content = await docker.getContainer(container).logs({ stdout: true, stderr: true });
  return content.toString("utf8");
}

const times = (text: string, part: string): number => text.split(part).length - 1;

/** Everything that Berth keeps of the stack: Pulumi's state, its history and the logs. */
function keptFiles(): string {
  const folder = checkout.env["XDG_STATE_HOME"] ?? "";
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
}

test("runs Vault itself, and up waits until the client's token is good", async () => {
  expect(plan.services.find(({ container }) => container === vault)?.substitutedBy).toMatch(
    /^berth\.local\/vault:/,
  );
  expect(await inVault("vault version")).toMatch(/^Vault v1\.18\.4\b/);
  expect(await health()).toEqual({ status: "healthy", said: "unsealed" });
  expect(await log(setup)).toContain("vault-setup: Vault is initialised\n");
  await ask("secret/data/app", { data: { kept: "yes" } });
  expect(await readSecret()).toEqual({ kept: "yes" });
});

test("the client's token is good for the secrets and for nothing else", async () => {
  for (const path of ["sys/mounts", "sys/policies/acl/openmates", "auth/token/accessors?list=true"])
    await expect(ask(path)).rejects.toThrow("403 Forbidden");
  await expect(ask("secret/data/app", undefined, "another")).rejects.toThrow("403 Forbidden");
});

test("what opens Vault is on its own volume, for its user alone, and nowhere else", async () => {
  expect(unsealKey).toMatch(/^[\w+/]{43}=$/);
  expect(rootToken).toMatch(/^hvs\.\w{20,}$/);
  expect(await inVault(`stat -c '%a %u:%g %n' ${keys}/*`)).toBe(
    `600 100:1000 ${keys}/init.txt\n600 100:1000 ${keys}/service-token.accessor`,
  );
  const token = await shell(client, 'printf %s "$VAULT_TOKEN"');
  let inspected = "";
  let logs = "";
  for (const { Id } of await docker.listContainers({ all: true })) {
    inspected += JSON.stringify(await docker.getContainer(Id).inspect());
    logs += await log(Id);
  }
  const kept = keptFiles();
  // These places are looked at indeed: the first has the client's variables, the others their names.
  expect(inspected).toContain(token);
  expect(logs).toContain("vault-setup: done");
  expect(kept).toContain("openmates-vault-keys-dev");
  for (const place of [inspected, logs, kept]) {
    expect(place.includes(unsealKey)).toBe(false);
    expect(place.includes(rootToken)).toBe(false);
  }
  for (const place of [logs, kept]) expect(place.includes(token)).toBe(false);
});

describe("is unsealed and has the client's secrets without an up", () => {
  test.each([
    ["a restart", () => docker.getContainer(vault).restart()],
    ["its process is killed", () => inVault("kill -9 $(busybox pidof vault)").catch(() => "")],
  ])("after %s", async (_, stop) => {
    const before = times(await log(vault), "vault-start: unsealed");
    const done = (await docker.getContainer(setup).inspect()).State.FinishedAt;
    const started = (await docker.getContainer(client).inspect()).State.StartedAt;
    await stop();
    await eventually(async () => expect(await readSecret()).toEqual({ kept: "yes" }));
    expect(times(await log(vault), "vault-start: unsealed")).toBe(before + 1);
    expect((await docker.getContainer(setup).inspect()).State.FinishedAt).toBe(done);
    expect((await docker.getContainer(client).inspect()).State.StartedAt).toBe(started);
    await checkSays(0, /^unsealed$/m);
  });

  test("as a new container on the same volumes", async () => {
    await docker.getContainer(vault).remove({ force: true });
    const job = (await docker.getContainer(setup).inspect()).Id;
    await bringUp(checkout, "dev");
    // Its target is another container: it runs again, after Vault is unsealed, and finds all done.
    expect((await docker.getContainer(setup).inspect()).Id).not.toBe(job);
    expect(await log(setup)).not.toContain("is initialised");
    await eventually(async () => expect(await readSecret()).toEqual({ kept: "yes" }));
    expect(times(await log(vault), "vault-start: unsealed")).toBe(1);
  });
});

test("a second run of vault-setup changes nothing", async () => {
  const look = () =>
    operate(
      `cat ${keys}/* | sha256sum; ls ${keys}; vault list -format=json auth/token/accessors; ` +
        "vault secrets list -format=json; vault policy read openmates",
    );
  const before = await look();
  const told = (await log(setup)).length;
  const job = docker.getContainer(setup);
  await job.start();
  expect(await job.wait()).toMatchObject({ StatusCode: 0 });
  expect((await log(setup)).slice(told)).toMatch(/^.{0,8}vault-setup: done\n$/s);
  expect(await look()).toBe(before);
});

describe("health tells", () => {
  test("a sealed Vault, which stays sealed until it is started again", async () => {
    await operate("vault operator seal");
    await saysHealth("unhealthy", /^sealed: /);
    await expect(readSecret()).rejects.toThrow("503 Service Unavailable");
    await docker.getContainer(vault).restart();
    await saysHealth("healthy", /^unsealed$/);
    expect(await readSecret()).toEqual({ kept: "yes" });
  });

  test("a broken one", async () => {
    await inVault("kill -STOP $(busybox pidof vault)");
    await checkSays(1, /^broken: Vault gives no answer$/m);
    await inVault("kill -CONT $(busybox pidof vault)");
    await checkSays(0, /^unsealed$/m);
  });
});

test("without its key on the volume it waits for its operator", async () => {
  await inVault(`sed -i '/^Unseal Key/d' ${keys}/init.txt`);
  await docker.getContainer(vault).restart();
  const told = "vault-start: there is no key on the volume; unseal Vault by hand";
  await eventually(async () => expect(times(await log(vault), told)).toBe(1));
  await checkSays(1, /^sealed: /m);
  await operate(`vault operator unseal ${unsealKey}`);
  await checkSays(0, /^unsealed$/m);
  await eventually(async () => expect(await readSecret()).toEqual({ kept: "yes" }));
  expect(times(await log(vault), told)).toBe(1);
});

test("a rotated token takes the place of the one before, which is good for nothing then", async () => {
  const earlier = await shell(client, 'printf %s "$VAULT_TOKEN"');
  checkout.configure("dev", { secretVersions: { "openmates/vault/service-token": 2 } });
  await bringUp(checkout, "dev");
  expect(await shell(client, 'printf %s "$VAULT_TOKEN"')).not.toBe(earlier);
  expect(await readSecret()).toEqual({ kept: "yes" });
  await expect(ask("secret/data/app", undefined, earlier)).rejects.toThrow("403 Forbidden");
  expect(await log(setup)).toContain("vault-setup: the earlier token is revoked\n");
});
