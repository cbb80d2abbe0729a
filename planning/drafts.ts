import type { Catalogue } from "../config/catalogue";
import type { Environment } from "../config/schema/common";
import type { ServiceSpec } from "../config/schema/service";
import type { Settings } from "../config/schema/settings";
import type { SystemSpec } from "../config/schema/system";
import { suggest, type Issue, type Note } from "../config/issues";
import { compare } from "./compare";
import { entryOf } from "./lookup";
import { defaultContainerName, inEnvironment } from "./naming";
import { readParameter } from "./parameters";

/** A service on its way into a plan: what its catalogue file says, with names and parameters filled in. */
export interface Draft {
  /** "system/service". */
  id: string;
  system: SystemSpec;
  name: string;
  spec: ServiceSpec;
  environment: Environment;
  project: string;
  /** Project's source below the sources folder: "dev/inpactai". */
  source: string;
  container: string;
  /** What the names of its caches begin with: its container's, or that of the one it shares them with. */
  caches: string;
  /** Container port per endpoint name. */
  containerPorts: Record<string, number>;
  /** Documented host port per endpoint that is published in this environment. */
  documentedPorts: Record<string, number>;
  /** Host ports that no scheme chooses, per endpoint: those of Berth's own proxy. */
  fixedPorts: Record<string, { ip: string; port: number }>;
  /** Docker names of its networks; the first is home. */
  networks: string[];
  /** Short names on the home network. */
  aliases: string[];
  variables: Record<string, string>;
}

export interface Drafts {
  systems: SystemSpec[];
  drafts: Draft[];
  issues: Issue[];
  notes: Note[];
}

/** Path of a service's entry in the catalogue, as issues name it. */
export function catalogPath(draft: { system: { name: string }; name: string }): string {
  return `systems/${draft.system.name}/${draft.name}`;
}

/** The services that a stack runs, in order of their names. */
export function draftServices(catalogue: Catalogue, settings: Settings): Drafts {
  const issues: Issue[] = [];
  const notes: Note[] = [];
  const available = catalogue.systems[settings.environment];
  const known = available.map((system) => system.name);
  for (const wanted of settings.systems ?? []) {
    if (!known.includes(wanted)) {
      issues.push({
        path: `Pulumi.${settings.stack}.yaml.systems`,
        message: `no system is called '${wanted}'`,
        remedy: suggest(wanted, known),
      });
    }
  }
  const systems = available
    .filter((system) => settings.systems?.includes(system.name) ?? true)
    .sort((a, b) => compare(a.name, b.name));
  checkParameters(available, settings, issues);

  const drafts: Draft[] = [];
  for (const system of systems) {
    const absent = system.absent[settings.environment];
    if (absent !== undefined) {
      notes.push({
        path: `systems/${system.name}`,
        message: `not in ${settings.environment}: ${absent}`,
      });
      continue;
    }
    for (const name of Object.keys(system.absentServices).sort(compare)) {
      const reason = system.absentServices[name] ?? "";
      notes.push({
        path: `systems/${system.name}/${name}`,
        message: `not in ${settings.environment}: ${reason}`,
      });
    }
    for (const name of Object.keys(system.services).sort(compare)) {
      const spec = system.services[name];
      if (spec) drafts.push(draftService(system, name, spec, settings, issues));
    }
  }
  return { systems, drafts, issues, notes };
}

/** One service of a system with its names, ports and parameters filled in. */
export function draftService(
  system: SystemSpec,
  name: string,
  spec: ServiceSpec,
  settings: Settings,
  issues: Issue[],
): Draft {
  const { environment } = settings;
  const project = spec.project ?? system.name;
  const path = `systems/${system.name}/${name}`;
  const projectSpec = entryOf(system.projects, project);
  if (projectSpec === undefined) {
    issues.push({
      path: `${path}.project`,
      message: `no project of ${system.name} is called '${project}'`,
      remedy: suggest(project, Object.keys(system.projects)),
    });
  }
  const networks = spec.networks.flatMap((key) => {
    const network = entryOf(system.networks, key);
    if (network === undefined || !network.environments.includes(environment)) {
      issues.push({
        path: `${path}.networks`,
        message: `${system.name} has no network '${key}' in ${environment}`,
        remedy: suggest(
          key,
          Object.keys(system.networks).filter((other) => other !== key),
        ),
      });
      return [];
    }
    return [inEnvironment(network.name, environment)];
  });

  const parameter = (parameterName: string, where: string): string =>
    readParameter(parameterName, { system, settings, where, owner: path, issues }) ?? "";
  const port = (value: number | { parameter: string }, where: string): number => {
    if (typeof value === "number") return value;
    const text = parameter(value.parameter, where);
    const number = Number(text);
    if (text !== "" && !(Number.isInteger(number) && number > 0 && number < 65536)) {
      issues.push({
        path: `Pulumi.${settings.stack}.yaml.parameters.${value.parameter}`,
        message: `'${text}' is not a port`,
        remedy: "give a number from 1 to 65535",
      });
      return 1;
    }
    return number || 1;
  };

  const containerPorts: Record<string, number> = {};
  const documentedPorts: Record<string, number> = {};
  for (const [endpointName, endpoint] of Object.entries(spec.endpoints)) {
    const where = `${path}.endpoints.${endpointName}`;
    containerPorts[endpointName] = port(endpoint.port, `${where}.port`);
    const published = endpoint.published[environment];
    if (published !== undefined)
      documentedPorts[endpointName] = port(published, `${where}.published`);
  }
  const variables = Object.fromEntries(
    Object.entries(spec.variables).map(([key, value]) => [
      key,
      inEnvironment(value, environment).replaceAll(
        /\{parameter:([A-Z0-9_]+)\}/g,
        (_, parameterName: string) => parameter(parameterName, `${path}.variables.${key}`),
      ),
    ]),
  );
  const container =
    spec.container === undefined
      ? defaultContainerName(project, name, environment)
      : inEnvironment(spec.container, environment);
  return {
    id: `${system.name}/${name}`,
    system,
    name,
    spec,
    environment,
    project,
    source: `${environment}/${projectSpec?.source ?? project}`,
    container,
    caches: container,
    containerPorts,
    documentedPorts,
    fixedPorts: {},
    networks,
    aliases: spec.aliases ?? [name],
    variables,
  };
}

function checkParameters(
  systems: readonly SystemSpec[],
  settings: Settings,
  issues: Issue[],
): void {
  const declared = systems.flatMap((system) => Object.keys(system.parameters));
  for (const name of Object.keys(settings.parameters)) {
    if (declared.includes(name)) continue;
    issues.push({
      path: `Pulumi.${settings.stack}.yaml.parameters.${name}`,
      message: "no system declares this parameter",
      remedy: suggest(name, declared),
    });
  }
}
