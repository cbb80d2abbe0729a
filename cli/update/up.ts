import { homedir } from "node:os";
import type Docker from "dockerode";
import { dockerAddress, dockerVariables } from "../../config/docker-address";
import { loadCatalogue } from "../../config/catalogue";
import { IssuesError } from "../../config/issues";
import { imageSource, sourcesFolder, type ImageSource } from "../../config/machine";
import type { Settings } from "../../config/schema/settings";
import { declaredSecrets } from "../../config/secret-keys";
import type { Plan } from "../../planning/types";
import { Interrupted, problem } from "../errors";
import { exitCodes } from "../exit-codes";
import { loadPlan, soundPlan } from "../load-plan";
import { configSecrets, machineSecretIssues, shellFor } from "../machine/config-secrets";
import { ensureDocker } from "../machine/ensure-docker";
import { decideImageSource, neededRecipes } from "../machine/images";
import { canAsk, colors, confirm, dataColors, formatSeconds, print, say, step } from "../terminal";
import { announce, chooseEngine } from "./engine";
import { failedJobs, findLeftovers, stateResources } from "./engine-state";
import { jobNotes } from "./job-notes";
import { mendDrift } from "./mend-drift";
import { openStack } from "./open-stack";
import { runUpdate } from "./run-update";
import { ownStateId } from "./stack-config";
import { isWell, observeServices, serviceTable } from "./service-table";

export interface UpOptions {
  stack: string;
  install?: boolean;
  yes?: boolean;
  images: "auto" | ImageSource;
}

/** Everything from a bare machine to healthy services; each step only does what is missing. */
export async function bringUp(options: UpOptions): Promise<void> {
  const started = Date.now();
  const { plan: committed, settings } = soundPlan(options.stack);
  if (options.yes !== true && !canAsk())
    throw problem("up", "there is no terminal to ask on", "add --yes");
  const install = options.install ?? false;
  // Without leave to install, a missing Docker is told before minutes go into the engine.
  if (!install) await ensureDocker(settings, { install, log: say });
  const engine = await chooseEngine({ install });
  announce(engine);
  const docker = await ensureDocker(settings, { install, log: (text) => step("docker", text) });
  const address = dockerAddress(settings);
  step("docker", `${(await docker.version()).Version} at ${address.url}`);
  const choice = await decideImageSource(options.images, settings, docker, committed);
  step("images", `${choice.source === "local" ? "built here" : "from registries"}: ${choice.why}`);

  const { plan } = loadPlan(options.stack, { here: true });
  await check(plan, settings, docker);
  const { renderSummary } = await import("../../planning/render/summary");
  say(`\n${renderSummary(plan, { paint: colors, width: process.stderr.columns ?? 100 })}\n`);
  if (options.yes !== true && !(await confirm(`Bring stack ${plan.stack} up like this?`)))
    throw new Interrupted("nothing was changed");

  if (choice.source === "local") await buildImages(docker, plan);
  const variables = dockerVariables(address);
  const stack = await openStack(plan.stack, engine, variables, { create: true });
  if (stack === undefined) throw new Error(`stack ${plan.stack} could not be created`);
  const resources = await stateResources(stack);
  // Refuses what another state runs.
  await findLeftovers(docker, plan.stack, resources, () => ownStateId(stack));
  const failed = failedJobs(resources);
  if (failed.length > 0) step("jobs", `${failed.length} failed before and run again`);
  const replace = await mendDrift({ plan, settings, docker, stack, resources }, failed);
  say("");
  const changes = await runUpdate({ stack, docker, plan, operation: "up", replace });
  await finish(docker, plan, changes, started);
}

/** What would stop the update, all at once and before anything changes. */
async function check(plan: Plan, settings: Settings, docker: Docker): Promise<void> {
  const { runPreflight } = await import("../../preflight");
  const issues = [
    ...plan.issues,
    ...(await runPreflight({
      plan,
      settings,
      docker,
      sources: sourcesFolder(settings),
      home: homedir(),
      configSecrets: configSecrets(plan.stack),
      shell: shellFor(plan.stack),
      images: imageSource(settings),
      note: (text) => step("note", text),
    })),
    ...machineSecretIssues(plan.stack, declaredSecrets(loadCatalogue())),
  ];
  if (issues.length > 0) throw new IssuesError(issues);
}

async function buildImages(docker: Docker, plan: Plan): Promise<void> {
  const { ensureLocalImages } = await import("../../offline/images/build");
  await ensureLocalImages({
    docker,
    names: neededRecipes(plan),
    announce: (_, line) => step("image", line),
    progress: (recipe, state, seconds) => {
      if (state === "building") step("image", `${recipe}: building`);
      if (state === "built") step("image", `${recipe}: built in ${formatSeconds(seconds)}`);
    },
  });
}

async function finish(
  docker: Docker,
  plan: Plan,
  changes: Record<string, number>,
  started: number,
): Promise<void> {
  const statuses = await observeServices(docker, plan);
  if (Object.keys(past).some((operation) => changes[operation])) say("");
  print(serviceTable(statuses, dataColors));
  for (const note of await jobNotes(docker, plan)) say(`${colors.yellow("note")} ${note}`);
  say(`\n${describeChanges(changes)} (${formatSeconds((Date.now() - started) / 1000)})`);
  const unwell = statuses.filter((status) => !isWell(status));
  for (const status of unwell)
    say(colors.red(`${status.system}/${status.service}: ${status.container} is ${status.health}`));
  if (unwell.length > 0) process.exitCode = exitCodes.failed;
}

const past: Readonly<Record<string, string>> = {
  create: "created",
  update: "updated",
  replace: "replaced",
  delete: "removed",
};

/** "12 created, 1 replaced", or that nothing was to do. */
export function describeChanges(changes: Record<string, number>): string {
  const parts = Object.entries(past)
    .filter(([operation]) => (changes[operation] ?? 0) > 0)
    .map(([operation, word]) => `${changes[operation]} ${word}`);
  return parts.length === 0 ? "Nothing to change." : `Resources: ${parts.join(", ")}.`;
}
