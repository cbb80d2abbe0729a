import { loadCatalogue } from "../../config/catalogue";
import { loadStacks } from "../../config/stack-files";
import { planStack } from "../../planning/plan";
import { renderJson } from "../../planning/render/json";
import { deriveSecret, fillSecret } from "../../planning/secrets";
import { serviceId, type Plan } from "../../planning/types";
import { expectGolden } from "../support/golden";
import { tunnelToken, type Registered } from "../support/mocks";
import {
  addSources,
  apiToken,
  configOf,
  emptyMachine,
  root,
  rootSecret,
  runProgram,
  type Machine,
} from "../support/program";

jest.setTimeout(60_000);

const stacks = ["dev", "prod", "openmates"];

let machine: Machine;
beforeAll(() => (machine = emptyMachine()));
afterAll(() => machine.restore());

function planOf(stack: string): Plan {
  return planStack({ catalogue: loadCatalogue(), stacks: loadStacks(root).stacks, stack });
}

/** The smallest sources from which a stack without stand-ins can be built. */
function addMinimalSources(plan: Plan): void {
  for (const service of plan.services) {
    if (service.build !== null) {
      const file = `${service.build.context}/${service.build.dockerfile}`;
      addSources(machine, { [file]: `FROM scratch\n# ${serviceId(service)}\n` });
    }
    for (const file of service.environmentFiles) {
      addSources(machine, { [file.replace("<sources>/", "")]: `OF_FILE="${service.service}"\n` });
    }
    for (const { type, source } of service.mounts) {
      if (type !== "bind" || !source.startsWith("<sources>/")) continue;
      addSources(machine, { [`${source.replace("<sources>/", "")}/index.html`]: "" });
    }
  }
}

/** The program's resources of a stack, on a machine that has what the stack's policy asks for. */
async function resourcesOf(stack: string): Promise<Registered[]> {
  if (stack !== "dev") addMinimalSources(planOf(stack));
  return (await runProgram(stack, configOf(stack, machine))).resources;
}

function normalised(resources: readonly Registered[]): string {
  const shown = resources.map(({ type, name, parent, inputs }) => ({ type, name, parent, inputs }));
  return (
    JSON.stringify(sorted(shown), undefined, 2)
      .replaceAll(`${machine.folder}/cache`, "<cache>")
      // The stand-in's code decides this one, not the program.
      .replaceAll(/(stand-in[:/-])[0-9a-f]{12}\b/g, "$1<hash>")
      .replaceAll(machine.sources, "<sources>")
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, entry]) => [key, sorted(entry)]));
}

describe.each(stacks)("%s", (stack) => {
  let plan: Plan;
  let resources: Registered[];
  beforeAll(async () => {
    plan = planOf(stack);
    resources = await resourcesOf(stack);
  });

  test("the committed plan has no issues and is the golden one", () => {
    expect(plan.issues).toEqual([]);
    expectGolden(`plan-${stack}.json`, renderJson(plan));
  });

  test("the whole program is the golden one", () => {
    expectGolden(`${stack}.json`, normalised(resources));
  });

  test("every child has its parent's name before its own, and no two have one URN", () => {
    const byName = new Map(resources.map((one) => [`${one.type} ${one.name}`, one]));
    const chain = (one: Registered): string => {
      const above = resources.find(({ name, type }) => name === one.parent && isComponent(type));
      return above === undefined ? one.type : `${chain(above)}$${one.type}`;
    };
    expect(resources.filter(({ parent }) => parent === null).map(({ name }) => name)).toEqual([
      stack,
    ]);
    for (const { name, parent } of resources) {
      if (parent !== null) expect(name.startsWith(`${parent}-`) ? "" : name).toBe("");
    }
    expect(byName.size).toBe(resources.length);
    const urns = resources.map((one) => `${chain(one)}::${one.name}`);
    expect(new Set(urns).size).toBe(urns.length);
  });

  test("every container, network and volume of the plan is there, on the stack's own provider", () => {
    const named = (type: string) =>
      resources
        .filter((one) => one.type.endsWith(`:${type}`))
        .map((one) => String(one.inputs.name))
        .sort();
    expect(named("Container")).toEqual(plan.services.map(({ container }) => container).sort());
    expect(named("Network")).toEqual(plan.networks.map(({ name }) => name).sort());
    // A stand-in has no use for the caches of the application in whose place it is.
    const built = plan.services.filter(
      ({ build, mounts }) => build !== null || mounts.some(({ type }) => type === "bind"),
    );
    const unused = new Set(
      (stack === "dev" ? built : []).flatMap(({ mounts }) => mounts.map(({ source }) => source)),
    );
    const volumes = plan.volumes.filter(({ retained, name }) => retained || !unused.has(name));
    expect(named("Volume")).toEqual(volumes.map(({ name }) => name).sort());
    for (const one of resources.filter(({ type }) => type.startsWith("docker:"))) {
      expect(`${one.name}: ${one.options.provider}`).toBe(`${one.name}: ${stack}-docker`);
    }
    for (const one of resources.filter(({ type }) => type.startsWith("cloudflare:"))) {
      expect(`${one.name}: ${one.options.provider}`).toBe(
        `${one.name}: ${stack}-tunnel-cloudflare`,
      );
    }
  });

  test("no secret is anywhere in the open", () => {
    const secrets = plan.services.flatMap(({ secrets: made }) => Object.values(made));
    const values = secrets.map(({ origin, label, version, length, template }) => {
      if (origin === "tunnel") return tunnelToken;
      if (origin === "config") return apiToken;
      const value = deriveSecret(rootSecret, label, version, length);
      return template.includes("{sha1}") ? fillSecret("{sha1}", value) : value;
    });
    const opened = JSON.stringify(resources.map((one) => one.opened));
    const shown = JSON.stringify(resources.map((one) => one.inputs));
    expect(values.length).toBeGreaterThan(0);
    for (const value of values) {
      expect(opened.includes(value)).toBe(true); // else this test would prove nothing
      expect(shown.includes(value)).toBe(false);
    }
    expect(shown.includes(rootSecret)).toBe(false);
  });

  test("the order of the plan is the order of the resources", () => {
    const containerOf = new Map(
      resources
        .filter(({ type }) => type.endsWith(":Container"))
        .map((one) => [String(one.inputs.name), one]),
    );
    const container = (id: string) => {
      const service = plan.services.find((one) => serviceId(one) === id);
      return containerOf.get(service?.container ?? "");
    };
    for (const service of plan.services) {
      const dependencies = container(serviceId(service))?.options.dependencies ?? [];
      const first = service.startsAfter.map((id) => container(id)?.name);
      expect(dependencies).toEqual(expect.arrayContaining(first));
    }
  });
});

function isComponent(type: string): boolean {
  return type.startsWith("berth:");
}

describe("what stops the program, before any resource is there", () => {
  async function stopped(stack: string, values: Record<string, string>): Promise<string[]> {
    const error: unknown = await runProgram(stack, configOf(stack, machine, values)).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    // Pulumi prints a RunError's message alone; any other error with its stack.
    expect(error).toMatchObject({ __pulumiRunError: true });
    return (error as Error).message.split("\n");
  }

  test("misspelt settings", async () => {
    expect(await stopped("dev", { "berth:ports": "block", "berth:sorces": "x" })).toEqual([
      "Pulumi.dev.yaml.ports: 'block' is not one of 'blocks', 'documented'; did you mean 'blocks'?",
      "Pulumi.dev.yaml.sorces: is not a known setting; did you mean 'sources'?",
    ]);
  });

  test("an issue of the plan", async () => {
    const lines = await stopped("dev", { "berth:systems": '["luv","inpactia"]' });
    expect(lines).toContain(
      "Pulumi.dev.yaml.systems: no system is called 'inpactia'; did you mean 'inpactai'?",
    );
  });

  test("source folders that are missing where stand-ins are not allowed, all of them at once", async () => {
    const nowhere = { "berth:sources": `${machine.folder}/nowhere` };
    const lines = await stopped("prod", nowhere);
    expect(lines).toContain(
      `inpactai/backend: source folder ${machine.folder}/nowhere/prod/inpactai is missing (needed by inpactai/frontend too); clone it there, set berth:sources, or allow stand-ins with berth:standIns`,
    );
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) expect(line).toMatch(/^\S+\/\S+: source folder \S+ is missing.*;.*$/);
    expect(await stopped("dev", { ...nowhere, "berth:standIns": "false" })).toContainEqual(
      expect.stringMatching(/^inpactai\/\S+: source folder \S+\/nowhere\/dev\/inpactai is missing/),
    );
  });
});

test("the outputs say where everything is", async () => {
  const values = configOf("dev", machine, { "berth:systems": '["luv"]', "berth:parameters": "{}" });
  const { outputs } = await runProgram("dev", values);
  expect(outputs).toMatchObject({ host: "workstation", environment: "dev" });
  const luv = planOf("dev").services.filter(({ system }) => system === "luv");
  expect(outputs.containers).toEqual(
    Object.fromEntries(luv.map((one) => [serviceId(one), one.container])),
  );
});
