import type { PlannedService, SecretVariable } from "../types";
import { decimal, memory } from "../amounts";
import type { Change } from "./types";

/** What a changed field does to a container that is there. */
export type Effect = "replace" | "update";

interface Fact {
  /** What is compared. */
  value: string;
  /** What is shown; null for what is secret or too long. */
  shown: string | null;
  effect: Effect;
  secret?: SecretVariable;
}

/**
 * All of a planned service that its containers notice, by field: what `components/container.ts`
 * makes inputs of the provider. The provider applies memory to the running container; everything
 * else makes it anew.
 */
function factsOf(service: PlannedService): Map<string, Fact> {
  const facts = new Map<string, Fact>();
  const add = (field: string, shown: string | null | undefined, effect: Effect = "replace") => {
    if (shown !== null && shown !== undefined) facts.set(field, { value: shown, shown, effect });
  };
  add("container", service.container);
  add("project", service.project);
  addImage(service, add);
  add("entrypoint", commandLine(service.entrypoint));
  add("command", commandLine(service.command));
  add("workingDirectory", service.workingDirectory);
  add("user", service.security.user);
  add("capabilities", listed(service.security.addedCapabilities));
  add("newPrivileges", service.security.noNewPrivileges ? null : "allowed");
  add("root", service.security.readOnlyRoot ? "read-only" : "writable");
  for (const [name, value] of Object.entries(service.variables)) {
    const secret = service.secrets[name];
    const field = `variables.${name}`;
    if (secret === undefined) add(field, value);
    else facts.set(field, { value: secretKey(secret), shown: null, effect: "replace", secret });
  }
  add("targets", listed(service.targets));
  add("environmentFiles", listed(service.environmentFiles));
  for (const network of service.networks) {
    const aliases = [...(service.aliases[network] ?? [])].sort();
    add(`networks.${network}`, aliases.length > 0 ? `as ${aliases.join(", ")}` : "without alias");
  }
  for (const port of new Set(service.ports.map(({ container }) => container))) {
    const held = service.ports.filter(({ container }) => container === port);
    add(
      `ports.${port}`,
      held
        .map(({ ip, host }) => `${ip}:${host}`)
        .sort()
        .join(", "),
    );
  }
  for (const { type, source, target, readOnly } of service.mounts) {
    const what = type === "tmpfs" ? "memory" : `${type} ${source}`;
    add(`mounts.${target}`, what + (readOnly ? ", read-only" : ""));
  }
  for (const [path, content] of Object.entries(service.files))
    facts.set(`files.${path}`, { value: content, shown: null, effect: "replace" });
  add("memory", memory(Math.floor(service.memoryBytes / 2 ** 20) * 2 ** 20), "update");
  add("cpus", service.cpus === null ? null : String(service.cpus));
  add("processes", service.processes === null ? null : String(service.processes));
  add("gpu", service.gpu ? "all" : null);
  add("logs", `${service.logs.files} × ${decimal(service.logs.fileBytes)}`);
  add("stopTimeout", seconds(service.stopSeconds));
  if (service.health) {
    const { test, intervalSeconds, timeoutSeconds, retries, startPeriodSeconds } = service.health;
    add("health.test", commandLine(test));
    add("health.interval", seconds(intervalSeconds));
    add("health.timeout", seconds(timeoutSeconds));
    add("health.retries", String(retries));
    add("health.startPeriod", seconds(startPeriodSeconds));
  }
  return facts;
}

type Add = (field: string, shown: string | null | undefined) => void;

function addImage({ substitutedBy, image, digest, build }: PlannedService, add: Add): void {
  if (substitutedBy !== null || build === null) {
    add("image", substitutedBy ?? image);
    if (substitutedBy === null) add("digest", digest);
    return;
  }
  add("image", `${image}, built`);
  add("build.context", build.context);
  add("build.dockerfile", build.dockerfile);
  add("build.target", build.target);
  for (const [name, value] of Object.entries(build.args)) add(`build.args.${name}`, value);
}

/** How two versions of a service differ, and what that does to its containers. */
export function compareServices(
  before: PlannedService,
  after: PlannedService,
): { effect: Effect | null; changes: Change[] } {
  const [old, now] = [factsOf(before), factsOf(after)];
  const changes: Change[] = [];
  let effect: Effect | null = null;
  for (const field of new Set([...old.keys(), ...now.keys()])) {
    const [was, is] = [old.get(field), now.get(field)];
    if (was?.value === is?.value && (was?.shown === null) === (is?.shown === null)) continue;
    if (field === "digest") {
      // Another tag has another digest; a tag that is locked, or no longer, has the content it had.
      if (old.get("image")?.value !== now.get("image")?.value) continue;
      changes.push(describe(field, was, is));
      if (was !== undefined && is !== undefined) effect = "replace";
      continue;
    }
    changes.push(describe(field, was, is));
    if (effect !== "replace") effect = (is ?? was)?.effect ?? null;
  }
  return { effect, changes };
}

function describe(field: string, was: Fact | undefined, is: Fact | undefined): Change {
  const shown = (fact: Fact | undefined) => (secret ? null : (fact?.shown ?? null));
  // A value that becomes a secret may always have been one.
  const secret = was?.secret ?? is?.secret;
  const [before, after] = [shown(was), shown(is)];
  return { field, before, after, text: `${nameOf(field)}: ${inWords(was, is)}` };
}

function inWords(was: Fact | undefined, is: Fact | undefined): string {
  if (was && is && Boolean(was.secret) !== Boolean(is.secret))
    return was.secret ? "a secret → a value" : "a value → a secret";
  if (was?.secret && is?.secret) {
    const { label, version } = was.secret;
    return is.secret.label === label && is.secret.version !== version
      ? "rotated"
      : "another secret";
  }
  const shown = (fact: Fact | undefined) =>
    fact === undefined ? null : brief(fact.shown ?? (fact.secret ? "a secret" : "a file"));
  const [before, after] = [shown(was), shown(is)];
  if (before === after) return "changed";
  if (before === null) return is?.shown ? `added, ${after}` : "added";
  if (after === null) return was?.shown ? `removed, was ${before}` : "removed";
  return `${before} → ${after}`;
}

/** A field as a reader names it: a variable, network or file by its own name. */
function nameOf(field: string): string {
  const [kind = "", ...rest] = field.split(".");
  const name = rest.join(".");
  switch (kind) {
    case "variables":
      return name;
    case "networks":
      return `network ${name}`;
    case "ports":
      return `port ${name}`;
    case "mounts":
      return `mount ${name}`;
    case "files":
      return `file ${name}`;
    case "health":
      return `health ${name}`;
    default:
      return field;
  }
}

/** All of a secret that its value follows from. */
function secretKey({ origin, label, version, length, template }: SecretVariable): string {
  return JSON.stringify([origin, label, version, length, template]);
}

function commandLine(words: readonly string[] | null): string | null {
  if (words === null || words.length === 0) return null;
  return words.map((word) => (/^[^\s"]+$/.test(word) ? word : JSON.stringify(word))).join(" ");
}

function listed(values: readonly string[]): string | null {
  return values.length > 0 ? [...values].sort().join(", ") : null;
}

/** What fits a line. */
function brief(text: string): string {
  const line = text.replace(/\s*\n\s*/g, " ");
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

const longest = 60;

const seconds = (amount: number): string => `${amount} s`;
