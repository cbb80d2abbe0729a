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
  return [...values]
    .flatMap((value) => [value, encodeURIComponent(value)])
    .filter((value) => value.length >= shortest)
    .sort((a, b) => b.length - a.length);
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
