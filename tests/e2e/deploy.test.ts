/** A changed source in prod: the preview names it, `up` replaces its services alone, and it can be taken back. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plan } from "../../planning/types";
import { createCheckout, testAddress, type Checkout } from "./support/checkout";
import { docker, eventually } from "./support/docker";
import { bringUp, clearAway, planHere } from "./support/stack";

let checkout: Checkout;
let plan: Plan;

beforeAll(async () => {
  checkout = await createCheckout();
  checkout.configure("prod", { systems: ["lab"], exposure: { public: "hostPort" } });
  writeFileSync(
    join(checkout.folder, "config/systems/lab.ts"),
    `export default ${JSON.stringify(lab)};\n`,
  );
  write("web/Dockerfile", dockerfile);
  write("web/.dockerignore", "*.md\n");
  write("web/notes.md", "first");
  write("web/index.html", "first");
  write("api/Dockerfile", dockerfile);
  write("api/index.html", "first");
  await bringUp(checkout, "prod");
  plan = await planHere(checkout, "prod");
});

afterAll(() => clearAway(checkout, "prod", plan?.volumes));

const dockerfile = `ARG DEBIAN_IMAGE
FROM \${DEBIAN_IMAGE}
COPY . /srv
CMD ["busybox", "httpd", "-f", "-p", "8080", "-h", "/srv"]
`;
const built = (folder: string) => ({
  build: { folder, bases: { DEBIAN_IMAGE: "debian:12.11-slim" } },
});
const common = {
  ...{ networks: ["main"], user: "54321:54321", memory: "32 MiB" },
  dev: { absent: "the lab is about prod alone" },
};
const serves = {
  ...common,
  health: {
    ...{ kind: "command", interval: "1 s" },
    command: ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/"],
  },
};

/** `api` and `worker` are of one source; `web` has one of its own and needs `api`; `cache` has none. */
const lab = {
  ...{ name: "lab", title: "Lab", about: "Applications of two sources." },
  networks: { main: { name: "lab-{environment}" } },
  projects: { lab: { ports: { block: 9, slice: 0 } } },
  services: {
    web: {
      ...serves,
      image: built("web"),
      endpoints: { web: { port: 8080, role: "public", slot: 0, published: { prod: 8080 } } },
      needs: { api: { endpoint: "api", variables: { API: "{url}" } } },
    },
    api: {
      ...serves,
      image: built("api"),
      endpoints: { api: { port: 8080, role: "internal" } },
    },
    worker: { ...serves, image: built("api") },
    cache: {
      ...common,
      image: { registry: "redis:7.4.2-alpine" },
      tmpfs: ["/data"],
      command: ["redis-server", "--save", ""],
      health: { kind: "command", command: ["redis-cli", "ping"], interval: "1 s" },
    },
  },
};

function write(file: string, content: string): void {
  const path = join(checkout.sources, "prod/lab", file);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
}

/** Each container's id, start and image, by service. */
async function running(): Promise<Record<string, string>> {
  const found = plan.services.map(async ({ service, container }) => {
    const { Id, State, Image } = await docker.getContainer(container).inspect();
    return [service, `${Id} ${State.StartedAt} ${Image}`] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

/** What plain `pulumi preview` says will happen, without what stays as it is: "replace <name>". */
async function preview(): Promise<string[]> {
  const { exitCode, stdout, stderr } = await checkout.run(
    "bash",
    "-c",
    'eval "$(./berth env prod)" && npx pulumi preview --stack prod --refresh --json --non-interactive',
  );
  if (exitCode !== 0) throw new Error(stderr + stdout);
  const { steps } = JSON.parse(stdout) as { steps: { op: string; urn: string }[] };
  return steps
    .filter(({ op }) => ["create", "update", "delete", "replace"].includes(op))
    .map(({ op, urn }) => `${op} ${urn.split("::").at(-1)}`)
    .sort();
}

/** Brings the stack up and gives the services whose container is another one, or started anew. */
async function replaced(): Promise<string[]> {
  const before = await running();
  await bringUp(checkout, "prod");
  const after = await running();
  return Object.keys(after).filter((service) => after[service] !== before[service]);
}

const replacement = (...services: string[]) =>
  services
    .flatMap((service) => [
      `replace prod-image-berth-lab-${service}-prod-image`,
      `replace prod-lab-${service}-container`,
    ])
    .sort();
const imageIdOf = async (service: string) =>
  (await docker.getContainer(`lab-${service}-prod`).inspect()).Image;
const tagsOf = async (image: string) => (await docker.getImage(image).inspect()).RepoTags;
const page = () => eventually(async () => (await fetch(`http://${testAddress}:3900/`)).text());

test("an ignored file changes nothing", async () => {
  write("web/notes.md", "second");
  expect(await preview()).toEqual([]);
  expect(await replaced()).toEqual([]);
});

test("a changed line replaces its own service, and the line put back brings the earlier image back", async () => {
  const first = await imageIdOf("web");
  const [tag] = await tagsOf(first);
  expect(tag).toMatch(/^berth\/lab-web-prod:[0-9a-f]{12}$/);
  write("web/index.html", "second");
  expect(await preview()).toEqual(replacement("web"));
  expect(await replaced()).toEqual(["web"]);
  expect(await page()).toBe("second");
  expect(await imageIdOf("web")).not.toBe(first);
  expect(await tagsOf(first)).toEqual([tag]);

  write("web/index.html", "first");
  expect(await preview()).toEqual(replacement("web"));
  expect(await replaced()).toEqual(["web"]);
  expect(await page()).toBe("first");
  expect(await imageIdOf("web")).toBe(first);
});

test("a source of two services replaces both, and not what needs them", async () => {
  write("api/index.html", "second");
  expect(await preview()).toEqual(replacement("api", "worker"));
  expect((await replaced()).sort()).toEqual(["api", "worker"]);
});
