import { renderDrift } from "../../cli/drift/render";
import {
  engineFindings,
  forgottenFindings,
  madeByEngine,
  noStateFindings,
  type EngineStep,
} from "../../drift/engine";
import type { Finding } from "../../drift/types";
import { noPaint } from "../../planning/render/table";
import { plannedService } from "../support/plan-fixture";
import { containerId, dockerState, networkId, planOf, service } from "./docker-fixture";

const up = "run: ./berth up --stack dev";
const container = "docker:index/container:Container";
const step = (values: Partial<EngineStep>): EngineStep => ({
  ...{ op: "update", type: container, name: "shop-web-dev", properties: [] },
  ...values,
});
const told = (findings: Finding[]) =>
  renderDrift({ stack: "dev", findings, notes: [], complete: true }, noPaint)
    .split("\n")
    .slice(0, -1);

test("what the engine alone would do is told", () => {
  const steps = [
    step({ op: "same" }),
    step({ op: "refresh" }),
    step({ op: "update", properties: ["memory", "restart"] }),
    step({ op: "create", type: "cloudflare:index/dnsRecord:DnsRecord", name: "dev-record" }),
    step({ op: "delete", name: "shop-old-dev" }),
    step({ op: "create", type: "berth:index:System", name: "dev-shop" }),
    step({ op: "update", type: "pulumi:providers:docker", name: "dev-docker" }),
  ];
  expect(told(engineFindings(planOf(), steps, []))).toEqual([
    `shop/web (shop-web-dev): the engine would change memory, restart; ${up}`,
    `resource dev-record: state: planned in the state, found missing; ${up}`,
    `container shop-old-dev: state: planned none, found in the state; ${up}`,
  ]);
});

test("a replacement is one finding, and what Docker told is not said again", () => {
  const replaced = ["create-replacement", "replace", "delete-replaced"].map((op) =>
    step({ op, properties: ["ports"] }),
  );
  expect(engineFindings(planOf(), replaced, [])).toHaveLength(1);
  const [known] = engineFindings(planOf(), replaced, []);
  expect(engineFindings(planOf(), replaced, known ? [known] : [])).toEqual([]);
  const image = step({ type: "docker:index/remoteImage:RemoteImage", name: "shop:2" });
  expect(engineFindings(planOf(), [image], [])).toHaveLength(1);
  const runsAnother = { ...known, field: "image" } as Finding;
  expect(engineFindings(planOf(), [image], [runsAnother])).toEqual([]);
});

test("a job that runs again with its targets is no drift of its own", () => {
  const job = plannedService({
    system: "shop",
    service: "job",
    kind: "job",
    targets: ["shop/web"],
  });
  const steps = [step({ op: "replace", name: job.container, properties: ["labels"] })];
  const plan = planOf([service, job]);
  const [known] = engineFindings(plan, [step({ op: "create" })], []);
  expect(known?.service).toBe("shop/web");
  expect(engineFindings(plan, steps, known ? [known] : [])).toEqual([]);
  expect(engineFindings(plan, steps, [])).toHaveLength(1);
});

const resource = (type: string, name: string, id: string) => ({ type, id, inputs: { name } });

test("what is in the state alone is told", () => {
  const made = madeByEngine([
    resource(container, "shop-web-dev", containerId),
    resource("docker:index/network:Network", "shop-dev", networkId),
    resource(container, "shop-old-dev", "gone"),
    resource("docker:index/volume:Volume", "shop-data", "shop-data"),
    { type: "pulumi:pulumi:Stack" },
  ]);
  expect([...made]).toHaveLength(3);
  expect(told(forgottenFindings(planOf(), made, dockerState()))).toEqual([
    `container shop-old-dev: state: planned none, found in the state alone; ${up}`,
  ]);
});

test("no state is one thing where nothing runs and another where something does", () => {
  expect(told(noStateFindings(planOf(), dockerState({ containers: [] })))).toEqual([
    `stack dev: is not up; ${up}`,
  ]);
  expect(told(noStateFindings(planOf(), dockerState()))).toEqual([
    "stack dev: state: planned a state, found none on this machine; use the state that brought it up (XDG_STATE_HOME, or PULUMI_BACKEND_URL of your team)",
  ]);
});
