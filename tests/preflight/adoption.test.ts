import { formatIssue } from "../../config/issues";
import { adoptionIssues, foreignVolumeIssues } from "../../preflight/adoption";
import type { ContainerFact } from "../../preflight/docker-facts";
import { smallPlan } from "../support/plan-fixture";

const plan = smallPlan();
plan.volumes = plan.volumes.map((volume) =>
  volume.name === "shop-data-dev" ? { ...volume, name: "old_pgdata", adopted: true } : volume,
);
const volumes = { "shop/data": { adopt: "old_pgdata" } };
const compose = { "com.docker.compose.project": "old" };

function container(values: Partial<ContainerFact> = {}): ContainerFact {
  return {
    ...{ names: ["old-db-1"], image: "postgres:16", labels: compose, ports: [], running: true },
    mounts: [{ volume: "old_pgdata", target: "/data", writable: true }],
    ...values,
  };
}

function findings(names: string[], ...containers: ContainerFact[]): string[] {
  const facts = { volumes: names.map((name) => ({ name, labels: {} })), containers };
  return adoptionIssues(plan, { volumes }, facts).map(formatIssue);
}

const path = "Pulumi.dev.yaml.volumes.shop/data.adopt";

test("a volume that is not there, with the nearest name", () => {
  expect(findings(["new_pgdata", "old_redis"])).toEqual([
    `${path}: the Docker host has no volume 'old_pgdata'; did you mean 'new_pgdata'?`,
  ]);
  expect(findings([])).toEqual([
    `${path}: the Docker host has no volume 'old_pgdata'; there is none`,
  ]);
});

test("whoever still writes to it, and how that ends", () => {
  expect(findings(["old_pgdata"], container())).toEqual([
    `${path}: volume old_pgdata is in use by container 'old-db-1' of Compose project 'old'; stop it with 'docker compose -p old down', which keeps its volumes`,
  ]);
  expect(findings(["old_pgdata"], container({ labels: {} }))).toEqual([
    `${path}: volume old_pgdata is in use by container 'old-db-1', which is not Berth's; stop it with 'docker stop old-db-1'`,
  ]);
});

test("its own server, one that stopped, and one that only reads are fine", () => {
  const reading = [{ volume: "old_pgdata", target: "/data", writable: false }];
  expect(
    findings(
      ["old_pgdata"],
      container({ labels: { "berth.stack": "dev" } }),
      container({ running: false }),
      container({ mounts: reading }),
    ),
  ).toEqual([]);
});

test("a volume whose system is left out is nobody's business", () => {
  const other = { "blog/data": { adopt: "elsewhere" } };
  expect(adoptionIssues(plan, { volumes: other }, { volumes: [], containers: [] })).toEqual([]);
});

test("a stopped container that Docker starts again, and how that ends", () => {
  const stopped = { running: false, restarts: true };
  const fact = (whose: string) =>
    `${path}: volume old_pgdata is in the stopped container 'old-db-1'${whose}; its restart policy lets Docker start it again`;
  expect(findings(["old_pgdata"], container(stopped))).toEqual([
    `${fact(" of Compose project 'old'")}; stop it with 'docker compose -p old down', which keeps its volumes`,
  ]);
  expect(findings(["old_pgdata"], container({ ...stopped, labels: {} }))).toEqual([
    `${fact(", which is not Berth's")}; remove it with 'docker rm old-db-1'`,
  ]);
});

describe("a volume of a planned name that nobody said to take over", () => {
  const name = "shop-data-dev";
  const mounts = [{ volume: name, target: "/data", writable: false }];
  const own = { "berth.stack": "dev" };
  const look = (labels: Record<string, string>, ...containers: ContainerFact[]) =>
    foreignVolumeIssues(smallPlan(), { volumes: [{ name, labels }], containers }).map(formatIssue);

  test("is a Compose project's", () => {
    expect(look(compose)).toEqual([
      `systems/shop.volumes: the Docker host has a volume '${name}' already, one of Compose project 'old'; take it over with 'adopt: ${name}' in berth:volumes, or remove it once nobody needs it: 'docker volume rm ${name}'`,
    ]);
    // Its own container has it: this stack took it up before.
    expect(look(compose, container({ labels: own, mounts }))).toEqual([]);
  });

  test("is another stack's, whoever mounts it", () => {
    const prod = { "berth.stack": "prod" };
    expect(look(prod, container({ labels: own, mounts }))).toEqual([
      `systems/shop.volumes: the Docker host has a volume '${name}' already, one of Berth's stack 'prod'; name another one in its catalogue file, or remove it once nobody needs it: 'docker volume rm ${name}'`,
    ]);
  });

  test("has no label, and only a running container of others tells", () => {
    expect(look({})).toEqual([]);
    expect(look({}, container({ mounts, running: false }))).toEqual([]);
    expect(look({}, container({ mounts }), container({ labels: own, mounts }))).toEqual([]);
    expect(look({}, container({ mounts }))[0]).toContain(
      `already, in use by container 'old-db-1' of Compose project 'old'; take it over with`,
    );
  });

  test("is this stack's by its label, whoever reads it", () => {
    expect(look(own, container({ mounts }))).toEqual([]);
  });
});
