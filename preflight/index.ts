import type Docker from "dockerode";
import type { Issue } from "../config/issues";
import { dockerAddress as settingsAddress } from "../config/docker-address";
import type { ImageSource } from "../config/machine";
import type { Settings } from "../config/schema/settings";
import type { Plan } from "../planning/types";
import { adoptionIssues, foreignVolumeIssues } from "./adoption";
import { cloudflareTokenKey } from "../config/secret-keys";
import { cloudflareIssues } from "./cloudflare";
import { configSecretIssues, type ConfigSecrets } from "./config-secrets";
import { containerIssues } from "./containers";
import { gatherDockerFacts } from "./docker-facts";
import { hostIssues, transportIssues } from "./host";
import { imageLockIssues } from "./images";
import { networkIssues } from "./networks";
import { assumeFree, portIssues, tryLocalPort } from "./ports";
import { postgresDataIssues } from "./postgres-data";
import { dockerIssue, isLocal, unreachable, dockerAddress } from "./reachable";
import { removeProbes } from "./volume-files";
import { expandHome, mountIssues, sourceIssues } from "./sources";

export interface PreflightInput {
  plan: Plan;
  settings: Settings;
  docker: Docker;
  /** Folder that holds <environment>/<project>; `~` is the home folder. */
  sources: string;
  home: string;
  configSecrets: ConfigSecrets;
  /** What has to come before a `pulumi` command that a remedy names. */
  shell: string;
  /** Where images come from. */
  images: ImageSource | undefined;
  /** Is told what could not be looked at. */
  note?: (text: string) => void;
}

/**
 * All that only the machine can tell and that would stop the stack, before anything is changed:
 * sources, credentials, Docker, what it holds, and what else runs here.
 */
export async function runPreflight(input: PreflightInput): Promise<Issue[]> {
  const { plan, settings } = input;
  const folder = expandHome(input.sources, input.home);
  return [
    ...(await dockerIssues(input)),
    ...transportIssues(plan, settingsAddress(settings)),
    ...cloudflareIssues(plan, input.configSecrets(cloudflareTokenKey)),
    ...configSecretIssues(plan, input.configSecrets, input.shell),
    ...imageLockIssues(plan, input.images),
    ...sourceIssues(plan, settings, folder),
    ...mountIssues(plan, folder, dockerAddress(input.docker)),
  ];
}

async function dockerIssues({ plan, settings, docker, note }: PreflightInput): Promise<Issue[]> {
  const unanswered = await dockerIssue(docker);
  if (unanswered !== undefined) return [unanswered];
  const facts = await removeProbes(docker, plan.stack)
    .then(() => gatherDockerFacts(docker))
    .catch((error: NodeJS.ErrnoException) => error);
  if (facts instanceof Error) return [unreachable(dockerAddress(docker), facts)];
  const tryPort = isLocal(docker) ? tryLocalPort : assumeFree;
  return [
    ...hostIssues(plan, settings, facts),
    ...containerIssues(plan, facts.containers),
    ...networkIssues(plan, facts.networks, facts.containers),
    ...adoptionIssues(plan, settings, facts),
    ...foreignVolumeIssues(plan, facts),
    ...(await postgresDataIssues(docker, plan, facts, note ?? (() => undefined))),
    ...(await portIssues(plan, settings, facts.containers, tryPort)),
  ];
}
