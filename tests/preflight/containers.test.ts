import { formatIssue } from "../../config/issues";
import { containerIssues } from "../../preflight/containers";
import { networkIssues } from "../../preflight/networks";
import { plannedService, smallPlan } from "../support/plan-fixture";

const compose = {
  "com.docker.compose.project": "old-shop",
  "com.docker.compose.project.working_dir": "/srv/old shop",
  "com.docker.compose.project.config_files": "/srv/a.yml,/srv/b.yml",
};

function container(name: string, labels: Record<string, string> = {}) {
  return { names: [name], image: "redis:7", labels, ports: [], running: true, mounts: [] };
}

function findings(...containers: ReturnType<typeof container>[]): string[] {
  return containerIssues(smallPlan(), containers).map(formatIssue);
}

test("a Compose project's container names the project and the command that stops it", () => {
  expect(findings(container("shop-api-dev", compose))).toEqual([
    `shop/api: container name 'shop-api-dev' is taken by a container (redis:7) of Compose project 'old-shop'; stop it with 'docker compose -p old-shop --project-directory "/srv/old shop" -f /srv/a.yml -f /srv/b.yml down', which keeps its volumes`,
  ]);
});

test("the command takes what the labels give, and never the volumes", () => {
  const labels = { "com.docker.compose.project": "old-shop" };
  const [finding = ""] = findings(container("shop-api-dev", labels));
  expect(finding).toContain("'docker compose -p old-shop down'");
  expect(finding).not.toMatch(/ -v|--volumes/);
});

test("another stack's container names the stack", () => {
  expect(findings(container("shop-api-dev", { "berth.stack": "prod" }))).toEqual([
    "shop/api: container name 'shop-api-dev' is taken by a container (redis:7) of Berth's stack 'prod'; take it down with 'berth down prod', which keeps its data",
  ]);
});

test("anybody's container is renamed, not removed", () => {
  expect(findings(container("shop-api-dev"))).toEqual([
    "shop/api: container name 'shop-api-dev' is taken by a container (redis:7), which is not Berth's; keep it under another name: 'docker stop shop-api-dev && docker rename shop-api-dev shop-api-dev-before-berth'",
  ]);
});

test("our own containers and unrelated ones are fine", () => {
  expect(findings(container("shop-api-dev", { "berth.stack": "dev" }))).toEqual([]);
  expect(findings(container("something-else"))).toEqual([]);
});

test("replicas' names and legacy links count too, and all are reported at once", () => {
  const linked = { ...container("web"), names: ["blog-web-dev", "proxy/web"] };
  const found = containerIssues(smallPlan(), [container("shop-index-dev-2"), linked]);
  expect(found.map((issue) => issue.path)).toEqual(["shop/index", "blog/web"]);
});

test("a network of the planned name that is somebody else's", () => {
  const plan = smallPlan();
  plan.services = [plannedService({ system: "shop", service: "api" })];
  const networks = [
    { name: "shop-dev", labels: {} },
    { name: "blog-dev", labels: { "com.docker.compose.project": "blog" } },
    { name: "shop-data-dev", labels: { "berth.stack": "dev" } },
    { name: "bridge", labels: {} },
  ];
  expect(networkIssues(plan, networks).map(formatIssue)).toEqual([
    "systems/shop.networks: network name 'shop-dev' is taken by a network, which is not Berth's; take its containers off and remove it: 'docker network rm shop-dev'",
    "systems/blog.networks: network name 'blog-dev' is taken by a network of Compose project 'blog'; stop it with 'docker compose -p blog down', which keeps its volumes",
  ]);
});
