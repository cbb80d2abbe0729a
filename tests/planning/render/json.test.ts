import { renderJson } from "../../../planning/render/json";
import { renderMarkdown } from "../../../planning/render/markdown";
import { renderMermaid } from "../../../planning/render/mermaid";
import { renderText } from "../../../planning/render/text";
import type { Plan } from "../../../planning/types";
import { smallPlan } from "../../support/plan-fixture";

test("holds every field of the plan and nothing else", () => {
  expect(JSON.parse(renderJson(smallPlan()))).toEqual(smallPlan());
});

test("is indented by two and starts with the stack", () => {
  expect(renderJson(smallPlan()).split("\n").slice(0, 10)).toEqual([
    "{",
    '  "stack": "dev",',
    '  "environment": "dev",',
    '  "host": "lab",',
    '  "networks": [',
    "    {",
    '      "name": "shop-dev",',
    '      "system": "shop",',
    '      "internal": false',
    "    },",
  ]);
});

test("is the same whatever the order of the keys", () => {
  expect(renderJson(reversed(smallPlan()) as Plan)).toBe(renderJson(smallPlan()));
});

test("sorts variables by name, even those called like a field", () => {
  const plan = smallPlan();
  const [service] = plan.services;
  if (service) service.variables = { name: "b", Z: "1", ports: "c", A: "2" };
  expect(renderJson(plan)).toContain(
    [
      '"variables": {',
      '        "A": "2",',
      '        "Z": "1",',
      '        "name": "b",',
      '        "ports": "c"',
      "      }",
    ].join("\n"),
  );
});

test("keeps a field that came later", () => {
  const plan = { ...smallPlan(), routesOfTomorrow: [1] };
  expect(JSON.parse(renderJson(plan))).toEqual(plan);
});

test("secrets are labels in every form", () => {
  expect(renderJson(smallPlan())).toContain('"POSTGRES_PASSWORD": "secret:shop/postgres"');
  for (const render of [renderText, renderMarkdown, renderMermaid]) {
    expect(render(smallPlan())).not.toContain("POSTGRES_PASSWORD");
  }
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, entry]) => [key, reversed(entry)]),
  );
}
