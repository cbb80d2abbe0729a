import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { compileFunction } from "node:vm";
import { ModuleKind, transpileModule } from "typescript";
import { loadCatalogue, parseCatalogue } from "../../config/catalogue";
import { environments } from "../../config/schema/common";
import type { SystemInput } from "../../config/schema/system";
import { loadStacks } from "../../config/stack-files";
import { planStack } from "../../planning/plan";

const root = resolve(__dirname, "../..");
const document = readFileSync(join(root, "docs/add-a-system.md"), "utf8");

/** The system that the document shows, as the file that a reader makes of it. */
function example(): SystemInput {
  const code = /```ts\n([^]*?)```/.exec(document)?.[1] ?? "";
  const { outputText } = transpileModule(code, {
    compilerOptions: { module: ModuleKind.CommonJS },
  });
  const file = { exports: {} as { default: SystemInput } };
  const run = compileFunction(outputText, ["require", "exports"]) as (
    require: (id: string) => unknown,
    exports: object,
  ) => void;
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- jest's own knows TypeScript
  run((id) => require(join(root, "config/systems", id)) as unknown, file.exports);
  return file.exports.default;
}

const catalogue = loadCatalogue();
const sixth = parseCatalogue([example()]);
for (const environment of environments)
  catalogue.systems[environment].push(...sixth.systems[environment]);
// The owner of a system adds its zone to the stack, as the document says.
const stacks = loadStacks(root).stacks.map((stack) => ({
  ...stack,
  zones: [...stack.zones, "example.org"],
}));

test.each(["dev", "prod"])("the document's system berths in %s as it stands", (stack) => {
  const plan = planStack({ catalogue, stacks, stack });
  expect([...sixth.issues, ...plan.issues]).toEqual([]);
  const services = plan.services.filter(({ system }) => system === "notes");
  expect(services.map(({ service }) => service).sort()).toEqual([
    "app",
    "postgres",
    "postgres-databases",
  ]);
  expect(services.find(({ service }) => service === "app")?.url).toBe(
    stack === "dev" ? "http://localhost:4900" : "https://notes.example.org",
  );
});

test("the document's system keeps the catalogue's own rules", () => {
  const services = catalogue.systems.prod.flatMap((system) => Object.values(system.services));
  const registries = services.flatMap(({ image }) => ("registry" in image ? [image.registry] : []));
  const postgres = registries.filter((image) => image.startsWith("postgres:"));
  expect(new Set(postgres).size).toBe(1);
  const users = planStack({ catalogue, stacks, stack: "prod" })
    .services.filter(({ system }) => system === "notes")
    .map(({ security }) => security.user);
  expect(users).toEqual(users.map(() => expect.stringMatching(/^[1-9]\d*:\d+$/) as unknown));
});
