import type Docker from "dockerode";
import { ProviderError } from "../provider-server/resource-type";
import type { ContainerInputs, NetworkAttachment } from "./container-inputs";
import { messageOf, statusOf, unlessGone } from "../../../docker/errors";
import { logText } from "../../../docker/log-text";
import { engineCall, sleep, whileInUse } from "./engine-error";
import { uploadArchive } from "./uploads";

const POLL_MS = 1_000;
const DEFAULT_WAIT_S = 60;
const DEFAULT_READ_REFRESH_MS = 15_000;

/** What one-shot containers leave behind. */
export interface Finished {
  exitCode?: number;
  containerLogs?: string;
}

/** Brings a created container to where its inputs want it. Whatever fails leaves it in place. */
export async function bringUp(
  docker: Docker,
  container: Docker.Container,
  inputs: ContainerInputs,
  signal: AbortSignal,
): Promise<Finished> {
  if (inputs.networksAdvanced?.length) {
    await attachNetworks(docker, container, inputs.networksAdvanced);
  }
  if (inputs.uploads?.length) {
    const archive = await uploadArchive(inputs.uploads);
    await engineCall(`${inputs.name}: can't upload files`, () =>
      container.putArchive(archive, { path: "/" }),
    );
  }
  if (inputs.start === false) return {};

  // Asked for before the start, else the end of a very short run goes unnoticed.
  const ended =
    inputs.attach === true
      ? container.wait({ condition: "next-exit" }).catch((error: unknown) => error)
      : undefined;
  await engineCall(`${inputs.name}: can't start the container`, () => container.start());
  if (inputs.wait === true) await waitUntilHealthy(container, inputs, signal);
  const finished = ended === undefined ? {} : await collect(container, inputs, ended, signal);
  if (inputs.mustRun !== false) await ensureRuns(container, inputs);
  return finished;
}

async function attachNetworks(
  docker: Docker,
  container: Docker.Container,
  attachments: NetworkAttachment[],
): Promise<void> {
  try {
    await docker.getNetwork("bridge").disconnect({ Container: container.id });
  } catch (error) {
    if (!/is not connected to/.test(messageOf(error)) && statusOf(error) !== 404) {
      throw new ProviderError(`can't leave the default network: ${messageOf(error)}`);
    }
  }
  for (const attachment of attachments) {
    const { name, aliases, ipv4Address, ipv6Address, linkLocalIps, macAddress } = attachment;
    const driverOptions = (attachment.driverOpts ?? []).map((option) => option.split("=", 2));
    await engineCall(`can't connect to network ${name}`, () =>
      docker.getNetwork(name).connect({
        Container: container.id,
        EndpointConfig: {
          Aliases: aliases ?? [],
          IPAMConfig: {
            ...(ipv4Address ? { IPv4Address: ipv4Address } : {}),
            ...(ipv6Address ? { IPv6Address: ipv6Address } : {}),
            ...(linkLocalIps ? { LinkLocalIPs: linkLocalIps } : {}),
          },
          ...(macAddress ? { MacAddress: macAddress } : {}),
          ...(driverOptions.length > 0
            ? { DriverOpts: Object.fromEntries(driverOptions) as Record<string, string> }
            : {}),
        },
      }),
    );
  }
}

/** Polls until healthy. As officially, `unhealthy` is not the end: only the timeout is. */
async function waitUntilHealthy(
  container: Docker.Container,
  inputs: ContainerInputs,
  signal: AbortSignal,
): Promise<void> {
  const seconds = inputs.waitTimeout ?? DEFAULT_WAIT_S;
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const info = await engineCall(inputs.name, () => container.inspect());
    const status = info.State.Health?.Status;
    if (info.State.Running && (status === undefined || status === "none")) {
      throw new ProviderError(
        `${inputs.name}: wait is set but the container has no healthcheck; add one, or drop wait`,
      );
    }
    if (status === "healthy") return;
    if (Date.now() >= deadline) {
      throw new ProviderError(
        `${inputs.name}: container failed to be in healthy state within ${seconds} s`,
      );
    }
    if (signal.aborted) {
      throw new ProviderError(
        timedOut(signal)
          ? `${inputs.name}: container failed to be in healthy state in its time (customTimeouts.create)`
          : `${inputs.name}: cancelled while waiting for the healthy state`,
      );
    }
    await sleep(POLL_MS);
  }
}

async function collect(
  container: Docker.Container,
  inputs: ContainerInputs,
  ended: Promise<unknown>,
  signal: AbortSignal,
): Promise<Finished> {
  const result = await Promise.race([ended, aborted(signal)]);
  if (result === undefined) {
    // As officially: the container is left running.
    throw new ProviderError(
      timedOut(signal)
        ? `${inputs.name}: did not end in its time (customTimeouts.create)`
        : `${inputs.name}: cancelled while attached to the container`,
    );
  }
  const finished: Finished = {};
  const status = (result as { StatusCode?: unknown }).StatusCode;
  if (typeof status === "number") finished.exitCode = status;
  if (inputs.logs === true) {
    const logs = await unlessGone(() => container.logs({ stdout: true, stderr: true }));
    finished.containerLogs = logs ? logText(logs, inputs.tty === true) : "";
  }
  return finished;
}

const timedOut = (signal: AbortSignal): boolean =>
  (signal.reason as Error | undefined)?.name === "TimeoutError";

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}

/** A container that must run and ended at once is an error, so that dependents don't start. */
async function ensureRuns(container: Docker.Container, inputs: ContainerInputs): Promise<void> {
  const patience = inputs.containerReadRefreshTimeoutMilliseconds ?? DEFAULT_READ_REFRESH_MS;
  const deadline = Date.now() + patience;
  for (;;) {
    const info = await unlessGone(() => container.inspect());
    if (!info) {
      throw new ProviderError(`${inputs.name}: container exited after creation and is gone`);
    }
    if (info.State.Running) return;
    if (info.State.Status === "exited" || info.State.Dead || Date.now() > deadline) {
      const reason = info.State.Error ? `, error was: ${info.State.Error}` : "";
      throw new ProviderError(
        `${inputs.name}: container exited after creation with code ${info.State.ExitCode}${reason}`,
      );
    }
    await sleep(250);
  }
}

/** Stops (at once unless there is a grace period) and removes the container. */
export async function removeContainer(
  docker: Docker,
  id: string,
  inputs: Partial<ContainerInputs>,
): Promise<void> {
  const container = docker.getContainer(id);
  const grace = inputs.destroyGraceSeconds ?? 0;
  if (grace > 0) {
    try {
      await container.stop({ t: grace });
    } catch (error) {
      // 304: it isn't running; 404: it is gone.
      if (![304, 404].includes(statusOf(error) ?? 0)) throw error;
    }
  }
  await whileInUse(() => container.remove({ force: true, v: inputs.removeVolumes !== false }));
}
