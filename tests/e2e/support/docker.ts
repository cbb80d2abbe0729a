import Docker from "dockerode";

/** The engine that the tests run against: DOCKER_HOST or the default socket. */
export const docker = new Docker();

/** Runs a command in a container and gives what it printed, and its exit code. */
export async function execute(
  container: string,
  ...command: string[]
): Promise<{ exitCode: number; output: string }> {
  const exec = await docker
    .getContainer(container)
    .exec({ Cmd: command, AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  const chunks: Buffer[] = [];
  await new Promise<void>((resolve, reject) => {
    const sink = { write: (chunk: Buffer) => chunks.push(chunk) };
    docker.modem.demuxStream(stream, sink as never, sink as never);
    stream.on("end", resolve).on("error", reject);
  });
  const { ExitCode } = await exec.inspect();
  return { exitCode: ExitCode ?? -1, output: Buffer.concat(chunks).toString("utf8") };
}

/** Container id and start time: what changes when a container is replaced or restarted. */
export async function identity(container: string): Promise<string> {
  const { Id, State } = await docker.getContainer(container).inspect();
  return `${Id} ${State.StartedAt}`;
}

/** Every container, network and volume that is there: nothing may have changed after an error. */
export async function snapshot(): Promise<string> {
  const containers = await docker.listContainers({ all: true });
  const networks = await docker.listNetworks();
  const { Volumes } = await docker.listVolumes();
  return JSON.stringify({
    containers: containers.map(({ Id, State }) => `${Id} ${State}`).sort(),
    networks: networks.map(({ Id }) => Id).sort(),
    volumes: Volumes.map(({ Name }) => Name).sort(),
  });
}

/** Asks until the answer is there or the patience is over: a busy machine is no failure. */
export async function eventually<T>(ask: () => Promise<T>, seconds = 120): Promise<T> {
  for (const deadline = Date.now() + seconds * 1000; ;) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
