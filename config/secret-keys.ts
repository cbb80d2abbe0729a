import type { Catalogue } from "./catalogue";
import { nearest, suggest, type Issue } from "./issues";

/** The secrets that each system of the catalogue declares: name of the system → names. */
export type DeclaredSecrets = Readonly<Record<string, readonly string[]>>;

/** Namespaces of configuration that are Pulumi's, Berth's or a provider's own. */
export const reservedNamespaces = ["berth", "pulumi", "docker", "cloudflare"];

/** Key of the token with which Cloudflare's API, and Traefik's DNS challenge, are used. */
export const cloudflareTokenKey = "cloudflare:apiToken";

/** The providers' own variables, which count where the stack's configuration says nothing. */
export const shellVariables: Readonly<Record<string, string>> = {
  [cloudflareTokenKey]: "CLOUDFLARE_API_TOKEN",
};

export function declaredSecrets(catalogue: Catalogue): DeclaredSecrets {
  // A system declares the same in both environments.
  const systems = catalogue.systems.dev.filter(({ name }) => !reservedNamespaces.includes(name));
  return Object.fromEntries(systems.map(({ name, secrets }) => [name, Object.keys(secrets)]));
}

/** The command that sets a secret. Its value is asked for, so no shell keeps it. */
export function setCommand(key: string, stack: string): string {
  return `pulumi config set --secret ${key} --stack ${stack}`;
}

/** A key of a stack's configuration, without its value. */
export interface ConfigKey {
  key: string;
  encrypted: boolean;
}

/** Keys in the namespaces of systems that no system declares, and secrets that are in the clear. */
export function secretKeyIssues(
  stack: string,
  keys: readonly ConfigKey[],
  declared: DeclaredSecrets,
): Issue[] {
  return keys.flatMap(({ key, encrypted }) => {
    const path = `Pulumi.${stack}.yaml.config.${key}`;
    const unknown = unknownKey(key, declared);
    if (unknown !== undefined) return [{ path, ...unknown }];
    if (encrypted || !isSecret(key, declared)) return [];
    const remedy = `take it out of the file and set another with: ${setCommand(key, stack)}`;
    return [{ path, message: "is a secret in the clear", remedy }];
  });
}

function isSecret(key: string, declared: DeclaredSecrets): boolean {
  const [system, name] = split(key);
  return Object.hasOwn(shellVariables, key) || namesOf(declared, system).includes(name);
}

/** What is wrong with a key that is meant for a system. Those of providers are not Berth's to judge. */
function unknownKey(key: string, declared: DeclaredSecrets): Omit<Issue, "path"> | undefined {
  const [system, name] = split(key);
  const names = namesOf(declared, system);
  if (names.includes(name)) return undefined;
  const others = Object.keys(declared).filter((other) => namesOf(declared, other).includes(name));
  if (!Object.hasOwn(declared, system)) {
    const meant = nearest(system, others);
    if (meant === undefined || Math.abs(meant.length - system.length) > 1) return undefined;
    return { message: "is in no known namespace", remedy: `did you mean '${meant}:${name}'?` };
  }
  const remedy =
    others[0] !== undefined
      ? `did you mean '${others[0]}:${name}'?`
      : names.length > 0
        ? suggest(name, names)
        : "declare it under 'secrets' of the system, or remove it";
  return { message: `${system} declares no secret '${name}'`, remedy };
}

function namesOf(declared: DeclaredSecrets, system: string): readonly string[] {
  return Object.hasOwn(declared, system) ? (declared[system] ?? []) : [];
}

function split(key: string): [string, string] {
  const [namespace = "", ...rest] = key.split(":");
  return [namespace, rest.join(":")];
}
