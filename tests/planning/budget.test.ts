import { renderMarkdown } from "../../planning/render/markdown";
import { renderSummary } from "../../planning/render/summary";
import { renderText } from "../../planning/render/text";
import { issuesOf, job, otherHost, planOf, service, settings, system } from "../support/catalogue";

const host = { id: "host", platform: "linux/amd64", memory: "1 GiB", cpus: 4 };
const shop = system("shop", {
  api: service({ memory: "512 MiB", replicas: 2, cpus: 1.5 }),
  setup: job({ memory: "256 MiB", cpus: 0.1 }),
});
const blog = system("blog", { web: service({ memory: "128 MiB" }) });
const on = (values: Record<string, unknown>, stack = "dev", more = {}) =>
  settings(stack, { host: { ...host, ...values }, ...more });

describe("what a host's stacks may take of it", () => {
  const budget = planOf(
    [shop, blog],
    [
      on({ memory: "3 GiB", logDisk: "1 GiB" }),
      on({ memory: "3 GiB", logDisk: "1 GiB" }, "prod", { systems: ["blog"] }),
      settings("far", { host: otherHost }),
    ],
  ).budget;

  test("by system, in order of their names; a replica counts as often as it runs, and a job too", () => {
    expect(budget?.systems).toEqual([
      {
        ...{ system: "blog", containers: 1, memoryBytes: 128 * 2 ** 20 },
        ...{ cpus: 0, unlimited: 1, gpus: 0, logBytes: 30_000_000 },
      },
      {
        ...{ system: "shop", containers: 3, memoryBytes: 1280 * 2 ** 20 },
        ...{ cpus: 3.1, unlimited: 0, gpus: 0, logBytes: 90_000_000 },
      },
    ]);
  });

  test("by stack of this host alone, with what is left", () => {
    expect(
      budget?.stacks.map(({ stack, memoryBytes, cpus }) => [stack, memoryBytes, cpus]),
    ).toEqual([
      ["dev", 1408 * 2 ** 20, 3.1],
      ["prod", 128 * 2 ** 20, 2],
    ]);
    expect(budget?.total).toEqual({
      ...{ containers: 5, memoryBytes: 1536 * 2 ** 20, cpus: 5.1, unlimited: 1 },
      ...{ gpus: 0, logBytes: 150_000_000 },
    });
    expect(budget?.free).toEqual({
      ...{ memoryBytes: 1536 * 2 ** 20, gpus: 0, logBytes: 2 ** 30 - 150_000_000 },
    });
    expect(budget?.cpuRatio).toBe(1.275);
  });

  test("as text, Markdown and in short", () => {
    const plan = planOf([shop, blog], [on({ memory: "3 GiB" }), on({ memory: "3 GiB" }, "prod")]);
    expect(renderText(plan)).toContain(
      [
        "Budget of host host",
        "              MEMORY   CPUS                  LOGS",
        "  blog        128 MiB  1 without limit       30 MB",
        "  shop        1.3 GiB  3.1                   90 MB",
        "  stack dev   1.4 GiB  3.1, 1 without limit  120 MB",
        "  stack prod  1.4 GiB  5.1                   120 MB",
        "  all stacks  2.8 GiB  8.2, 1 without limit  240 MB",
        "  host        3 GiB    4 (given 2.05 times)",
        "  free        256 MiB",
      ].join("\n"),
    );
    expect(renderMarkdown(plan)).toContain(
      "### Budget of host host\n\n|  | Memory | CPUs | GPUs | Logs |\n",
    );
    expect(renderMarkdown(plan)).toContain("| free | 256 MiB |  |  |  |");
    expect(renderSummary(plan)).toContain("  Host host: 2.8 GiB of 3 GiB of memory, 256 MiB free");
  });

  test("of a stack that is not there there is none", () => {
    expect(planOf([shop], []).budget).toBeNull();
  });
});

describe("more than the host has", () => {
  test("memory: the services that cost most are named", () => {
    const services = {
      ...{ a: service({ memory: "500 MiB" }), b: service({ memory: "600 MiB" }) },
      ...{ c: service(), d: service({ memory: "100 MiB", replicas: 2 }) },
    };
    expect(issuesOf([system("shop", services)], [on({})])).toEqual([
      "Pulumi.dev.yaml.host.memory: is 1 GiB, but its services may take 1.3 GiB, 340 MiB too much; most by shop/b (600 MiB), shop/a (500 MiB), shop/d (200 MiB); lower their memory, run fewer systems (berth:systems), or take a larger host",
    ]);
    expect(issuesOf([system("shop", services)], [on({ memory: "1364 MiB" })])).toEqual([]);
  });

  test("memory, of two stacks that fit alone", () => {
    const one = system("shop", { api: service({ memory: "600 MiB" }) });
    expect(issuesOf([one], [on({}), on({}, "prod")])).toEqual([
      "Pulumi.dev.yaml.host.memory: is 1 GiB, but stacks dev and prod may take 1.2 GiB, 176 MiB too much; most by shop/api (600 MiB), shop/api of stack prod (600 MiB); lower their memory, run fewer systems (berth:systems), or take a larger host",
    ]);
    expect(issuesOf([one], [on({}), settings("prod", { host: otherHost })])).toEqual([]);
  });

  test("a GPU that is not there, and more containers than GPUs", () => {
    const ai = system("ai", {
      embed: service({ gpu: true }),
      llm: service({ gpu: true, replicas: 2 }),
    });
    const remedy = "leave them out there (berth:systems), or say how many GPUs the host has";
    expect(issuesOf([ai], [on({})])).toEqual([
      `Pulumi.dev.yaml.host.gpu: is not there, but 3 containers want one: ai/llm, ai/embed; ${remedy}`,
    ]);
    expect(issuesOf([ai], [on({ gpu: 2 })])).toEqual([
      `Pulumi.dev.yaml.host.gpu: is 2, but 3 containers want one: ai/llm, ai/embed; ${remedy}`,
    ]);
    expect(issuesOf([ai], [on({ gpu: 3 })])).toEqual([]);
    const [one] = [system("ai", { llm: service({ gpu: true }) })];
    expect(issuesOf([one], [on({ gpu: true })])).toEqual([]);
    expect(issuesOf([one], [on({})])[0]).toContain("is not there, but 1 container wants one");
  });

  test("disk for logs, where the settings bound it", () => {
    expect(issuesOf([shop], [on({ memory: "2 GiB", logDisk: "80 MiB" })])).toEqual([
      "Pulumi.dev.yaml.host.logDisk: is 80 MiB, but the logs of 3 containers may take 90 MB; most by shop/api (60 MB), shop/setup (30 MB); give logs more room, or run fewer systems (berth:systems)",
    ]);
    expect(issuesOf([shop], [on({ memory: "2 GiB", logDisk: "86 MiB" })])).toEqual([]);
  });

  test("processors, where the settings bound how often they are given", () => {
    const limits = { memory: "2 GiB", cpus: 2 };
    expect(issuesOf([shop], [on(limits)])).toEqual([]);
    expect(issuesOf([shop], [on({ ...limits, cpuOvercommit: 1.5 })])).toEqual([
      "Pulumi.dev.yaml.host.cpuOvercommit: is 1.5, but its services may use 3.1 processors of 2, 1.55 times as many; most by shop/api (3), shop/setup (0.1); lower their cpus, or raise it",
    ]);
    expect(issuesOf([shop], [on({ ...limits, cpuOvercommit: 1.55 })])).toEqual([]);
  });
});
