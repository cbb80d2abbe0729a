/** The stand-in as the plan runs it, beside a real database and a real cache. */
import Docker from "dockerode";
import { ensureLocalImages } from "../../offline/images/build";
import type { StandInNeed, StandInSpec, Wiring } from "../../stand-in/contract";
import { docker, hardened, Lab, until } from "./support/lab";

const canary = "canary/P@ss#1";
let lab: Lab;
let needs: StandInNeed[];

const login = [
  ...["--env", "DB_USER=app", "--env", "DB_NAME=auth_db", "--env", `DB_PASSWORD=${canary}`],
  ...["--env", `REDIS_PASSWORD=${canary}`],
];

beforeAll(async () => {
  const names = ["postgres", "redis", "stand-in"];
  await ensureLocalImages({ docker: new Docker(), names });
  lab = new Lab("stand-in");
  const password = ["--env", `POSTGRES_PASSWORD=${canary}`, "--env", "POSTGRES_USER=app"];
  const database = lab.start("db", "postgres", [...password, "--env", "POSTGRES_DB=auth_db"]);
  const cache = lab.start("cache", "redis", [], "redis-server", "--requirepass", canary);
  needs = [
    {
      ...{ name: "database", to: "korczewski/shared-postgres#auth_db", kind: "postgres" },
      ...{ reach: "container", host: database, port: 5432 },
      variables: { DB_USER: "user", DB_PASSWORD: "password", DB_NAME: "database" },
    },
    {
      ...{ name: "cache", to: "inpactai/redis", kind: "redis", reach: "container" },
      ...{ host: cache, port: 6379, variables: { REDIS_PASSWORD: "password" } },
    },
  ];
});

afterAll(() => lab.close());

function standIn(name: string, more: Partial<StandInSpec>, options: string[] = login): string {
  const spec: StandInSpec = {
    ...{ service: "korczewski/auth", kind: "service", container: "auth-service-dev" },
    ...{ reason: "no source", endpoints: [], needs, ...more },
  };
  const how = [...hardened, "--read-only", "--user", "1000:1000", "--memory", "64m"];
  const env = ["--env", `BERTH_STAND_IN=${JSON.stringify(spec)}`];
  return lab.start(name, "stand-in", [...how, ...env, ...options]);
}

test("a service proves its wiring, answers its health check and shows no secret", async () => {
  const endpoints = [
    { name: "http", port: 5500, protocol: "http", health: "/health" } as const,
    { name: "metrics", port: 80, protocol: "http", health: null } as const,
  ];
  const name = standIn("service", { endpoints });
  const ask = () => lab.get(`http://${name}:5500/wiring`);
  const answer = await until(ask, ({ out }) => out.includes('"allReached": true'));
  expect((JSON.parse(answer.out) as Wiring).needs).toMatchObject([
    { name: "database", status: "reached", detail: "logged in to auth_db as app" },
    { name: "cache", status: "reached", detail: "PING answered, logged in" },
  ]);
  expect(lab.get(`http://${name}:5500/health`).code).toBe(0);
  docker("exec", name, "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:7399/healthz");
  expect(lab.shell("base", `nc -z ${name} 7399`).code).not.toBe(0);

  const shown = [answer.out, lab.get(`http://${name}:5500/`).out, docker("logs", name)].join("\n");
  expect(shown).toContain("stand-in");
  expect(shown).not.toContain("canary");

  const before = Date.now();
  docker("stop", "--time", "30", name);
  expect(Date.now() - before).toBeLessThan(5_000);
});

test("a wrong password is told without being shown", async () => {
  const wrong = login.map((option) => option.replace(canary, "canary-wrong"));
  const endpoints = [{ name: "http", port: 5500, protocol: "http", health: null } as const];
  const name = standIn("wrong", { endpoints }, wrong);
  const ask = () => lab.get(`http://${name}:5500/wiring`);
  const answer = await until(ask, ({ out }) => out !== "" && !out.includes('"pending"'));
  expect((JSON.parse(answer.out) as Wiring).needs.map((need) => need.status)).toEqual([
    "failed",
    "failed",
  ]);
  expect(answer.out).toContain('password authentication failed for user \\"app\\"');
  expect(answer.out).not.toContain("canary");
});

test("a job ends well when its needs are met", () => {
  const name = standIn("job", { kind: "job" });
  expect(docker("wait", name).trim()).toBe("0");
  expect(docker("logs", name)).toContain(
    "database → korczewski/shared-postgres#auth_db: reached: logged in to auth_db as app",
  );
});

test("a job fails after a minute, and says why, when one is not", () => {
  const [database] = needs;
  const name = standIn("job-failing", {
    kind: "job",
    needs: [{ ...(database as StandInNeed), host: "nobody-dev" }],
  });
  expect(docker("wait", name).trim()).toBe("1");
  expect(docker("logs", name)).toContain("nobody-dev does not resolve (ENOTFOUND)");
});
