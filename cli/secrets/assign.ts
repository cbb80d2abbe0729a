import { nearest } from "../../config/issues";
import type { SystemSpec } from "../../config/schema/system";
import { entryOf } from "../../planning/lookup";
import { serviceId, type Plan } from "../../planning/types";
import type { EnvEntry } from "./env-file";

/** What becomes of a variable of a file. It never holds a value. */
export interface Assignment {
  line: number;
  /** Null where it is no name of a secret, and may be a part of one. */
  name: string | null;
  outcome: "import" | "derived" | "plain" | "parameter" | "empty" | "again" | "unknown" | "unclear";
  /** Key of the secret config, where it is imported. */
  key: string | null;
  /** "system/service": which get it. */
  services: string[];
  /** Why it is not imported. */
  message: string | null;
  remedy: string | null;
}

/** What Berth or the stack's settings have under a variable's name, and where. */
interface Candidate {
  kind: "secret" | "derived" | "parameter" | "plain";
  key: string;
  system: SystemSpec;
  project?: string;
  service?: string;
}

/** Decides for every variable of a file. `place` is the file's own path, which names projects too. */
export function assignEntries(
  entries: readonly EnvEntry[],
  plan: Plan,
  systems: readonly SystemSpec[],
  place: string,
): Assignment[] {
  const assigned = entries.map((entry) => assign(entry, plan, systems, place));
  return assigned.map((each, index) => {
    const later = assigned.find(
      (other, at) => at > index && other.outcome === "import" && other.key === each.key,
    );
    if (each.outcome !== "import" || later === undefined) return each;
    const message = `is given again on line ${later.line}, which counts`;
    return { ...each, ...notImported("again", message) };
  });
}

function assign(
  { line, name, value, sections }: EnvEntry,
  plan: Plan,
  systems: readonly SystemSpec[],
  place: string,
): Assignment {
  const result = { line, name, key: null, services: [] };
  if (!/^[A-Z_][A-Z0-9_]*$/.test(name)) {
    const message = "a name that is not in capitals is no secret of a system";
    return { ...result, name: null, ...notImported("unknown", message, "rename or remove it") };
  }
  const all = candidates(name, plan, systems);
  const found = narrow(all, systems, sections, place);
  const keys = [...new Set(found.filter(({ kind }) => kind === "secret").map(({ key }) => key))];
  const [key] = keys;
  if (keys.length > 1) {
    const message = `is a secret of several: ${keys.join(", ")}`;
    const remedy = "put it below a comment that names the system or project it is for";
    return { ...result, ...notImported("unclear", message, remedy) };
  }
  if (key !== undefined) {
    if (value === "") return { ...result, ...notImported("empty", "has no value") };
    const services = servicesWith(plan, key);
    return { ...result, outcome: "import", key, services, message: null, remedy: null };
  }
  if (found.some(({ kind }) => kind === "derived"))
    return { ...result, ...notImported("derived", "derived by Berth, not imported") };
  if (found.some(({ kind }) => kind === "parameter")) {
    const message = "is a plain setting, not imported";
    return { ...result, ...notImported("parameter", message, "give it under berth:parameters") };
  }
  if (found.length > 0) return { ...result, ...notImported("plain", "set by Berth, not imported") };
  return { ...result, ...undeclared(name, all, plan, systems) };
}

function notImported(
  outcome: Assignment["outcome"],
  message: string,
  remedy: string | null = null,
): Pick<Assignment, "outcome" | "key" | "message" | "remedy"> {
  return { outcome, key: null, message, remedy };
}

function undeclared(
  name: string,
  elsewhere: readonly Candidate[],
  plan: Plan,
  systems: readonly SystemSpec[],
): ReturnType<typeof notImported> {
  const keys = systems.flatMap((system) =>
    Object.keys(system.secrets).map((secret) => ({ secret, key: `${system.name}:${secret}` })),
  );
  const same = elsewhere.find(({ kind }) => kind === "secret");
  const meant = nearest(
    name,
    keys.map(({ secret }) => secret),
  );
  const key = same?.key ?? keys.find(({ secret }) => secret === meant)?.key;
  const remedy =
    key !== undefined
      ? `did you mean '${key}'?`
      : keys.length > 0
        ? `there is ${keys.map((each) => each.key).join(", ")}`
        : "declare it under 'secrets' of its system";
  return notImported("unknown", `no system of stack ${plan.stack} declares it for this`, remedy);
}

function candidates(name: string, plan: Plan, systems: readonly SystemSpec[]): Candidate[] {
  const found: Candidate[] = [];
  for (const system of systems) {
    const key = `${system.name}:${name}`;
    if (Object.hasOwn(system.secrets, name)) found.push({ kind: "secret", key, system });
    if (Object.hasOwn(system.parameters, name)) found.push({ kind: "parameter", key, system });
  }
  for (const service of plan.services) {
    const system = systems.find((each) => each.name === service.system);
    if (system === undefined) continue;
    const at = { system, project: service.project, service: service.service };
    for (const [variable, { origin, label, template }] of Object.entries(service.secrets)) {
      const secret = label.slice(label.indexOf(":") + 1);
      // The service's own name of a secret means it too, as does the secret's own name.
      if (origin === "config" && (secret === name || (variable === name && isWhole(template))))
        found.push({ kind: "secret", key: label, ...at });
      if (origin === "derived" && variable === name)
        found.push({ kind: "derived", key: label, ...at });
    }
    const isPlain = entryOf(service.secrets, name) === undefined;
    if (isPlain && Object.hasOwn(service.variables, name))
      found.push({ kind: "plain", key: "", ...at });
  }
  return found;
}

const isWhole = (template: string): boolean => template === "{secret}";

/**
 * Those that a comment above or the file's place speaks of: first by system, the comment before the
 * place, then by project and service. All of them where nothing is named.
 */
function narrow(
  found: readonly Candidate[],
  systems: readonly SystemSpec[],
  sections: readonly string[],
  place: string,
): Candidate[] {
  const section = sections.find((text) => namesOf(systems).some((name) => says(text, name))) ?? "";
  const named = [section, place]
    .map((text) => systems.filter(({ name, title }) => says(text, name) || says(text, title)))
    .find((each) => each.length > 0);
  const ofSystem = found.filter(({ system }) => named?.includes(system) ?? true);
  const scores = ofSystem.map((each) => score(each, `${section} / ${place}`));
  const best = Math.max(0, ...scores);
  return ofSystem.filter((_, index) => best === 0 || scores[index] === best);
}

function namesOf(systems: readonly SystemSpec[]): string[] {
  return systems.flatMap(({ name, title, projects, services }) => [
    ...[name, title],
    ...Object.keys(projects),
    ...Object.keys(services),
  ]);
}

function score({ project, service }: Candidate, text: string): number {
  return (
    (project !== undefined && says(text, project) ? 2 : 0) +
    (service !== undefined && says(text, service) ? 1 : 0)
  );
}

/** Whether a text has a name among its words: "Auth service variables" says "auth-service". */
function says(text: string, name: string): boolean {
  return ` ${words(text)} `.includes(` ${words(name)} `);
}

const words = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, " ")
    .trim();

function servicesWith(plan: Plan, key: string): string[] {
  return plan.services
    .filter(({ secrets }) => Object.values(secrets).some(({ label }) => label === key))
    .map(serviceId)
    .sort();
}
