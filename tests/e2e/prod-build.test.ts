import type { Plan } from "../../planning/types";
import { createCheckout, installSource, testAddress, type Checkout } from "./support/checkout";
import { docker, eventually } from "./support/docker";
import { bringUp, clearAway, expectNoDrift, planHere } from "./support/stack";

let checkout: Checkout;
let plan: Plan;

beforeAll(async () => {
  checkout = await createCheckout();
  checkout.configure("prod", { systems: ["inpactai"], exposure: { public: "hostPort" } });
  installSource(checkout, "prod", "inpactai");
  await bringUp(checkout, "prod");
  plan = await planHere(checkout, "prod");
});

afterAll(() => clearAway(checkout, "prod", plan?.volumes));

test("prod's multi-stage builds of the same sources serve them", async () => {
  const url = plan.services.find(({ service }) => service === "frontend")?.url ?? "";
  expect(url).toBe(`http://${testAddress}:3400`);
  const page = await (await fetch(url)).text();
  expect(page).toContain("<h1>");
  expect(page).not.toContain("/@vite/client");
  const count = async () =>
    ((await (await fetch(`${url}/api/count`)).json()) as { count: number }).count;
  const first = await eventually(count);
  expect(await count()).toBe(first + 1);
});

test("prod's containers are as planned: not root, no mounts but data", async () => {
  await expectNoDrift(checkout, "prod");
  for (const planned of plan.services) {
    const found = await docker.getContainer(planned.container).inspect();
    expect(found.Config.User).not.toMatch(/^(0|root|$)/);
    expect(found.Mounts.filter(({ Type }) => Type === "bind")).toEqual([]);
  }
});
