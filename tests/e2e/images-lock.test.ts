/** `berth images lock` against a registry: what it writes, and that the locked content is what runs. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { importBusybox } from "./support/busybox-image";
import { createCheckout, type Checkout } from "./support/checkout";
import { docker } from "./support/docker";
import { Registry } from "./support/registry";
import { bringUp, clearAway, planHere } from "./support/stack";

let checkout: Checkout;
let registry: Registry;
/** References of the catalogue by what they are in the registry. */
let names: Record<"real" | "many" | "other" | "lost", string>;
const digests: Record<string, string> = {};

beforeAll(async () => {
  checkout = await createCheckout();
  const systems = join(checkout.folder, "config/systems");
  for (const entry of readdirSync(systems)) rmSync(join(systems, entry), { recursive: true });
  for (const stack of ["prod", "openmates"]) rmSync(join(checkout.folder, `Pulumi.${stack}.yaml`));
  checkout.configure("dev", { systems: ["lab"], parameters: {} });
  registry = await Registry.start();
  const at = (image: string) => `${registry.address}/tools/${image}`;
  names = {
    ...{ real: at("real:1.0.0"), many: at("many:2.0.0") },
    ...{ other: at("other:3.0.0"), lost: at("lost:4.0.0") },
  };
  digests.real = await publish("first");
  digests.many = (
    await registry.pushList("tools/many", "2.0.0", [
      "linux/arm64/v8",
      "linux/amd64",
      "linux/arm/v7",
    ])
  ).digest;
  digests.other = (await registry.push("tools/other", "3.0.0", "linux/s390x")).digest;
});

afterAll(async () => {
  await registry?.stop();
  await clearAway(checkout, "dev");
  for (const { Id, RepoTags } of await docker.listImages())
    if (RepoTags?.some((tag) => tag.startsWith(names.real.replace(/:[^:]*$/, ""))))
      await docker.getImage(Id).remove({ force: true });
});

/** Puts an image that really runs under the tag of `real`, by Docker's own push. */
async function publish(label: string): Promise<string> {
  const local = "berth-lock-test:base";
  await importBusybox(docker, local);
  const [repo, tag] = [names.real.replace(/:[^:]*$/, ""), "1.0.0"];
  const container = await docker.createContainer({ Image: local, Cmd: ["sleep", "1"] });
  await container.commit({ repo, tag, changes: `LABEL release=${label}` });
  await container.remove();
  const stream = await docker.getImage(names.real).push({ authconfig: {} });
  const digest = await new Promise<string>((resolve, reject) => {
    let found = "";
    docker.modem.followProgress(
      stream,
      (error) => (error ? reject(error) : resolve(found)),
      (event: { aux?: { Digest?: string } }) => (found = event.aux?.Digest ?? found),
    );
  });
  // Only the registry has it now.
  for (const name of [names.real, local]) await docker.getImage(name).remove({ force: true });
  return digest;
}

/** A service that runs; others are named by a system that no stack has. */
function catalogue(...images: string[]): void {
  const service = (image: string) => ({
    ...{ image: { registry: image }, networks: ["main"], user: "54321:54321" },
    ...{ memory: "32 MiB", entrypoint: ["sleep", "infinity"] },
    health: { kind: "command", command: ["true"], interval: "1 s" },
  });
  const write = (name: string, services: string[], block: number) =>
    writeFileSync(
      join(checkout.folder, `config/systems/${name}.ts`),
      `export default ${JSON.stringify({
        ...{ name, title: name, about: "A system of a test." },
        networks: { main: { name: `${name}-{environment}` } },
        projects: { [name]: { ports: { block } } },
        services: Object.fromEntries(
          services.map((image, index) => [`${name}-${index}`, service(image)]),
        ),
      })};\n`,
    );
  write("lab", [names.real], 9);
  write("shelf", images, 8);
}

const file = () => join(checkout.folder, "images.lock.json");
const lock = () =>
  JSON.parse(readFileSync(file(), "utf8")) as Record<
    string,
    { digest: string; platforms: string[] }
  >;
const release = async () =>
  (await docker.getContainer("lab-0-dev").inspect()).Config.Labels.release;

test("names all that can't be had and locks the rest", async () => {
  catalogue(names.many, names.lost, "127.0.0.1:1/tools/away:5.0.0");
  const { exitCode, stdout, stderr } = await checkout.berth("images", "lock");
  expect(stderr.trim().split("\n")).toEqual([
    "images/127.0.0.1:1/tools/away:5.0.0: its registry does not answer (connection refused); try again where it does",
    expect.stringMatching(
      `^images/${names.lost}: its registry refuses \\(.*manifest unknown.*\\); correct its name or tag$`,
    ),
  ]);
  expect(stdout.trim()).toBe("images.lock.json: 2 of 4 images, 2 new");
  expect(exitCode).toBe(1);
  const { Os, Arch } = await docker.version();
  expect(lock()).toEqual({
    [names.many]: {
      digest: digests.many,
      platforms: ["linux/amd64", "linux/arm/v7", "linux/arm64"],
    },
    [names.real]: { digest: digests.real, platforms: [`${Os}/${Arch}`] },
  });
  const check = await checkout.berth("images", "lock", "--check");
  expect(check.exitCode).toBe(1);
  expect(check.stderr).toContain(`images.lock.json.${names.lost}: is missing; `);
});

test("is the same file again, sorted, and of the catalogue alone", async () => {
  catalogue(names.other, names.many);
  expect((await checkout.berth("images", "lock")).exitCode).toBe(0);
  const text = readFileSync(file(), "utf8");
  expect(Object.keys(lock())).toEqual([names.many, names.other, names.real].sort());
  expect(lock()[names.other]).toEqual({ digest: digests.other, platforms: ["linux/s390x"] });
  const again = await checkout.berth("images", "lock");
  expect(again.stdout.trim()).toBe("images.lock.json: 3 of 3 images, nothing changed");
  expect(readFileSync(file(), "utf8")).toBe(text);
  expect((await checkout.berth("images", "lock", "--check")).exitCode).toBe(0);
  catalogue(names.other);
  const check = await checkout.berth("images", "lock", "--check");
  expect(check.exitCode).toBe(1);
  expect(check.stderr).toContain(`images.lock.json.${names.many}: is in no catalogue file; `);
});

test("what runs is what was locked, wherever the tag leads since", async () => {
  const moved = await publish("second");
  expect(moved).not.toBe(digests.real);
  await bringUp(checkout, "dev");
  expect(await release()).toBe("first");
  const plan = await planHere(checkout, "dev");
  expect(plan.services.map(({ digest }) => digest)).toEqual([digests.real]);
  expect((await checkout.berth("images", "lock")).stdout).toContain("1 changed, 1 gone");
  expect(await planHere(checkout, "dev")).toMatchObject({ services: [{ digest: moved }] });
  await bringUp(checkout, "dev");
  expect(await release()).toBe("second");
});

test("without its registry the lock keeps what it knew", async () => {
  const before = readFileSync(file(), "utf8");
  await registry.stop();
  const { exitCode, stderr } = await checkout.berth("images", "lock");
  expect(exitCode).toBe(1);
  expect(stderr.trim().split("\n").sort()).toEqual(
    [names.other, names.real].map(
      (name) =>
        `images/${name}: its registry does not answer (connection refused); the lock keeps what it knew; try again where it does`,
    ),
  );
  expect(readFileSync(file(), "utf8")).toBe(before);
});
