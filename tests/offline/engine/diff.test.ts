import { diffByTable, STOPPED } from "../../../offline/engine/docker-provider/diff";
import { CONTAINER_SEMANTICS } from "../../../offline/engine/docker-provider/semantics";
import { DEFAULTED, TAINTED } from "../../../offline/engine/provider-server/resource-type";
import { type Props, UNKNOWN } from "../../../offline/engine/provider-server/wire";

const BASE: Props = { name: "web", image: "sha256:1" };

function diff(old: Props, news: Props, state: Props = {}) {
  return diffByTable(
    CONTAINER_SEMANTICS,
    { inputs: { ...BASE, ...old }, state },
    { ...BASE, ...news },
  );
}

test("equal inputs in another spelling are no change", () => {
  const label = (label: string) => ({ label, value: "1" });
  expect(
    diff(
      { labels: [label("a"), label("b")], envs: ["A=1", "B=2"], dns: [] },
      { labels: [label("b"), label("a")], envs: ["B=2", "A=1"], start: true, restart: "no" },
    ).changes,
  ).toEqual([]);
});

test("the order of a command matters", () => {
  expect(diff({ command: ["a", "b"] }, { command: ["b", "a"] }).changes).toEqual([
    { property: "command", kind: "update", replace: true },
  ]);
});

test.each([
  ["memory", 64, 96, false],
  ["healthcheck", { interval: "1s" }, { interval: "2s" }, false],
  ["waitTimeout", 60, 90, false],
  ["envs", ["A=1"], ["A=2"], true],
  ["ports", [{ internal: 80 }], [{ internal: 81 }], true],
])("a changed %s: replace is %4$s", (key, before, after, replace) => {
  expect(diff({ [key]: before }, { [key]: after }).changes).toEqual([
    { property: key, kind: "update", replace },
  ]);
});

test("a value that is not known yet counts as changed, so that the preview shows the replacement", () => {
  expect(diff({}, { image: UNKNOWN }).changes).toEqual([
    { property: "image", kind: "update", replace: true },
  ]);
});

test("a container that failed half way or was found stopped is replaced with nothing changed", () => {
  expect(diff({}, {}, { [TAINTED]: true }).changes).toEqual([
    { property: "name", kind: "update", replace: true },
  ]);
  expect(diff({ mustRun: false }, {}, { [STOPPED]: true }).changes).toEqual([
    { property: "mustRun", kind: "delete", replace: true },
  ]);
});

test("only a fixed name needs the old container deleted first", () => {
  expect(diff({}, {}).deleteBeforeReplace).toBe(true);
  expect(diff({}, { [DEFAULTED]: ["name"] }).deleteBeforeReplace).toBe(false);
});
