/** The local images as their users run them. Needs Docker; the first run builds (about 3 minutes). */
import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import Docker from "dockerode";
import { ensureLocalImages } from "../../offline/images/build";
import { recipes } from "../../offline/images/recipes";
import { recipeReference } from "../../offline/images/references";
import { docker, hardened, Lab, until } from "./support/lab";

let lab: Lab;

beforeAll(async () => {
  await ensureLocalImages({ docker: new Docker() });
  lab = new Lab("images");
});

afterAll(() => lab.close());

test("a second call builds nothing", async () => {
  const seen: string[] = [];
  await ensureLocalImages({
    docker: new Docker(),
    progress: (name, state) => seen.push(`${name} ${state}`),
  });
  expect(seen).toEqual(recipes.map((recipe) => `${recipe.name} present`));
});

test("base has the commands that health checks use", () => {
  const web = lab.start("web", "nginx", []);
  expect(lab.shell("base", `sleep 1; nc -z ${web} 80 && ! nc -z ${web} 81`).code).toBe(0);
  expect(lab.shell("base", `wget -q -O /dev/null http://${web}:80/`).code).toBe(0);
  expect(lab.shell("base", `wget -q -O /dev/null http://${web}:80/missing`).code).not.toBe(0);
});

describe("redis", () => {
  it("runs hardened, wants its password, and keeps data in /data", () => {
    const data = ["--volume", `${lab.volume("redis")}:/data`, "--user", "999:1000", "--read-only"];
    const command = ["redis-server", "--appendonly", "yes", "--requirepass", "right"];
    const first = lab.start("redis", "redis", [...hardened, ...data], ...command);
    const ask = (line: string) => lab.shell("redis", `redis-cli -h ${first} ${line}`).out;
    expect(ask("ping")).toContain("NOAUTH");
    expect(ask("--no-auth-warning -a right set kept yes")).toBe("OK");
    docker("rm", "--force", first);
    lab.start("redis", "redis", [...hardened, ...data], ...command);
    expect(ask("--no-auth-warning -a right get kept")).toBe("yes");
  });

  it("answers other containers without a password, as the official image does", () => {
    const open = lab.start("redis-open", "redis", []);
    expect(lab.shell("redis", `redis-cli -h ${open} ping`).out).toBe("PONG");
  });

  it("takes Dragonfly's password from its variable and shows it on no command line", () => {
    const env = ["--env", "DFLY_requirepass=canary", "--user", "999:1000"];
    const cache = lab.start(
      "dragonfly",
      "redis",
      [...hardened, ...env],
      "redis-server",
      "--save",
      "",
    );
    const ask = (line: string) => lab.shell("redis", `redis-cli -h ${cache} ${line}`).out;
    expect(ask("ping")).toContain("NOAUTH");
    expect(ask("--no-auth-warning -a canary ping")).toBe("PONG");
    expect(docker("top", cache)).not.toContain("canary");
  });
});

test("postgres initialises hardened, unreachable until it is done, and keeps its data", async () => {
  lab.file("init/1-wait.sh", 'pg_isready -h 127.0.0.1 && exit 1; sleep 3; echo "init waited"\n');
  const table = lab.file(
    "init/2-table.sql",
    "create table kept (n int); insert into kept values (7);\n",
  );
  const options = [
    ...hardened,
    ...["--user", "999:999", "--volume", `${lab.volume("postgres")}:/var/lib/postgresql/data`],
    ...["--volume", `${dirname(table)}:/docker-entrypoint-initdb.d:ro`],
    ...["--volume", `${lab.file("password", 'it\'s "right"\n')}:/run/password:ro`],
    ...["--env", "POSTGRES_PASSWORD_FILE=/run/password"],
    ...["--env", "POSTGRES_USER=app", "--env", "POSTGRES_DB=app-db"],
  ];
  const name = lab.start("postgres", "postgres", options);
  const ask = (sql: string, password = 'it\'s "right"') =>
    lab.shell(
      "postgres",
      `psql -h ${name} -U app app-db -tAc "${sql}"`,
      "-e",
      `PGPASSWORD=${password}`,
    );
  const sum = "select sum(n) from kept";

  const tried: string[] = [];
  const first = await until(
    () => ask(sum),
    (seen) => tried.push(seen.out) > 0 && seen.code === 0,
  );
  expect(first.out).toBe("7");
  expect(tried[0]).toContain("Connection refused");
  expect(docker("logs", name)).toContain("init waited");
  expect(ask(sum, "wrong").out).toContain("password authentication failed");

  docker("rm", "--force", name);
  lab.start("postgres", "postgres", options);
  expect(
    (
      await until(
        () => ask(sum),
        (seen) => seen.code === 0,
      )
    ).out,
  ).toBe("7");
});

test("postgres without a password says what to set", async () => {
  const name = lab.start("postgres-bare", "postgres", []);
  const state = () => docker("inspect", "--format", "{{.State.Status}}", name).trim();
  expect(await until(state, (seen) => seen === "exited")).toBe("exited");
  expect(spawnSync("docker", ["logs", name], { encoding: "utf8" }).stderr).toContain(
    "no password for the superuser; set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE",
  );
});

test("nginx serves as uid 101 with a read-only root on 8080", async () => {
  const options = [...hardened, "--user", "101:101", "--read-only", "--tmpfs", "/tmp"];
  const name = lab.start("nginx-user", "nginx", options);
  const answer = await until(
    () => lab.get(`http://${name}:8080/`),
    (seen) => seen.code === 0,
  );
  expect(answer.out).toContain("<title>nginx</title>");
});

test("prometheus runs with its arguments as the command and keeps data in /prometheus", async () => {
  const options = [
    ...hardened,
    ...["--read-only", "--user", "65534:65534", "--volume", `${lab.volume("prom")}:/prometheus`],
  ];
  const flags = ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"];
  const name = lab.start("prometheus", "prometheus", options, ...flags);
  const healthy = () => lab.get(`http://${name}:9090/-/healthy`);
  expect((await until(healthy, (seen) => seen.code === 0)).out).toContain("Healthy");
});

test("localstack is healthy only when its scripts have run, on every start", async () => {
  const script = lab.file("ready/setup.sh", "#!/bin/bash\nsleep 4\nawslocal s3 mb s3://photos\n");
  const mount = ["--volume", `${dirname(script)}:/etc/localstack/init/ready.d:ro`];
  const name = lab.start("localstack", "localstack", [...hardened, ...mount]);
  const buckets = () =>
    lab.shell("awscli", `aws --endpoint-url http://${name}:4566 s3 ls`, ...credentials).out;
  for (const turn of ["start", "restart"]) {
    if (turn === "restart") docker("restart", "--time", "5", name);
    const health = () => lab.get(`http://${name}:4566/_localstack/health`);
    const seen: string[] = [];
    const answer = await until(health, (h) => seen.push(h.out) > 0 && h.code === 0);
    expect(seen.join()).toContain("503");
    expect(JSON.parse(answer.out)).toMatchObject({ services: { s3: "running" }, edition: "moto" });
    expect(buckets()).toContain("photos");
    expect(JSON.parse(lab.get(`http://${name}:4566/_localstack/init/ready`).out)).toEqual({
      completed: true,
      scripts: [{ stage: "READY", name: "setup.sh", state: "SUCCESSFUL" }],
    });
  }
  const allowed = lab.shell("base", `wget -S -O /dev/null http://${name}:4566/photos 2>&1`);
  expect(allowed.out).toMatch(/Access-Control-Allow-Origin/i);
});

const credentials = [
  "AWS_ACCESS_KEY_ID=test",
  "AWS_SECRET_ACCESS_KEY=test",
  "AWS_REGION=us-east-1",
].flatMap((variable) => ["--env", variable]);

test.each([
  ["python", "RUN pip install --no-deps itsdangerous==2.2.0 && python -c 'import itsdangerous'"],
  ["node", "RUN npm install is-odd@3.0.1 && node -e \"require('is-odd')\""],
])("a user's Dockerfile builds on %s without the host's network", (recipe, step) => {
  const dockerfile = `FROM ${recipeReference(recipe)}\nWORKDIR /app\n${step}\n`;
  const context = dirname(lab.file(`build-${recipe}/Dockerfile`, dockerfile));
  const built = spawnSync("docker", ["build", "--no-cache", "-q", context], {
    encoding: "utf8",
    env: { ...process.env, DOCKER_BUILDKIT: "0" },
  });
  expect(built.stderr).not.toContain("returned a non-zero code");
  expect(built.status).toBe(0);
  docker("rmi", built.stdout.trim().split("\n").at(-1) ?? "");
});
