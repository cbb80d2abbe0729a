import type Docker from "dockerode";
import { unlessGone } from "./errors";

/** Stopped first, so that a database can close its files; a stopped one answers 304. */
export async function removeContainer(docker: Docker, id: string): Promise<void> {
  const container = docker.getContainer(id);
  await container.stop().catch(() => undefined);
  await unlessGone(() => container.remove({ force: true }));
}
