import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { parseCatalogue, type Catalogue } from "../../config/catalogue";
import { formatIssue, type Issue } from "../../config/issues";
import type { SystemInput } from "../../config/schema/system";
import { planStack } from "../../planning/plan";
import { renderJson } from "../../planning/render/json";
import type { Plan } from "../../planning/types";
import { allFlaws } from "../support/host-flaws";
import { brokenPromises } from "../support/invariants";
import { flawedWorlds, soundWorlds, type World } from "../support/worlds";

const soak = Boolean(process.env.BERTH_SOAK);
/** In CI the same worlds each time, so that what they cover is certain; the soak finds others. */
const parameters = soak ? { numRuns: 20_000 } : { numRuns: 1000, seed: 20_261_121 };
jest.setTimeout(soak ? 7_200_000 : 900_000);

const flawed = flawedWorlds(allFlaws);
const hosts = fc.oneof({ weight: 2, arbitrary: soundWorlds }, { weight: 3, arbitrary: flawed });

/** Some worlds of each mistake alone come first, so that none is left to chance. */
const examples = Object.entries(allFlaws).flatMap(([name, flaw]) =>
  fc
    .sample(flawedWorlds({ [name]: flaw }), { numRuns: 4, seed: 1 })
    .map((world): [World] => [world]),
);

/** What the worlds have to show: every kind of finding about a host, by its message or its path. */
const kinds: Record<string, RegExp> = {
  "container name": /^container name \S+ is (?!taken)/,
  "host port": /^port \d+ is (?!taken)/,
  "host port twice": /^port \d+ is taken twice by/,
  address: /^address \S+ is/,
  "host that leads two ways": /^host \S+ leads here by/,
  network: /^network \S+ is/,
  volume: /^volume \S+ is/,
  "volume declared twice": /^names \S+, which \S+ declares as/,
  "cache in a volume": /^keeps its cache '/,
  alias: /^'\S+' on network \S+ is/,
  "port on internal networks": /can't be published: /,
  "replicas on a port": /replicas can't share host port/,
  "two proxies": /^edge\/\S+ wants /,
  "service twice": / would run twice in /,
  "system twice": /^is the name of two systems/,
  "host disagreement": /, of the same host /,
  "host of two ids": /so the two stacks are not proved together/,
  networks: / have addresses for \d+ networks|^have addresses for/,
  "addresses of a network": /^may give network \S+ \d+ addresses/,
  memory: / may take .* too much; most by /,
  GPU: / want(s)? one: /,
  logs: /but the logs of \d+ containers may take/,
  processors: /^is 1\.5, but .* processors of 2, /,
  platform: / alone, and host \S+ is linux\//,
  need: /^nothing in stack \S+ meets/,
  cycle: /^needs itself by way of/,
  "browser's need": /^a browser can't reach/,
  "exact version": /must have an exact version tag/,
  "memory limit": /^systems\/\S+\.memory$/,
  "health check": /^systems\/\S+\.health$/,
  "reason of an absence": /must be a reason that a reader can judge/,
  "unknown network": / has no network '/,
  "unknown volume": / declares no volume '/,
  "one network twice": /^names network \S+ twice/,
  "two mounts": /^mounts two things on/,
  "database of two owners": / would belong to role /,
  "variable twice": /^is given a value by/,
  slot: /^slot \d+ is outside of/,
  zone: /^host \S+ is in no zone/,
  "open dashboard": /^a dashboard would be open|^there is no access rule/,
};

interface Seen {
  worlds: number;
  sound: number;
  flawless: number;
  issues: number;
  kinds: Set<string>;
  flaws: Map<string, number>;
}

const planOf = (catalogue: Catalogue, { stacks, machine, lock }: World, stack: string): Plan =>
  planStack({
    ...{ catalogue, stacks, stack },
    ...(machine && { machine }),
    ...(lock && { imagesLock: lock }),
  });

/** The same systems, written in another order. */
function turned(systems: readonly SystemInput[]): SystemInput[] {
  return [...systems].reverse().map((system) => ({
    ...system,
    services: Object.fromEntries(Object.entries(system.services).reverse()),
  }));
}

const lines = (issues: readonly Issue[]) => issues.map(formatIssue).sort();

function check(world: World, seen: Seen): void {
  const stacks = world.stacks.length > 0 ? world.stacks.map(({ stack }) => stack) : ["dev"];
  // Planned from more than once: planning changes nothing of it.
  const catalogue = parseCatalogue(world.systems);
  const other = parseCatalogue(turned(world.systems));
  const plans = stacks.map((stack) => {
    const plan = planOf(catalogue, world, stack);
    const again = planOf(other, world, stack);
    // Of two systems of one name the first counts, and they may differ.
    if (!world.flaws.includes("a system twice"))
      expect(lines(again.issues).join("\n")).toBe(lines(plan.issues).join("\n"));
    if (plan.issues.length === 0)
      expect(renderJson({ ...again, issues: [] })).toBe(renderJson({ ...plan, issues: [] }));
    expect(isDeepStrictEqual(JSON.parse(renderJson(plan)), plan)).toBe(true);
    for (const { message, path, remedy } of plan.issues) {
      if (![path, message, remedy].every((part) => /^[^\n]+$/.test(part)))
        throw new Error(`not one line: ${path}: ${message}; ${remedy}`);
      for (const [kind, pattern] of Object.entries(kinds))
        if (!seen.kinds.has(kind) && (pattern.test(message) || pattern.test(path)))
          seen.kinds.add(kind);
    }
    return plan;
  });
  plans.forEach((plan, at) => {
    const settings = world.stacks[at];
    if (plan.issues.length > 0 || settings === undefined) return;
    const others = plans.filter((one) => one !== plan && one.host === plan.host);
    expect(brokenPromises(plan, others, settings, world.lock)).toEqual([]);
  });
  const sound = plans.every((plan) => plan.issues.length === 0);
  if (world.flaws.length === 0) expect(plans.flatMap(({ issues }) => lines(issues))).toEqual([]);
  seen.worlds += 1;
  seen.sound += Number(sound);
  seen.flawless += Number(world.flaws.length === 0);
  seen.issues += plans.reduce((sum, { issues }) => sum + issues.length, 0);
  for (const flaw of world.flaws) seen.flaws.set(flaw, (seen.flaws.get(flaw) ?? 0) + 1);
}

test("planning a host's stacks gives issues, or plans that keep every promise, in any order", () => {
  const seen: Seen = {
    ...{ worlds: 0, sound: 0, flawless: 0, issues: 0 },
    ...{ kinds: new Set(), flaws: new Map() },
  };
  const start = Date.now();
  fc.assert(
    fc.property(hosts, (world) => check(world, seen)),
    { ...parameters, examples },
  );
  if (soak) {
    const { worlds, sound, issues } = seen;
    const seconds = Math.round((Date.now() - start) / 1000);
    process.stderr.write(`${worlds} worlds, ${sound} sound, ${issues} issues, ${seconds} s\n`);
  }
  // Neither all sound nor all broken, and broken in every way: else the test shows nothing.
  expect(seen.sound / seen.worlds).toBeGreaterThan(0.3);
  expect(seen.sound / seen.worlds).toBeLessThan(0.8);
  expect(Object.keys(kinds).filter((kind) => !seen.kinds.has(kind))).toEqual([]);
  expect(Object.keys(allFlaws).filter((flaw) => !seen.flaws.has(flaw))).toEqual([]);
});
