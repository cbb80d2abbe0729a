import type { Catalogue } from "../config/catalogue";
import type { ImagesLock } from "../config/schema/images-lock";
import type { Settings } from "../config/schema/settings";
import type { SystemSpec } from "../config/schema/system";
import { suggest, type Issue, type Note } from "../config/issues";
import { provisioningJob, serverVariables, sharesSocket } from "./databases";
import { compare } from "./compare";
import { catalogPath, draftServices, type Draft } from "./drafts";
import { entryOf } from "./lookup";
import { addressIssues } from "./address-pools";
import type { Bindings } from "./bindings";
import { planBudget } from "./budget";
import { edgeName } from "./exposure/edge";
import { planEdge } from "./exposure/plan-edge";
import { policyIssues } from "./exposure/policy";
import { exposeEndpoints, plannedRoutes } from "./exposure/routes";
import { groupBy } from "./group";
import { hostIssues } from "./host";
import { lockNotes } from "./images";
import { bindNeeds } from "./needs";
import { startOrder } from "./order";
import { readParameter } from "./parameters";
import { overcommitIssues } from "./overcommit";
import { platformIssues } from "./platforms";
import { assignPorts } from "./ports";
import { proveHost, type StackPlan } from "./proof";
import { secretIssues } from "./secret-labels";
import { planService } from "./service";
import { planNetworks, planVolumes, volumeIssues } from "./storage";
import { adoptionIssues } from "./volumes";
import {
  serviceId,
  type MachineFacts,
  type Plan,
  type PlannedExternal,
  type PlannedRoute,
  type PlannedService,
} from "./types";

export interface PlanInput {
  catalogue: Catalogue;
  /** The settings of every stack; those on the same host are proved together. */
  stacks: readonly Settings[];
  /** Name of the stack to plan. */
  stack: string;
  /** What the machine says; without it the plan speaks of committed data alone. */
  machine?: MachineFacts;
  /** What registries said of the images; undefined where nothing is locked. */
  imagesLock?: ImagesLock;
}

/**
 * Plans one stack and proves it against all the stacks that share its host. Never throws: what is
 * wrong comes as the plan's issues, all of them.
 */
export function planStack({ catalogue, stacks, stack, machine, imagesLock }: PlanInput): Plan {
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
  const own = planAlone(catalogue, settings, { machine, imagesLock });
  const others = stacks
    .filter((candidate) => candidate !== settings && candidate.host.id === settings.host.id)
    .map((candidate) => planAlone(catalogue, candidate, {}));
  const plans = [own.plan, ...others.map(({ plan }) => plan)];
  const budget = planBudget(plans, settings);
  own.plan.budget = budget;
  own.plan.issues = [
    ...catalogue.issues,
    ...own.plan.issues,
    ...hostIssues(settings, stacks),
    ...proveHost(own, others),
    ...addressIssues(plans, settings),
    ...overcommitIssues(plans, budget, settings.host.cpuOvercommit),
  ];
  return own.plan;
}

/** A stack's plan without regard to its neighbours. */
function planAlone(
  catalogue: Catalogue,
  settings: Settings,
  {
    machine,
    imagesLock,
  }: { machine?: MachineFacts | undefined; imagesLock?: ImagesLock | undefined },
): StackPlan {
  const { systems, drafts, issues, notes } = draftServices(catalogue, settings);
  const known = catalogue.systems[settings.environment];
  issues.push(...policyIssues(namesOf(known), settings));
  const exposure = exposeEndpoints(drafts, settings);
  const { ports, issues: portIssues } = assignPorts(drafts, exposure.hostPorts, settings);
  const bound = bindNeeds(drafts, ports, exposure.routes, settings);
  issues.push(...exposure.issues, ...portIssues, ...bound.issues);
  if (known.some((system) => system.name === edgeName)) {
    issues.push({
      path: `systems/${edgeName}`,
      message: "is the name of Berth's own system of proxies",
      remedy: "give the system another name",
    });
  }
  const edge = planEdge(exposure.routes, drafts, settings);
  issues.push(...edge.issues);
  for (const { draft, bindings } of edge.services) {
    drafts.push(draft);
    bound.bindings.set(draft.id, bindings);
  }

  const provisioning = new Map<string, string>();
  for (const [server, uses] of groupBy(bound.databases, ({ server }) => server)) {
    const job = provisioningJob(server, uses, settings);
    issues.push(...job.issues);
    if (bound.bindings.has(job.draft.id)) {
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
    draft.spec = sharesSocket(draft);
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

  if (imagesLock !== undefined) issues.push(...platformIssues(drafts, settings, imagesLock));
  issues.push(...volumeIssues(drafts));
  issues.push(...adoptionIssues(known, systems, drafts, settings));
  const absent = known.filter((one) => !systems.includes(one));
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
  const routesOf = groupBy(exposure.routes, ({ draft }) => draft);
  const services = order.flatMap((id) => {
    const draft = byId.get(id);
    const bindings = bound.bindings.get(id);
    if (draft === undefined || bindings === undefined) return [];
    return [
      planService({
        draft,
        bindings,
        hostPorts: ports.get(id) ?? {},
        routes: routesOf.get(draft) ?? [],
        startsAfter: startsAfter.get(id) ?? [],
        targets: jobTargets(draft, bindings),
        settings,
        machine,
        imagesLock,
        issues,
      }),
    ];
  });
  notes.push(...lockNotes(services, imagesLock));
  notes.push(...openPorts(services, settings), ...dnsRecords(exposure.routes, settings));
  const plan: Plan = {
    stack: settings.stack,
    environment: settings.environment,
    host: settings.host.id,
    networks: planNetworks([...systems, ...edge.systems], services, settings.environment),
    volumes: planVolumes(drafts, services, settings),
    services,
    routes: plannedRoutes(exposure.routes),
    tunnel: edge.tunnel,
    externals: planExternals(systems, settings, issues),
    budget: null,
    issues,
    notes,
  };
  return { plan, settings };
}

/** Whatever others than the host itself can connect to. */
function openPorts(services: readonly PlannedService[], { stack }: Settings): Note[] {
  const open = new Map<string, string[]>();
  for (const service of services) {
    for (const { ip, host } of service.ports) {
      if (ip.startsWith("127.")) continue;
      const setting = service.system === edgeName ? "traefik.bind" : "bindAddress";
      const key = `${setting} ${ip}`;
      open.set(key, [...(open.get(key) ?? []), `${serviceId(service)} on port ${host}`]);
    }
  }
  return [...open].map(([key, ports]) => {
    const [setting = "", ip = ""] = key.split(" ");
    return {
      path: `Pulumi.${stack}.yaml.${setting}`,
      message: `${ip} opens to others than this host: ${ports.join(", ")}`,
    };
  });
}

/** A tunnel brings its records along; those of Traefik's hosts are the operator's to make. */
function dnsRecords(routes: readonly PlannedRoute[], { stack, host }: Settings): Note[] {
  const hosts = routes.flatMap((route) => (route.via === "traefik" ? [route.host] : []));
  if (hosts.length === 0) return [];
  return [
    {
      path: `Pulumi.${stack}.yaml.exposure`,
      message: `needs DNS records that lead to host ${host.id}: ${[...new Set(hosts)].sort(compare).join(", ")}`,
    },
  ];
}

function namesOf(systems: readonly SystemSpec[]): { systems: string[]; services: string[] } {
  return {
    systems: systems.map(({ name }) => name),
    services: systems.flatMap(({ name, services }) =>
      Object.keys(services).map((service) => `${name}/${service}`),
    ),
  };
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
        const where = `systems/${system.name}.externals.${name}`;
        const url =
          typeof external.url === "string"
            ? external.url
            : readParameter(external.url.parameter, {
                ...{ system, settings, where, owner: where, issues },
              });
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

/** Services that a job talks to. Routes are files, which outlive the containers that they lead to. */
function jobTargets(draft: Draft, { needs }: Bindings): string[] {
  if (draft.spec.kind !== "job" || draft.system.name === edgeName) return [];
  const targets = needs.flatMap(({ draft: target, reach }) =>
    target?.spec.kind === "service" && reach === "container" ? [target.id] : [],
  );
  return [...new Set(targets)].sort(compare);
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
    tunnel: null,
    externals: [],
    budget: null,
    issues: [],
    notes: [],
  };
}
