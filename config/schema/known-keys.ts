import type { z } from "zod";

type Schema = z.core.$ZodType;

/** The schemas that a value at `path` below these may have: one for each alternative. */
export function schemasAt(schemas: readonly Schema[], path: readonly PropertyKey[]): Schema[] {
  return path.reduce<Schema[]>(
    (at, key) => at.flatMap(alternatives).flatMap((schema) => below(schema, String(key))),
    [...schemas],
  );
}

/** The schemas of a union's branches, or the schema itself without what wraps it. */
export function alternatives(schema: Schema): Schema[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "optional":
    case "nullable":
    case "default":
    case "prefault":
    case "readonly":
      return alternatives(def.innerType);
    case "union":
      return def.options.flatMap(alternatives);
    default:
      return [schema];
  }
}

/** The keys that the schemas know for an object, by those that its literal values allow. */
export function knownKeys(schemas: readonly Schema[], input: unknown): string[] {
  const values = (input ?? {}) as Record<string, unknown>;
  const shapes = schemas.flatMap(alternatives).flatMap((schema) => {
    const { def } = (schema as z.core.$ZodTypes)._zod;
    return def.type === "object" ? [def.shape] : [];
  });
  const fits = shapes.filter((shape) =>
    Object.entries(shape).every(([key, schema]) => {
      const { def } = (schema as z.core.$ZodTypes)._zod;
      return (
        def.type !== "literal" || !(key in values) || def.values.includes(values[key] as never)
      );
    }),
  );
  return [...new Set((fits.length > 0 ? fits : shapes).flatMap((shape) => Object.keys(shape)))];
}

function below(schema: Schema, key: string): Schema[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "object": {
      const inner = def.shape[key];
      return inner === undefined ? [] : [inner];
    }
    case "array":
      return [def.element];
    case "record":
      return [def.valueType];
    default:
      return [];
  }
}
