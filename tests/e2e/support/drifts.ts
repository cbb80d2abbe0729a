import { docker, eventually, execute } from "./docker";
import { connect, disconnect, recreate, type Recipe } from "./recreate";

/** In secrets and in what a person adds by hand: no output may have it. */
export const canary = "CANARY5d1e";
export const image = "redis:7.4.2-alpine";
const otherImage = "drift-test:1";
const stranger = "drift-stranger";

/** Something done by hand to a running stack, and how `berth drift` names it. */
export interface Drift {
  title: string;
  apply: () => Promise<unknown>;
  /** Findings as "kind object name field". */
  found: string[];
  /** What `up` says of it. */
  told?: string;
  /** What a person does where `up` leaves it alone: the command that is named. */
  byHand?: string;
}

const container = (service: string) => `lab-${service}-dev`;
const onto = (service: string, kind: string, field = "") =>
  `${kind} container ${container(service)} ${field}`.trim();
const get = (service: string) => docker.getContainer(container(service));

/** A drift of a container that takes a new one. */
function anew(
  service: string,
  field: string,
  change: (recipe: Recipe) => void,
  title = field,
): Drift {
  return {
    title,
    apply: () => recreate(container(service), change),
    found: [onto(service, "recreated"), onto(service, "differs", field)],
    told: `${container(service)}: made by a run that was killed or by hand, removed`,
  };
}

/** A drift of a container that stays the same one. */
function inPlace(service: string, field: string, apply: () => Promise<unknown>): Drift {
  return { title: field, apply, found: [onto(service, "differs", field)] };
}

const setVariable = (name: string, value: string) => (recipe: Recipe) => {
  recipe.Env = [...recipe.Env.filter((line) => !line.startsWith(`${name}=`)), `${name}=${value}`];
};
const host = (values: Record<string, unknown>) => (recipe: Recipe) => {
  Object.assign(recipe.HostConfig, values);
};

/** What is done to the lab at once: one drift of each container, so that none hides another. */
export const rounds: { soak: boolean; drifts: Drift[] }[] = [
  {
    soak: false,
    drifts: [
      anew("web", "variable MODE", setVariable("MODE", "changed"), "a variable is another"),
      {
        ...inPlace("api", "networks", () => disconnect("lab-data-dev", container("api"))),
        told: "networks: planned lab-data-dev, lab-dev, found lab-dev",
      },
      {
        title: "memory",
        apply: () => get("worker").update({ Memory: 96 * 2 ** 20, MemorySwap: 96 * 2 ** 20 }),
        found: [onto("worker", "differs", "memory"), onto("worker", "differs", "memory with swap")],
      },
      {
        title: "a container is stopped",
        apply: () => get("cache").stop({ t: 1 }),
        found: [onto("cache", "not-running")],
        told: "lab/cache (lab-cache-dev): is not healthy: ended with exit code",
      },
      {
        title: "a job's container is removed",
        apply: () => get("setup").remove(),
        found: [onto("setup", "missing")],
      },
      {
        title: "somebody's container joins a network",
        apply: () => startStranger({}, "lab-dev"),
        found: [`extra container ${stranger} network lab-dev`],
        told: `docker network disconnect --force lab-dev ${stranger}`,
        byHand: `docker network disconnect --force lab-dev ${stranger}`,
      },
    ],
  },
  {
    soak: false,
    drifts: [
      anew("web", "variable TOKEN", setVariable("TOKEN", `${canary}-other`), "a secret is another"),
      anew(
        "api",
        "label berth.service",
        ({ Labels }) => (Labels["berth.service"] = "none"),
        "a label is another",
      ),
      anew(
        "worker",
        "health check",
        (recipe) => Object.assign(recipe, { Healthcheck: { Test: ["NONE"] } }),
        "there is no health check",
      ),
      anew(
        "cache",
        "mounts",
        host({ Binds: ["/usr/share:/host:ro"] }),
        "a folder of the host is mounted",
      ),
      {
        title: "a network is made anew, and not internal",
        apply: remakeNetwork,
        found: [
          "recreated network lab-data-dev",
          // Nobody takes along a container that does not run.
          onto("setup", "differs", "networks"),
          "differs network lab-data-dev internal",
          ...["environment", "stack", "system"].map(
            (label) => `differs network lab-data-dev label berth.${label}`,
          ),
        ],
        told: "network lab-data-dev: not made by Berth, made anew",
      },
      {
        title: "somebody's container has the stack's label",
        apply: () => startStranger({ "berth.stack": "dev" }),
        found: [`extra container ${stranger} label berth.stack`],
        told: `docker rm --force ${stranger}`,
        byHand: `docker rm --force ${stranger}`,
      },
    ],
  },
  {
    soak: true,
    drifts: [
      {
        title: "a container is removed",
        apply: () => get("web").remove({ force: true }),
        found: [onto("web", "missing")],
      },
      inPlace("api", "networks", () => connect("lab-extra", container("api"))),
      {
        ...inPlace("worker", "CPUs", () => get("worker").update({ NanoCpus: 0.25e9 })),
        told: "CPUs: planned 0.5, found 0.25",
      },
      anew("cache", "image", (recipe) => (recipe.Image = otherImage), "another image runs"),
      anew("store", "mounts", host({ Mounts: [] }), "the volume is not mounted"),
    ],
  },
  {
    soak: true,
    drifts: [
      {
        title: "a container has another name",
        apply: () => get("web").rename({ name: "lab-web-old" }),
        found: [onto("web", "differs", "name")],
        told: "name: planned lab-web-dev, found lab-web-old",
      },
      anew(
        "api",
        "variable DEBUG",
        setVariable("DEBUG", `${canary}-by-hand`),
        "a variable is added",
      ),
      anew(
        "worker",
        "variable MODE",
        (recipe) => (recipe.Env = recipe.Env.filter((line) => !line.startsWith("MODE="))),
        "a variable is missing",
      ),
      anew(
        "cache",
        "ports",
        host({ PortBindings: { "6379/tcp": [{ HostIp: "127.0.0.1", HostPort: "0" }] } }),
        "a port is published",
      ),
      inPlace("store", "aliases on lab-data-dev", async () => {
        await disconnect("lab-data-dev", container("store"));
        await connect("lab-data-dev", container("store"), ["somebody"]);
      }),
    ],
  },
  {
    soak: true,
    drifts: [
      anew("web", "user", (recipe) => (recipe.User = "1234:1234"), "somebody else runs it"),
      anew("api", "added capabilities", host({ CapAdd: ["NET_ADMIN"] }), "a capability is added"),
      anew(
        "worker",
        "log limits",
        host({ LogConfig: { Type: "json-file", Config: {} } }),
        "the log has no bound",
      ),
      inPlace("cache", "restart policy", () =>
        get("cache").update({ RestartPolicy: { Name: "no" } }),
      ),
      {
        title: "a volume is removed",
        apply: async () => {
          await get("store").remove({ force: true });
          await docker.getVolume("lab_data_dev").remove();
        },
        found: [onto("store", "missing"), "missing volume lab_data_dev"],
      },
    ],
  },
  {
    soak: true,
    drifts: [
      anew("web", "process limits", host({ Ulimits: null }), "there is no process limit"),
      anew("api", "security options", host({ SecurityOpt: null }), "new privileges may be had"),
      anew(
        "worker",
        "read-only root",
        (recipe) => (recipe.HostConfig.ReadonlyRootfs = recipe.HostConfig.ReadonlyRootfs !== true),
        "the root is writable or not",
      ),
      {
        title: "a container is paused",
        apply: () => get("cache").pause(),
        found: [onto("cache", "not-running")],
        told: "lab-cache-dev: was paused, goes on",
      },
      {
        title: "a container is unhealthy",
        apply: async () => {
          await execute(container("store"), "touch", "/tmp/ill");
          await eventually(async () => {
            const { State } = await get("store").inspect();
            if (State.Health?.Status !== "unhealthy") throw new Error(State.Health?.Status);
          });
        },
        found: [onto("store", "not-running")],
        told: "lab/store (lab-store-dev): is not healthy: unhealthy",
      },
    ],
  },
  {
    soak: true,
    drifts: [
      {
        ...anew("web", "privileged", host({ Privileged: true }), "it is privileged"),
        found: [
          onto("web", "recreated"),
          onto("web", "differs", "privileged"),
          // Docker adds that of itself.
          onto("web", "differs", "security options"),
        ],
      },
      anew(
        "api",
        "command",
        (recipe) => (recipe.Cmd = ["redis-server", "--port", "6379"]),
        "another command runs",
      ),
      inPlace("worker", "number of processes", () => get("worker").update({ PidsLimit: 50 })),
      anew(
        "cache",
        "label somebody",
        ({ Labels }) => (Labels.somebody = "here"),
        "a label is added",
      ),
      {
        ...anew("setup", "variable MODE", setVariable("MODE", "changed"), "a job's variable"),
        apply: async () => {
          await recreate(container("setup"), setVariable("MODE", "changed"));
          await get("setup").wait();
        },
      },
    ],
  },
];

/** What drifts take: another image, and a network that is not planned. */
export async function prepare(): Promise<void> {
  const [repo, tag] = otherImage.split(":");
  await get("cache").commit({ repo, tag, comment: "the same, under another id" });
  await docker.createNetwork({ Name: "lab-extra" });
}

export async function clearUp(): Promise<void> {
  const ignore = () => undefined;
  await docker.getContainer(stranger).remove({ force: true }).catch(ignore);
  await docker.getNetwork("lab-extra").remove().catch(ignore);
  await docker.getImage(otherImage).remove({ force: true }).catch(ignore);
}

async function startStranger(labels: Record<string, string>, network?: string): Promise<void> {
  await docker
    .getContainer(stranger)
    .remove({ force: true })
    .catch(() => undefined);
  const { Image } = await get("cache").inspect();
  const made = await docker.createContainer({
    ...{ name: stranger, Image, Entrypoint: ["sleep"], Cmd: ["1000000"], Labels: labels },
    ...{ Env: [`SECRET=${canary}-stranger`] },
  });
  if (network !== undefined) await connect(network, stranger);
  await made.start();
}

/** As somebody does who wants a way out: all off, removed, made, all on again. */
async function remakeNetwork(): Promise<void> {
  const name = "lab-data-dev";
  const network = docker.getNetwork(name);
  const { Containers } = (await network.inspect()) as {
    Containers: Record<string, { Name: string }>;
  };
  const members = Object.values(Containers).map(({ Name }) => Name);
  const aliases = new Map<string, string[]>();
  for (const member of members) {
    const { NetworkSettings } = await docker.getContainer(member).inspect();
    const own = (NetworkSettings.Networks[name] as { Aliases?: string[] | null }).Aliases ?? [];
    aliases.set(member, own);
    await disconnect(name, member);
  }
  await network.remove();
  await docker.createNetwork({ Name: name });
  for (const member of members) await connect(name, member, aliases.get(member));
}
