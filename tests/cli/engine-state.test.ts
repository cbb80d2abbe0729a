import { failedJobs, type StateResource } from "../../cli/update/engine-state";

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
