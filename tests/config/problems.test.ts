import { parseCatalogue } from "../../config/catalogue";
import { formatIssue } from "../../config/issues";
import type { SystemInput } from "../../config/schema/system";

/** The issues of a small system whose one service or whose own fields are written like this. */
function issuesOf(service: object, system: object = {}): string[] {
  const input = {
    name: "shop",
    title: "Shop",
    about: "A shop",
    networks: { home: { name: "shop-{environment}" } },
    projects: { shop: { ports: { block: 0 } } },
    services: {
      web: {
        image: { registry: "nginx:1.27.3" },
        networks: ["home"],
        memory: "64 MiB",
        health: { kind: "command", command: ["true"] },
        ...service,
      },
    },
    ...system,
  };
  return parseCatalogue([input as unknown as SystemInput]).issues.map(formatIssue);
}

const web = "systems/shop/web";

test("the small system has no issues", () => {
  expect(issuesOf({})).toEqual([]);
});

test.each<[string, string[], string[]]>([
  [
    "a misspelt required key of a service, with the one that is missing",
    issuesOf({ memory: undefined, memroy: "64 MiB" }),
    [`${web}.memroy: is not a known setting; did you mean 'memory'?`],
  ],
  [
    "a misspelt optional key of a service",
    issuesOf({ varaibles: { A: "b" } }),
    [`${web}.varaibles: is not a known setting; did you mean 'variables'?`],
  ],
  [
    "a key of an alternative",
    issuesOf({ health: { kind: "command", comand: ["true"] } }),
    [`${web}.health.comand: is not a known setting; did you mean 'command'?`],
  ],
  [
    "a misspelt alternative: the one that is meant counts",
    issuesOf({ image: { biuld: {} } }),
    [`${web}.image.biuld: is not a known setting; did you mean 'build'?`],
  ],
  [
    "a key inside an alternative",
    issuesOf({ image: { build: { dokcerfile: "x" } } }),
    [`${web}.image.build.dokcerfile: is not a known setting; did you mean 'dockerfile'?`],
  ],
  [
    "a key of an entry, in a record",
    issuesOf({ endpoints: { http: { prot: 80, role: "internal" } } }),
    [`${web}.endpoints.http.prot: is not a known setting; did you mean 'port'?`],
  ],
  [
    "a key of an entry, in a list",
    issuesOf({ exceptions: [{ alow: "root-user", reason: "it starts as root" }] }),
    [`${web}.exceptions.0.alow: is not a known setting; did you mean 'allow'?`],
  ],
  [
    "a key of the system",
    issuesOf({}, { volums: {} }),
    ["systems/shop.volums: is not a known setting; did you mean 'volumes'?"],
  ],
])("%s", (_, found, expected) => {
  expect(found).toEqual(expected);
});
