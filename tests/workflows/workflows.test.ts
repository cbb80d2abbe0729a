import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { devDependencies, dependencies } from "../../package.json";

interface Step {
  uses?: string;
  run?: string;
  env?: Record<string, string>;
  with?: Record<string, unknown>;
}

interface Job {
  if?: string;
  permissions?: Record<string, string>;
  steps: Step[];
}

interface Workflow {
  on: Record<string, unknown> | string | string[];
  permissions?: Record<string, string>;
  jobs: Record<string, Job>;
}

const folder = join(__dirname, "../../.github/workflows");
const workflows = readdirSync(folder).map((file) => {
  const text = readFileSync(join(folder, file), "utf8");
  return { file, text, workflow: parse(text) as Workflow };
});
const jobs = workflows.flatMap(({ file, text, workflow }) =>
  Object.entries(workflow.jobs).map(([name, job]) => ({
    name: `${file} ${name}`,
    job,
    text,
    workflow,
  })),
);
const steps = jobs.flatMap(({ name, job }) => job.steps.map((step) => ({ name, step })));
const triggers = ({ on }: Workflow): string[] =>
  typeof on === "string" ? [on] : Array.isArray(on) ? on : Object.keys(on);

test("there are workflows", () => {
  expect(workflows.map(({ file }) => file)).toEqual(
    expect.arrayContaining(["end-to-end.yml", "pull-request.yml", "pull-request-comment.yml"]),
  );
});

test.each(workflows)(
  "every action in $file is a commit, with its version beside it",
  ({ text }) => {
    const uses = text.split("\n").filter((line) => /^\s*(- )?uses:/.test(line));
    expect(uses.length).toBeGreaterThan(0);
    for (const line of uses)
      expect(line).toMatch(/uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+){0,2}$/);
  },
);

test.each(workflows)("$file gives nothing away that a job does not name", ({ workflow }) => {
  expect(workflow.permissions).toEqual({});
  for (const job of Object.values(workflow.jobs)) expect(job.permissions).toBeDefined();
});

test("one commit stands for a version everywhere", () => {
  const commits = new Map<string, Set<string>>();
  for (const { step } of steps) {
    const [action = "", commit = ""] = step.uses?.split("@") ?? [];
    if (action !== "") commits.set(action, (commits.get(action) ?? new Set()).add(commit));
  }
  for (const [action, found] of commits) expect(`${action} ${found.size}`).toBe(`${action} 1`);
});

test("no workflow runs a pull request's code with more than it has itself", () => {
  for (const { file, workflow } of workflows)
    expect(`${file} ${triggers(workflow).join(" ")}`).not.toContain("pull_request_target");
});

test.each(steps.filter(({ step }) => step.run !== undefined))(
  "a script of $name has no text of the event pasted into it",
  ({ step }) => expect(step.run).not.toContain("${{"),
);

test.each(steps.filter(({ step }) => step.uses?.startsWith("actions/checkout@")))(
  "$name leaves no token in its checkout",
  ({ step }) => expect(step.with?.["persist-credentials"]).toBe(false),
);

describe("a pull request's own run", () => {
  const own = jobs.filter(({ workflow }) => triggers(workflow).includes("pull_request"));

  test.each(own)("$name writes nothing", ({ job }) => {
    for (const access of Object.values(job.permissions ?? {})) expect(access).toBe("read");
  });

  test.each(own)("$name has secrets for branches of this repository alone", ({ job }) => {
    if (!JSON.stringify(job).includes("secrets.")) return;
    expect(job.if).toContain("github.event.pull_request.head.repo.full_name == github.repository");
  });
});

describe("a run with a token that writes", () => {
  const trusted = jobs.filter(({ workflow }) => triggers(workflow).includes("workflow_run"));

  test.each(trusted)(
    "$name checks out the default branch and takes no artifact's word",
    ({ job }) => {
      for (const { uses, with: inputs } of job.steps) {
        if (uses?.startsWith("actions/checkout@")) expect(inputs).not.toHaveProperty("ref");
        expect(uses ?? "").not.toContain("download-artifact");
      }
    },
  );
});

test("the engine that previews is the one of package.json", () => {
  const { pulumi } = { ...devDependencies, ...dependencies };
  const versions = steps.flatMap(({ step }) => step.with?.["pulumi-version"] ?? []);
  expect(versions.length).toBeGreaterThan(0);
  expect(new Set(versions)).toEqual(new Set([pulumi]));
});
