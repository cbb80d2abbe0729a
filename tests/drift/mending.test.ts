import type Docker from "dockerode";
import { compareWithDocker } from "../../drift/compare";
import {
  pausedContainers,
  replacements,
  unknownContainers,
  unknownNetworks,
} from "../../drift/mending";
import {
  containerId,
  dockerState,
  expectedOf,
  inspected,
  inspectedNetwork,
  networkId,
  planOf,
} from "./docker-fixture";

type Info = Docker.ContainerInspectInfo & {
  Config: Record<string, unknown>;
  HostConfig: Record<string, unknown>;
};
const plan = planOf();
const nothing = new Set<string>();

/** Fields for which a container is made anew by Berth and not by the engine of itself. */
function replacedFor(change: (info: Info) => void, remade = nothing): (string | null)[][] {
  const info = inspected() as Info;
  change(info);
  const findings = compareWithDocker(expectedOf(), dockerState({ containers: [info] }));
  return replacements(plan, findings, remade).map(({ reasons }) =>
    reasons.map(({ field, found }) => field ?? found),
  );
}

test("what the provider does not read back is made anew", () => {
  expect(replacedFor((info) => (info.NetworkSettings.Networks = {}))).toEqual([["networks"]]);
  expect(replacedFor(({ HostConfig }) => (HostConfig.PidsLimit = 7))).toEqual([
    ["number of processes"],
  ]);
  expect(replacedFor(({ State }) => (State.Health = { Status: "unhealthy" } as never))).toEqual([
    ["unhealthy"],
  ]);
  expect(replacedFor(() => undefined, new Set(["shop-dev"]))).toEqual([[]]);
});

test("what the engine mends, in place where it can, is left to it", () => {
  expect(replacedFor(() => undefined)).toEqual([]);
  expect(replacedFor(({ HostConfig }) => (HostConfig.Memory = 2 ** 30))).toEqual([]);
  // The same container with another variable: the plan has changed.
  expect(replacedFor(({ Config }) => (Config.Env = ["MODE=two", "PATH=/bin"]))).toEqual([]);
});

test("a paused container only has to go on", () => {
  const info = inspected();
  info.State.Paused = true;
  const findings = compareWithDocker(expectedOf(), dockerState({ containers: [info] }));
  expect(pausedContainers(findings)).toEqual(["shop-web-dev"]);
  expect(replacements(plan, findings, nothing)).toEqual([]);
});

test("containers that the engine did not make are cleared away where their name is planned", () => {
  const left = { ...inspected(), Id: "1" };
  const other = { ...inspected(), Id: "2", Name: "/shop-other-dev" };
  const foreign = { ...inspected(), Id: "3" };
  foreign.Config = { ...foreign.Config, Labels: {} };
  const containers = [inspected(), left, other, foreign];
  const state = dockerState({ containers });
  expect(unknownContainers(plan, state, new Set([containerId]))).toEqual([
    { id: "1", name: "shop-web-dev" },
  ]);
});

test("networks that the engine did not make are its own where its containers alone are on them", () => {
  const guest = { ...inspected(), Id: "2", Name: "/guest" };
  guest.Config = { ...guest.Config, Labels: {} };
  const named = (Labels: Record<string, string>) =>
    [{ ...inspectedNetwork(), Id: "new", Labels }] as Docker.NetworkInspectInfo[];
  const found = (labels: Record<string, string>, containers = [inspected()]) =>
    unknownNetworks(
      plan,
      dockerState({ containers, networks: named(labels) }),
      new Set([networkId]),
    );
  const own = { id: "new", name: "shop-dev", own: ["shop-web-dev"], others: [] };
  expect(found({})).toEqual([own]);
  expect(found({ "berth.stack": "dev" }, [])).toEqual([{ ...own, own: [] }]);
  expect(found({ "berth.stack": "dev" }, [inspected(), guest])).toEqual([
    { ...own, others: ["guest"] },
  ]);
  expect(found({}, [guest])).toEqual([]);
  expect(found({ "com.docker.compose.project": "shop" })).toEqual([]);
  expect(unknownNetworks(plan, dockerState(), new Set([networkId]))).toEqual([]);
});
