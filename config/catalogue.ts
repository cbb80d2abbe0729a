import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { environments, reasonSchema, type Environment } from "./schema/common";
import { namedCollections, serviceSchema, type ServiceEntry } from "./schema/service";
import { systemSchema, type SystemInput, type SystemSpec } from "./schema/system";
import { describeProblems } from "./schema/problems";
import type { Issue } from "./issues";
import { reservedNamespaces } from "./secret-keys";

const entrySchema = z.looseObject({
  dev: z.looseObject({ absent: reasonSchema.optional() }).optional(),
  prod: z.looseObject({ absent: reasonSchema.optional() }).optional(),
});

/** The systems in both environments, with the content of their configuration files. */
export interface Catalogue {
  systems: Record<Environment, SystemSpec[]>;
  issues: Issue[];
}

/** Reads every file of `config/systems`: adding a system is adding a file. */
export function loadCatalogue(folder = join(__dirname, "systems")): Catalogue {
  const inputs = readdirSync(folder)
    .filter((file) => /\.(ts|js)$/.test(file) && !file.endsWith(".d.ts"))
    .sort()
    .map((file) => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- the folder is the registry: no list to edit
      const module = require(join(folder, file)) as { default: SystemInput };
      return module.default;
    });
  return parseCatalogue(inputs, (file) => readFileSync(join(folder, file), "utf8"));
}

/**
 * Merges and checks systems as catalogue files write them. `readConfiguration` gives the content of
 * a configuration file beside the catalogue. All problems are returned, none is thrown.
 */
export function parseCatalogue(
  inputs: readonly SystemInput[],
  readConfiguration: (file: string) => string = () => "",
): Catalogue {
  const catalogue: Catalogue = { systems: { dev: [], prod: [] }, issues: [] };
  const seen = new Set<string>();
  for (const input of inputs) {
    const path = `systems/${typeof input?.name === "string" ? input.name : "?"}`;
    const shape = systemSchema.safeParse(input, { reportInput: true });
    if (!shape.success) {
      catalogue.issues.push(...describeProblems(shape.error, path, systemSchema));
      continue;
    }
    if (seen.has(shape.data.name)) {
      catalogue.issues.push({
        path,
        message: "is the name of two systems",
        remedy: "give one of them another name",
      });
      continue;
    }
    seen.add(shape.data.name);
    if (isReserved(shape.data)) {
      catalogue.issues.push({
        path: `${path}.secrets`,
        message: `would be in the configuration's namespace '${shape.data.name}', which is not the system's own`,
        remedy: "give the system another name",
      });
    }
    for (const environment of environments) {
      if (shape.data.absent[environment] !== undefined) {
        catalogue.systems[environment].push({ ...shape.data, services: {}, absentServices: {} });
        continue;
      }
      const spec: SystemSpec = { ...shape.data, services: {}, absentServices: {} };
      for (const [name, entry] of Object.entries(input.services)) {
        addService(spec, name, entry, environment, path, catalogue.issues, readConfiguration);
      }
      catalogue.systems[environment].push(spec);
    }
  }
  // A problem in what both environments share is found twice.
  catalogue.issues = [
    ...new Map(catalogue.issues.map((issue) => [JSON.stringify(issue), issue])).values(),
  ];
  return catalogue;
}

function isReserved({ name, secrets }: { name: string; secrets: object }): boolean {
  return reservedNamespaces.includes(name) && Object.keys(secrets).length > 0;
}

function addService(
  system: SystemSpec,
  name: string,
  entry: ServiceEntry,
  environment: Environment,
  path: string,
  issues: Issue[],
  readConfiguration: (file: string) => string,
): void {
  const outline = entrySchema.safeParse(entry, { reportInput: true });
  if (!outline.success) {
    issues.push(...describeProblems(outline.error, `${path}/${name}`, entrySchema));
    return;
  }
  const absent = outline.data[environment]?.absent;
  if (absent !== undefined) {
    system.absentServices[name] = absent;
    return;
  }
  const parsed = serviceSchema.safeParse(mergeEnvironment(entry, environment), {
    reportInput: true,
  });
  if (!parsed.success) {
    issues.push(...describeProblems(parsed.error, `${path}/${name}`, serviceSchema));
    return;
  }
  for (const [target, file] of Object.entries(parsed.data.files)) {
    try {
      parsed.data.files[target] = readConfiguration(file);
    } catch {
      issues.push({
        path: `${path}/${name}.files`,
        message: `configuration file '${file}' for ${target} does not exist`,
        remedy: `add config/systems/${file}`,
      });
    }
  }
  system.services[name] = parsed.data;
}

/** The shared fields with the environment's own in their place; named collections merge by name. */
export function mergeEnvironment(
  entry: ServiceEntry,
  environment: Environment,
): z.input<typeof serviceSchema> {
  const { dev, prod, ...shared } = entry;
  const own: Record<string, unknown> = { ...(environment === "dev" ? dev : prod) };
  const merged: Record<string, unknown> = { kind: "service", ...shared, ...own };
  for (const field of namedCollections) {
    if (!(field in shared) && !(field in own)) continue;
    const both = { ...shared[field], ...(own[field] as object | undefined) };
    merged[field] = Object.fromEntries(Object.entries(both).filter(([, value]) => value !== null));
  }
  return merged as z.input<typeof serviceSchema>;
}
