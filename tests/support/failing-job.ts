/** A program whose job ends with exit code 3, under mocks; puts out the resources that it got to. */
import { Job } from "../../components/job";
import { Service } from "../../components/service";
import { registeredNames, startMocks } from "./mocks";
import { plannedService } from "./plan-fixture";

const containerLogs = Array.from({ length: 30 }, (_, index) => `line ${index + 1}\n`).join("");
const token = "canary-of-the-log";
startMocks("dev", {
  "dev-shop-setup-container": {
    exitCode: 3,
    containerLogs: `${containerLogs}token ${token}\n`,
    envs: [`TOKEN=${token}`],
  },
});
process.on("exit", () => process.stdout.write(`${registeredNames().join(" ")}\n`));

const inputs = {
  stack: "dev",
  environment: "dev",
  stateId: "here",
  image: "sha256:1",
  networkNames: new Map<string, string>(),
  volumeNames: new Map<string, string>(),
  variables: {},
  sources: "/src",
};
const setup = plannedService({ system: "shop", service: "setup", kind: "job" });
const redis = plannedService({ system: "shop", service: "redis" });
const job = new Job("dev-shop-setup", { ...inputs, service: setup, startsAfter: [] });
new Service("dev-shop-redis", { ...inputs, service: redis, startsAfter: job.ready });
