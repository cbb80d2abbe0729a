import type { PlannedService } from "./types";

const shortest = 6;

/**
 * Values in a container's environment that must not be shown: those that the plan has as secrets,
 * and those that come from elsewhere (a `.env` file), of which nothing is known.
 */
export function secretValues(
  environment: readonly string[],
  service: PlannedService,
  imageEnvironment: readonly string[],
): string[] {
  const values = new Set<string>();
  const ofImage = new Set(imageEnvironment);
  for (const entry of environment) {
    const separator = entry.indexOf("=");
    const name = entry.slice(0, separator);
    const value = entry.slice(separator + 1);
    const secret = service.secrets[name];
    const plain = name in service.variables && secret === undefined;
    if (plain || ofImage.has(entry)) continue;
    values.add(value);
    if (secret) values.add(withoutTemplate(value, secret.template));
  }
  return [...new Set([...values].filter((value) => value.length >= shortest).flatMap(forms))]
    .filter((form) => form.length >= shortest)
    .sort((a, b) => b.length - a.length);
}

/**
 * A value as logs may have it: as it is, line by line, in a URL, in JSON, quoted for a shell, and in
 * base64, alone or as part of something longer.
 */
export function forms(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  return [
    ...[value, ...value.split(/\r?\n/).map((line) => line.trim())],
    ...[encodeURIComponent(value), encodeURIComponent(value).replaceAll("%20", "+")],
    ...[json, JSON.stringify(json).slice(1, -1), value.replaceAll("'", "'\\''")],
    ...base64Forms(value),
  ];
}

/**
 * What base64 has of a value, whatever comes before and after it: three bytes are four characters, so
 * there are three ways in which it can lie. The characters that others have a part in are left out.
 */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value);
  const found = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const first = Math.ceil((before * 8) / 6);
    return encoded.slice(first, Math.floor(((before + bytes.length) * 8) / 6));
  });
  const whole = [bytes, Buffer.concat([bytes, Buffer.from("\n")])].flatMap((each) => [
    each.toString("base64"),
    each.toString("base64url"),
  ]);
  const all = [...whole, ...found].filter((form) => form.length >= shortest);
  return [...all, ...all.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"))];
}

/** The derived secret inside "postgresql://user:{secret}@host/db". */
function withoutTemplate(value: string, template: string): string {
  const [before = "", after = ""] = template.split("{secret}", 2);
  return value.startsWith(before) && value.endsWith(after)
    ? value.slice(before.length, value.length - after.length)
    : value;
}

export function mask(text: string, secrets: readonly string[]): string {
  return secrets.reduce((masked, secret) => masked.replaceAll(secret, "***"), text);
}
