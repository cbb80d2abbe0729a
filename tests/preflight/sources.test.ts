import { formatIssue } from "../../config/issues";
import type { PlannedService } from "../../planning/types";
import { expandHome, mountIssues, sourceIssues } from "../../preflight/sources";
import { plannedService, smallPlan } from "../support/plan-fixture";

const build = {
  context: "dev/inpactai/Backend",
  dockerfile: "Dockerfile.dev",
  target: null,
  args: {},
  bases: [],
};
const backend = plannedService({
  system: "inpactai",
  service: "backend",
  build,
  environmentFiles: ["<sources>/dev/inpactai/Backend/.env"],
});
const frontend = plannedService({
  system: "inpactai",
  service: "frontend",
  mounts: [
    { type: "bind", source: "<sources>/dev/inpactai/Frontend", target: "/app", readOnly: false },
    { type: "bind", source: "/var/log", target: "/logs", readOnly: true },
  ],
});

function findings(services: PlannedService[], present: string[], standIns = false): string[] {
  const plan = { ...smallPlan(), services };
  const exists = (path: string) => present.includes(path);
  return sourceIssues(plan, { standIns }, "/home/ann/projects", exists).map(formatIssue);
}

const project = "/home/ann/projects/dev/inpactai";

test("a missing project is one issue that names all who need it", () => {
  expect(findings([backend, frontend], [])).toEqual([
    "inpactai/backend: source folder /home/ann/projects/dev/inpactai is missing (needed by inpactai/frontend too); clone it there, set berth:sources, or allow stand-ins with berth:standIns",
  ]);
});

test("a missing project is nothing to stop for where stand-ins may take its place", () => {
  expect(findings([backend, frontend], [], true)).toEqual([]);
});

test.each([true, false])(
  "parts missing from a project that is there (stand-ins: %s)",
  (standIns) => {
    expect(findings([backend, frontend], [project], standIns)).toEqual([
      "inpactai/backend: /home/ann/projects/dev/inpactai/Backend is missing; add it to the project, or correct config/systems/inpactai.ts",
      "inpactai/backend: environment file /home/ann/projects/dev/inpactai/Backend/.env is missing; create it (it may be empty)",
      "inpactai/frontend: /home/ann/projects/dev/inpactai/Frontend is missing; add it to the project, or correct config/systems/inpactai.ts",
    ]);
  },
);

test("a Dockerfile that is not in its folder", () => {
  const present = [project, `${project}/Backend`, `${project}/Backend/.env`];
  expect(findings([backend], present)).toEqual([
    "inpactai/backend: Dockerfile /home/ann/projects/dev/inpactai/Backend/Dockerfile.dev is missing; add it, or correct build.dockerfile in config/systems/inpactai.ts",
  ]);
});

test("nothing is missing", () => {
  const files = ["", "/Backend", "/Backend/.env", "/Backend/Dockerfile.dev", "/Frontend"];
  const present = files.map((file) => project + file);
  expect(findings([backend, frontend], present)).toEqual([]);
});

test("a project that is built from its own folder", () => {
  const service = {
    ...backend,
    build: { ...build, context: "dev/inpactai/." },
    environmentFiles: [],
  };
  expect(findings([service], [project])).toEqual([
    "inpactai/backend: Dockerfile /home/ann/projects/dev/inpactai/Dockerfile.dev is missing; add it, or correct build.dockerfile in config/systems/inpactai.ts",
  ]);
});

test("a tilde is the home folder, at the start and alone", () => {
  expect(expandHome("~/projects", "/home/$&")).toBe("/home/$&/projects");
  expect(expandHome("~", "/home/ann")).toBe("/home/ann");
  expect(expandHome("~bob/x", "/home/ann")).toBe("~bob/x");
  expect(expandHome("/srv/~/x", "/home/ann")).toBe("/srv/~/x");
});

describe("sources in containers", () => {
  const issues = (docker: string) =>
    mountIssues({ ...smallPlan(), services: [backend, frontend] }, "/home/ann/projects", docker);

  test.each(["ssh://ann@lab", "tcp://lab:2376", "tcp://10.0.0.7:2376"])(
    "can't be mounted by %s; what is built of them or is that host's own can be had",
    (docker) => {
      expect(issues(docker).map(formatIssue)).toEqual([
        `inpactai/frontend: ${project}/Frontend can't be mounted by the Docker Engine of another machine, ${docker}; bring the stack up on a Docker of this machine, or move the source away and let a stand-in run; images built from sources, as in prod, work everywhere`,
      ]);
    },
  );

  test.each([
    "unix:///run/docker.sock",
    "tcp://127.0.0.1:2375",
    "tcp://localhost",
    "tcp://[::1]:1",
  ])("are where %s looks for them", (docker) => expect(issues(docker)).toEqual([]));
});
