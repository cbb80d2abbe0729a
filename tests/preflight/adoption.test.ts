import { formatIssue } from "../../config/issues";
import { adoptionIssues } from "../../preflight/adoption";
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
  return adoptionIssues(plan, { volumes }, { volumes: names, containers }).map(formatIssue);
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
