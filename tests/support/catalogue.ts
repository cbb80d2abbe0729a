import { parseCatalogue } from "../../config/catalogue";
import type { Settings } from "../../config/schema/settings";
import type { ServiceEntry } from "../../config/schema/service";
import type { SystemInput } from "../../config/schema/system";
import { parseSettings } from "../../config/settings";
import { formatIssue } from "../../config/issues";
import { planStack } from "../../planning/plan";
import type { MachineFacts, Plan, PlannedService } from "../../planning/types";

type Values<T> = T extends unknown ? Partial<T> : never;

/** A service as a catalogue file writes it: Redis with a check that always passes. */
export function service(values: Values<ServiceEntry> = {}): ServiceEntry {
  return {
    image: { registry: "redis:7.4.2-alpine" },
    user: "999:1000",
    networks: ["main"],
    memory: "64 MiB",
    health: { kind: "command", command: ["true"] },
    ...values,
  };
}

/** A job as a catalogue file writes it. */
export function job(values: Values<ServiceEntry> = {}): ServiceEntry {
  return {
    kind: "job",
    image: { registry: "redis:7.4.2-alpine" },
    user: "999:1000",
    networks: ["main"],
    memory: "64 MiB",
    ...values,
  };
}

/** A published endpoint; its documented ports are `documented` in dev and one less in prod. */
export function published(slot: number | undefined, documented = 8000 + (slot ?? 0)) {
  return {
    port: 80,
    role: "public" as const,
    ...(slot === undefined ? {} : { slot }),
    published: { dev: documented, prod: documented - 1 },
  };
}

type RouteText = NonNullable<
  NonNullable<NonNullable<NonNullable<ServiceEntry["endpoints"]>[string]>["routes"]>["dev"]
>[number];

/** A public endpoint with the same addresses in both environments. */
export function routed(...routes: RouteText[]) {
  return { port: 80, role: "public" as const, routes: { dev: routes, prod: routes } };
}

/** A system with the network `main` and one project of its name on block 0. */
export function system(
  name: string,
  services: Record<string, ServiceEntry>,
  values: Partial<SystemInput> = {},
): SystemInput {
  return {
    name,
    title: name,
    about: `The system ${name}.`,
    networks: { main: { name: `${name}-{environment}` } },
    projects: { [name]: { ports: { block: 0 } } },
    services,
    ...values,
  };
}

/** A stack's settings as its file would give them; the environment is the name's, dev else. */
export function settings(stack = "dev", values: Record<string, unknown> = {}): Settings {
  const parsed = parseSettings(stack, {
    environment: stack === "prod" ? "prod" : "dev",
    host: { id: "host", platform: "linux/amd64", memory: "64 GiB", cpus: 8 },
    ...values,
  });
  if (parsed.settings === undefined) {
    throw new Error(parsed.issues.map(formatIssue).join("\n"));
  }
  return parsed.settings;
}

/** A stack whose public endpoints and dashboards are reached by Traefik, or by what `values` has. */
export function routedStack(stack = "prod", values: Record<string, unknown> = {}): Settings {
  return settings(stack, {
    exposure: { public: "traefik", dashboard: "traefik" },
    zones: ["example.org"],
    access: { operators: { basicAuth: ["ann"] } },
    ...values,
  });
}

/** What makes it a tunnel. */
export const byTunnel = {
  exposure: { public: "cloudflareTunnel", dashboard: "cloudflareTunnel" },
  access: { operators: { emails: ["ann@example.org"] } },
};

export const otherHost = { id: "other", platform: "linux/amd64", memory: "8 GiB", cpus: 4 };

/** The plan of the first of the stacks; dev alone where none is given. */
export function planOf(
  systems: readonly SystemInput[],
  stacks: readonly Settings[] = [settings()],
  machine?: MachineFacts,
): Plan {
  const first = stacks[0] ?? settings();
  return planStack({
    catalogue: parseCatalogue(systems),
    stacks,
    stack: first.stack,
    ...(machine ? { machine } : {}),
  });
}

/** A plan's issues, one line each. */
export function issuesOf(
  systems: readonly SystemInput[],
  stacks?: readonly Settings[],
  machine?: MachineFacts,
): string[] {
  return planOf(systems, stacks, machine).issues.map(formatIssue);
}

/** A planned service by its "system/service". */
export function serviceOf(plan: Plan, id: string): PlannedService {
  const found = plan.services.find(({ system, service }) => `${system}/${service}` === id);
  if (found === undefined) throw new Error(`no ${id} in the plan of ${plan.stack}`);
  return found;
}

/** A plan's notes but that of the missing lock, which every plan without one has. */
export function notesOf(plan: Plan): Plan["notes"] {
  return plan.notes.filter(({ path }) => path !== "images.lock.json");
}
