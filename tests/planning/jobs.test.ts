import { job, planOf, serviceOf, service, system } from "../support/catalogue";

const target = { endpoint: "store" };
const shop = system("shop", {
  store: service({ endpoints: { redis: { port: 6379, protocol: "redis", role: "internal" } } }),
  first: job({ needs: { store: target } }),
  setup: job({ needs: { store: target, first: { job: "first" }, key: { secret: "key" } } }),
  web: service({ needs: { store: target, setup: { job: "setup" } } }),
});

test("a job's targets are the services that it talks to, not the jobs before it", () => {
  const plan = planOf([shop]);
  expect(plan.issues).toEqual([]);
  expect(serviceOf(plan, "shop/setup").targets).toEqual(["shop/store"]);
  expect(serviceOf(plan, "shop/web").targets).toEqual([]);
});
