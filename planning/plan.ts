import type { Catalogue } from "../config/catalogue";
import type { Settings } from "../config/schema/settings";
import { suggest, type Issue } from "../config/issues";
import { provisioningJob, serverVariables, type DatabaseUse } from "./databases";
import { catalogPath, draftServices, type Draft } from "./drafts";
import { entryOf } from "./lookup";
import { externalUrl } from "./addresses";
import type { Bindings } from "./bindings";
import { bindNeeds } from "./needs";
import { startOrder } from "./order";
import { assignPorts } from "./ports";
import { proveHost, type StackPlan } from "./proof";
import { secretIssues } from "./secret-labels";
import { planService } from "./service";
import { planNetworks, planVolumes } from "./storage";
import { serviceId, type MachineFacts, type Plan, type PlannedExternal } from "./types";

export interface PlanInput {
  catalogue: Catalogue;
  /** The settings of every stack; those on the same host are proved together. */
  stacks: readonly Settings[];
  /** Name of the stack to plan. */
  stack: string;
  /** What the machine says; without it the plan speaks of committed data alone. */
  machine?: MachineFacts;
}

/**
 * Plans one stack and proves it against all the stacks that share its host. Never throws: what is
 * wrong comes as the plan's issues, all of them.
 */
export function planStack({ catalogue, stacks, stack, machine }: PlanInput): Plan {
  const settings = stacks.find((candidate) => candidate.stack === stack);
  if (settings === undefined) {
    const issue = {
      path: `Pulumi.${stack}.yaml`,
      message: `there is no stack '${stack}'`,
      remedy: suggest(
        stack,
        stacks.map((candidate) => candidate.stack),
      ),
    };
    return { ...emptyPlan(stack), issues: [...catalogue.issues, issue] };
  }
  const own = planAlone(catalogue, settings, machine);
  const others = stacks
    .filter((candidate) => candidate !== settings && candidate.host.id === settings.host.id)
    .map((candidate) => planAlone(catalogue, candidate));
  own.plan.issues = [...catalogue.issues, ...own.plan.issues, ...proveHost(own, others)];
  return own.plan;
}

/** A stack's plan without regard to its neighbours. */
function planAlone(catalogue: Catalogue, settings: Settings, machine?: MachineFacts): StackPlan {
  const { systems, drafts, issues, notes } = draftServices(catalogue, settings);
  const { ports, issues: portIssues } = assignPorts(drafts, settings);
  const bound = bindNeeds(drafts, ports, settings);
  issues.push(...portIssues, ...bound.issues);

  const provisioning = new Map<string, string>();
  for (const [server, uses] of groupByServer(bound.databases)) {
    const job = provisioningJob(server, uses, settings);
    issues.push(...job.issues);
    if (drafts.some((draft) => draft.id === job.draft.id)) {
      issues.push({
        path: catalogPath(job.draft),
        message: `is the name of the job that provisions ${server.id}'s databases`,
        remedy: "give the service another name",
      });
      continue;
    }
    drafts.push(job.draft);
    bound.bindings.set(job.draft.id, job.bindings);
    provisioning.set(server.id, job.draft.id);
  }
  for (const draft of drafts) {
    if (draft.spec.kind !== "service" || draft.spec.postgres === undefined) continue;
    const { endpoint } = draft.spec.postgres;
    const endpoints = Object.keys(draft.spec.endpoints);
    if (!endpoints.includes(endpoint)) {
      issues.push({
        path: `${catalogPath(draft)}.postgres.endpoint`,
        message: `the service has no endpoint '${endpoint}'`,
        remedy: suggest(endpoint, endpoints),
      });
    }
    const own = bound.bindings.get(draft.id);
    const added = serverVariables(draft, settings);
    for (const variable of Object.keys(added.variables)) {
      if (entryOf({ ...draft.variables, ...own?.variables }, variable) === undefined) continue;
      issues.push({
        path: `${catalogPath(draft)}.variables.${variable}`,
        message: `is given to a Postgres server by Berth`,
        remedy: "leave it out",
      });
    }
    Object.assign(own?.variables ?? {}, added.variables);
    Object.assign(own?.secrets ?? {}, added.secrets);
  }

  const absent = catalogue.systems[settings.environment].filter((one) => !systems.includes(one));
  issues.push(
    ...secretIssues(
      bound.bindings,
      settings,
      absent.map((system) => system.name),
    ),
  );

  const startsAfter = new Map(
    drafts.map((draft) => [draft.id, predecessors(bound.bindings.get(draft.id), provisioning)]),
  );
  const { order, issues: cycles } = startOrder(startsAfter);
  issues.push(...cycles);
  const byId = new Map(drafts.map((draft) => [draft.id, draft]));
  const services = order.flatMap((id) => {
    const draft = byId.get(id);
    const bindings = bound.bindings.get(id);
    if (draft === undefined || bindings === undefined) return [];
    return [
      planService({
        draft,
        bindings,
        hostPorts: ports.get(id) ?? {},
        startsAfter: startsAfter.get(id) ?? [],
        settings,
        machine,
        issues,
      }),
    ];
  });
  const open = services.filter((service) => service.ports.some(({ ip }) => !ip.startsWith("127.")));
  if (open.length > 0) {
    notes.push({
      path: `Pulumi.${settings.stack}.yaml.bindAddress`,
      message: `${settings.bindAddress} opens to others than this host: ${open.map(serviceId).join(", ")}`,
    });
  }
  const plan: Plan = {
    stack: settings.stack,
    environment: settings.environment,
    host: settings.host.id,
    networks: planNetworks(systems, services, settings.environment),
    volumes: planVolumes(drafts, services),
    services,
    routes: [],
    externals: planExternals(systems, settings, issues),
    issues,
    notes,
  };
  return { plan, settings };
}

function planExternals(
  systems: readonly Draft["system"][],
  settings: Settings,
  issues: Issue[],
): PlannedExternal[] {
  return systems.flatMap((system) =>
    Object.entries(system.externals)
      .filter(([, external]) => external.environments.includes(settings.environment))
      .map(([name, external]) => {
        const url = externalUrl(system, name, settings);
        if (url === undefined && typeof external.url !== "string") {
          const { parameter } = external.url;
          const path = `systems/${system.name}.externals.${name}`;
          issues.push(
            Object.hasOwn(system.parameters, parameter)
              ? {
                  path: `Pulumi.${settings.stack}.yaml.parameters`,
                  message: `${parameter} is missing, which ${path} needs (${external.about})`,
                  remedy: "give it a value under berth:parameters",
                }
              : {
                  path,
                  message: `${system.name} declares no parameter '${parameter}'`,
                  remedy: suggest(parameter, Object.keys(system.parameters)),
                },
          );
        }
        return { system: system.name, name, url: url ?? "", about: external.about };
      }),
  );
}

/** What must be healthy or done first: container needs, jobs, and the job that makes its databases. */
function predecessors(
  bindings: Bindings | undefined,
  provisioning: ReadonlyMap<string, string>,
): string[] {
  const found = new Set<string>();
  for (const need of bindings?.needs ?? []) {
    if (need.draft === undefined || need.reach === "browser") continue;
    found.add(need.draft.id);
    const job = need.kind === "database" ? provisioning.get(need.draft.id) : undefined;
    if (job !== undefined) found.add(job);
  }
  return [...found].sort();
}

function groupByServer(uses: readonly DatabaseUse[]): Map<Draft, DatabaseUse[]> {
  const groups = new Map<Draft, DatabaseUse[]>();
  for (const use of uses) groups.set(use.server, [...(groups.get(use.server) ?? []), use]);
  return groups;
}

function emptyPlan(stack: string): Plan {
  return {
    stack,
    environment: "dev",
    host: "",
    networks: [],
    volumes: [],
    services: [],
    routes: [],
    externals: [],
    issues: [],
    notes: [],
  };
}
