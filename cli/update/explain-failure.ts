import type Docker from "dockerode";
import { logText } from "../../docker/log-text";
import { containerNames } from "../../planning/naming";
import { serviceId, type Plan, type PlannedService } from "../../planning/types";
import { mask, secretValues } from "../../planning/masking";

const shownLogLines = 20;

/** Why a container is not as it should be: its state, its last health check and its last log lines. */
export async function explainFailure(
  docker: Docker,
  plan: Plan,
  container: string,
): Promise<string[]> {
  const service = plan.services.find((candidate) => containerNames(candidate).includes(container));
  if (service === undefined) return [`${container}: failed`];
  const title = `${serviceId(service)} (${container})`;
  let info: Docker.ContainerInspectInfo;
  try {
    info = await docker.getContainer(container).inspect();
  } catch {
    return [`${title}: was not created`];
  }
  const secrets = secretValues(
    info.Config.Env ?? [],
    service,
    await imageEnvironment(docker, info.Image),
  );
  const lines = [`${title}: ${describeState(info, service)}`];
  const check = info.State.Health?.Log.at(-1);
  if (check)
    lines.push(`  last health check: exit code ${check.ExitCode}`, ...quote(check.Output, secrets));
  const log = await lastLogLines(docker, container, info.Config.Tty);
  if (log.trim() !== "")
    lines.push(`  last log lines: (docker logs ${container})`, ...quote(log, secrets));
  return lines;
}

function describeState(info: Docker.ContainerInspectInfo, service: PlannedService): string {
  const { State, RestartCount } = info;
  if (State.OOMKilled)
    return `was killed for going over its ${Math.round(service.memoryBytes / 2 ** 20)} MiB of memory`;
  const restarts = RestartCount > 0 ? `, restarted ${RestartCount} times` : "";
  if (!State.Running) return `ended with exit code ${State.ExitCode}${restarts}`;
  return `is ${State.Health?.Status ?? "running"}${restarts}`;
}

const quote = (text: string, secrets: readonly string[]): string[] =>
  mask(text.trimEnd(), secrets)
    .split("\n")
    .slice(-shownLogLines)
    .map((line) => `    ${line.trimEnd()}`);

async function imageEnvironment(docker: Docker, image: string): Promise<string[]> {
  try {
    return (await docker.getImage(image).inspect()).Config.Env ?? [];
  } catch {
    return []; // the image is gone: then everything unknown is masked
  }
}

async function lastLogLines(docker: Docker, container: string, tty: boolean): Promise<string> {
  const raw = await docker
    .getContainer(container)
    .logs({ stdout: true, stderr: true, tail: shownLogLines });
  return logText(raw, tty);
}
