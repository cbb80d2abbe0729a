import { randomBytes } from "node:crypto";
import { DEFAULTED, type CheckFailure, type ResourceType } from "./resource-type";
import { isRecord, type Props, unwrap } from "./wire";

/** `urn:pulumi:stack::project::parent$type::name` in its parts. */
export function parseUrn(urn: string): { type: string; name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.split("$").pop() ?? "", name: name.join("::") };
}

/** Inputs with a made-up name where the program gives none, the same one as long as it lives. */
export function withAutoName(type: ResourceType, urn: string, olds: Props, news: Props): Props {
  if (!type.autoName || news["name"] !== undefined) return news;
  const old = unwrap(olds["name"]);
  const kept = Array.isArray(olds[DEFAULTED]) && typeof old === "string" ? old : undefined;
  const name = kept ?? `${parseUrn(urn).name}-${randomBytes(4).toString("hex").slice(0, 7)}`;
  return { ...news, name, [DEFAULTED]: ["name"] };
}

/** Whether the name was given by the program, so that two of them can't stand side by side. */
export function hasFixedName(inputs: Props): boolean {
  const defaulted = inputs[DEFAULTED];
  return !(Array.isArray(defaulted) && defaulted.includes("name"));
}

/** The shape of an input: a scalar, a list of one shape, a map of strings or an object. */
export type Shape =
  | "string"
  | "number"
  | "boolean"
  | "map"
  | { listOf: Shape }
  | { object: Readonly<Record<string, Shape>>; required?: readonly string[] };

/** All properties of `value` that the shape doesn't know or that have another type. */
export function checkShape(
  value: unknown,
  shape: Shape,
  path: string,
  isUnknown: (value: unknown) => boolean,
): CheckFailure[] {
  if (isUnknown(value)) return [];
  if (typeof shape === "string") return checkScalar(value, shape, path);
  if ("listOf" in shape) {
    if (!Array.isArray(value)) return [{ property: path, reason: "must be a list" }];
    return value.flatMap((item, i) => checkShape(item, shape.listOf, `${path}[${i}]`, isUnknown));
  }
  if (!isRecord(value)) return [{ property: path, reason: "must be an object" }];
  const missing = (shape.required ?? [])
    .filter((key) => value[key] === undefined)
    .map((key) => ({ property: join(path, key), reason: "is required" }));
  const wrong = Object.entries(value).flatMap(([key, item]) => {
    if (key.startsWith("__")) return [];
    const inner = Object.hasOwn(shape.object, key) ? shape.object[key] : undefined;
    return inner === undefined
      ? [{ property: join(path, key), reason: "is not a property that this plugin knows" }]
      : checkShape(item, inner, join(path, key), isUnknown);
  });
  return [...missing, ...wrong];
}

function checkScalar(value: unknown, shape: string, path: string): CheckFailure[] {
  const fits = shape === "map" ? isRecord(value) : typeof value === shape;
  return fits ? [] : [{ property: path, reason: `must be a ${shape}` }];
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}
