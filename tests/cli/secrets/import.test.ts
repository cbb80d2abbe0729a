import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeError } from "../../../cli/errors";
import { importSecrets, type ImportOptions } from "../../../cli/secrets/import";
import { listSecrets } from "../../../cli/secrets/list";
import { parseCatalogue } from "../../../config/catalogue";
import { planOf, service, settings, system } from "../../support/catalogue";

/** In every value of the file, and in what is no value but may be a part of one. */
const canary = "CANARY";
const shop = system(
  "shop",
  {
    web: service({
      needs: {
        key: { configSecret: "API_KEY", variables: { API_KEY: "{value}" } },
        session: { secret: "session", variables: { SESSION: "{value}" } },
      },
    }),
  },
  { secrets: { API_KEY: { about: "a key" }, DSN: { about: "errors" } } },
);

let folder: string;
jest.mock("../../../config/catalogue", () => ({
  ...jest.requireActual<object>("../../../config/catalogue"),
  loadCatalogue: () => parseCatalogue([shop]),
}));
jest.mock("../../../cli/load-plan", () => ({
  soundPlan: () => ({ plan: planOf([shop]), settings: settings() }),
}));
jest.mock("../../../cli/update/engine", () => ({
  announce: () => undefined,
  chooseEngine: () => Promise.resolve({ cli: join(folder, "pulumi") }),
}));
jest.mock("../../../cli/update/open-stack", () => ({
  openStack: () => Promise.resolve({ name: "dev" }),
}));

let printed = "";
const before = process.env.XDG_STATE_HOME;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-import-"));
  process.env.XDG_STATE_HOME = folder;
  printed = "";
  const keep = (text: string | Uint8Array) => {
    printed += String(text);
    return true;
  };
  jest.spyOn(process.stdout, "write").mockImplementation(keep);
  jest.spyOn(process.stderr, "write").mockImplementation(keep);
  engine(`echo "$@" >> ${folder}/arguments; cat >> ${folder}/input`);
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
  process.exitCode = undefined;
  if (before === undefined) delete process.env.XDG_STATE_HOME;
  else process.env.XDG_STATE_HOME = before;
});

/** What runs in the engine's place. */
function engine(script: string): void {
  writeFileSync(join(folder, "pulumi"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, "pulumi"), 0o755);
}

/** Imports a file; gives the exit code and all that a user sees of it, an error included. */
async function run(text: string, options: Partial<ImportOptions> = {}) {
  const file = join(folder, ".env");
  writeFileSync(file, text);
  let code: number;
  try {
    await importSecrets({ stack: "dev", file, yes: true, ...options });
    code = Number(process.exitCode);
  } catch (error) {
    printed += [...describeError(error, false), ...describeError(error, true)].join("\n");
    code = 1;
  }
  return { code, output: printed.replaceAll(folder, "") };
}
const received = (name: string) => readFileSync(join(folder, name), "utf8");

const everything = [
  `# ${canary} heading`,
  `API_KEY="${canary} $& \\"quoted\\""`,
  `DSN='${canary}-one`,
  `${canary}=two'`,
  `# OLD=${canary}`,
  `SESSION=${canary}`,
  `API_KYE=${canary}`,
  `${canary.toLowerCase()}_lower=${canary}`,
  `EMPTY=`,
].join("\n");

test("values reach the engine by its input and nothing else", async () => {
  const { code, output } = await run(everything);
  expect(code).toBe(1); // two of them have no place
  expect(output).not.toMatch(/canary/i);
  expect(output).toMatch(/2 +API_KEY +shop:API_KEY +shop\/web +new\n3 +DSN +shop:DSN +none +new/);
  expect(output).toContain("2 secrets of stack dev set");
  expect(received("arguments")).toBe(
    ["API_KEY", "DSN"]
      .map((name) => `config set --secret shop:${name} --stack dev --non-interactive\n`)
      .join(""),
  );
  expect(received("input")).toBe(`${canary} $& \\"quoted\\"\n${canary}-one\n${canary}=two\n`);
});

test("the report as JSON has no value either, and is all there is on stdout", async () => {
  const { output } = await run(everything, { json: true });
  expect(output).not.toMatch(/canary/i);
  const report = JSON.parse(output.slice(output.indexOf("{"), output.lastIndexOf("}") + 1)) as {
    variables: { outcome: string }[];
  };
  expect(report).toMatchObject({ stack: "dev" });
  expect(report.variables.map(({ outcome }) => outcome)).toEqual([
    ...["import", "import", "derived", "unknown", "unknown", "unknown"],
  ]);
});

test("all that is imported: exit code 0", async () => {
  expect((await run(`API_KEY=${canary}\nSESSION=${canary}`)).code).toBe(0);
});

test.each([
  ["a line that is none", `API_KEY=${canary}\n${canary} ${canary}`, "/.env:2: is no NAME=value"],
  ["an open quote", `API_KEY="${canary}\nDSN=${canary}`, "/.env:1: opens a quote"],
  ["a key in lines", `API_KEY=${canary}\n${canary}==\n${canary}/+`, "/.env:2: is no NAME=value"],
])("%s: nothing is imported, and the line is not shown", async (_, text, message) => {
  const { code, output } = await run(text);
  expect(code).toBe(1);
  expect(output).toContain(message);
  expect(output).not.toMatch(/canary/i);
  expect(() => received("arguments")).toThrow();
});

test("an engine that fails and repeats the value is told without it", async () => {
  engine(`read -r value; echo "error: $value is wrong" >&2; exit 1`);
  const { code, output } = await run(`API_KEY=${canary}-1\nDSN=${canary}-2`);
  expect(code).toBe(1);
  expect(output).toContain("stacks/dev: shop:API_KEY could not be set; nothing was changed");
  expect(output).toContain("error: *** is wrong");
  expect(output).not.toMatch(/canary/i);
});

test("without a terminal nothing is set unless --yes says so", async () => {
  const { code, output } = await run(`API_KEY=${canary}`, { yes: false });
  expect(code).toBe(1);
  expect(output).toContain("secrets import: there is no terminal to ask on; add --yes");
  expect(() => received("arguments")).toThrow();
});

test("a file that is not there, and a folder, are one line", async () => {
  for (const [file, code] of [
    ["nowhere/.env", "ENOENT"],
    [folder, "EISDIR"],
  ] as const) {
    const { output } = await run("", { file });
    expect(output).toMatch(new RegExp(`: can't be read \\(${code}\\); name a \\.env file`));
  }
});

test("a file with nothing for this stack needs no engine", async () => {
  engine("exit 1");
  expect(await run("SESSION=x\n")).toMatchObject({ code: 0 });
  expect(printed).toContain("Nothing to import.");
});

test("the list has every secret, what it comes from, and no value", () => {
  listSecrets({ stack: "dev" });
  expect(printed.split("\n")).toEqual([
    expect.stringMatching(/^SECRET +ORIGIN +VERSION +SERVICES +VARIABLES$/),
    expect.stringMatching(/^shop\/session +derived +1 +shop\/web +SESSION$/),
    expect.stringMatching(/^shop:API_KEY +config +missing +shop\/web +API_KEY$/),
    "",
  ]);
  printed = "";
  listSecrets({ stack: "dev", json: true });
  expect(JSON.parse(printed)).toEqual([
    {
      ...{ label: "shop/session", origin: "derived", optional: false, version: 1, set: null },
      ...{ services: ["shop/web"], variables: ["SESSION"] },
    },
    {
      ...{ label: "shop:API_KEY", origin: "config", optional: false, version: null, set: false },
      ...{ services: ["shop/web"], variables: ["API_KEY"] },
    },
  ]);
});
