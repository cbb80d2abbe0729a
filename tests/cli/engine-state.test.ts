import type Docker from "dockerode";
import { failedJobs, findLeftovers, type StateResource } from "../../cli/update/engine-state";

const job = (urn: string, values: Partial<StateResource>): StateResource => ({
  ...{ urn, type: "docker:index/container:Container", inputs: { mustRun: false } },
  ...values,
});

test("a job that ended badly or not at all has to run again; any other resource has not", () => {
  const resources = [
    job("done", { outputs: { exitCode: 0 } }),
    job("failed", { outputs: { exitCode: 137 } }),
    job("left running", { outputs: {}, initErrors: ["did not end in its time"] }),
    job("service", { inputs: { mustRun: true }, outputs: { exitCode: 1 }, initErrors: ["sick"] }),
    { urn: "volume", type: "docker:index/volume:Volume" },
  ];
  expect(failedJobs(resources)).toEqual(["failed", "left running"]);
});

describe("containers of the stack that the state does not have", () => {
  const listed = (id: string, labels: Record<string, string>) => ({
    ...{ Id: id, Names: [`/${id}`], Labels: { "berth.stack": "dev", ...labels } },
  });
  const docker = (...containers: object[]) =>
    ({
      listContainers: () => Promise.resolve(containers),
      listNetworks: () => Promise.resolve([]),
    }) as unknown as Docker;
  const state: StateResource[] = [{ urn: "web", type: "container", id: "web" }];
  /** `id`: of this state, null where it can't be told. */
  const find = (containers: object[], resources = state, id: string | null = "here") =>
    findLeftovers(docker(...containers), "dev", resources, () => Promise.resolve(id ?? undefined));

  test("are leftovers of a run that was killed", async () => {
    const mine = [listed("web", {}), listed("job", { "berth.state": "here" })];
    expect((await find(mine)).containers).toEqual([{ id: "job", name: "job" }]);
    // Made before there were such labels.
    expect((await find([listed("old", {})])).containers).toEqual([{ id: "old", name: "old" }]);
  });

  test("are somebody else's with another state's id, or where this state is empty", async () => {
    const theirs = [listed("web", {}), listed("job", { "berth.state": "there" })];
    await expect(find(theirs)).rejects.toThrow(
      "stack dev: 1 container of this stack on the Docker host is in no state of this machine: another state runs it",
    );
    await expect(find([listed("a", {}), listed("b", {})], [])).rejects.toThrow(
      "2 containers of this stack on the Docker host are in no state of this machine: another state runs them",
    );
  });

  test("are taken for leftovers where this state's id can't be told", async () => {
    const found = await find([listed("job", { "berth.state": "there" })], state, null);
    expect(found.containers).toEqual([{ id: "job", name: "job" }]);
  });
});
