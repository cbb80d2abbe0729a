/**
 * The engine's JSON form of property values: what marks a secret, what stands for a value that a
 * preview doesn't know yet. Handlers work on plain values; secrecy is put back afterwards.
 */

/** Plain property values of a resource, secrets unwrapped. */
export type Props = Record<string, unknown>;

/** What the engine sends in a preview in place of a value that only the update will know. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

export function isRecord(value: unknown): value is Props {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSecret(value: unknown): value is Props {
  return isRecord(value) && value[SIGNATURE_KEY] === SECRET_SIGNATURE;
}

/** Removes secret wrappers and absent values (null, undefined), at every depth. */
export function unwrap(value: unknown): unknown {
  if (isSecret(value)) return unwrap(value["value"]);
  if (Array.isArray(value)) return value.map(unwrap);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null && item !== undefined)
      .map(([key, item]) => [key, unwrap(item)]),
  );
}

/** True where the value or anything in it is not known yet. */
export function containsUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(containsUnknown);
  return isRecord(value) && Object.values(value).some(containsUnknown);
}

function containsSecret(value: unknown): boolean {
  if (isSecret(value)) return true;
  if (Array.isArray(value)) return value.some(containsSecret);
  return isRecord(value) && Object.values(value).some(containsSecret);
}

/**
 * Gives `plain` the secrecy of `raw`, property by property: an unchanged value comes back exactly
 * as it was sent, a changed one is wrapped whole if any part of what was sent was secret.
 */
export function restoreSecrets(plain: Props, ...raws: Props[]): Props {
  const result: Props = {};
  for (const [key, value] of Object.entries(plain)) {
    if (value === undefined || value === null) continue;
    const secretRaw = raws.map((raw) => raw[key]).find(containsSecret);
    if (secretRaw === undefined) result[key] = value;
    else if (deepEqual(unwrap(secretRaw), value)) result[key] = secretRaw;
    else result[key] = asSecret(value);
  }
  return result;
}

/** A value that the engine encrypts in its state and masks in what it prints. */
export function asSecret(value: unknown): Props {
  return isSecret(value) ? value : { [SIGNATURE_KEY]: SECRET_SIGNATURE, value };
}

/** The named properties made secret, where they are there and known. */
export function markSecrets(props: Props, names: readonly string[] = []): Props {
  return Object.fromEntries(
    Object.entries(props).map(([key, value]) =>
      names.includes(key) && value !== UNKNOWN ? [key, asSecret(value)] : [key, value],
    ),
  );
}

/** Structural equality of plain JSON values. */
export function deepEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, i) => deepEqual(item, right[i]));
  }
  if (!isRecord(left) || !isRecord(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => key in right && deepEqual(left[key], right[key]))
  );
}
