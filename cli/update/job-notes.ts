import type Docker from "dockerode";
import { logText } from "../../docker/log-text";
import { serviceId, type Plan } from "../../planning/types";

const mark = "note: ";

/** What jobs found worth saying and not wrong: lines of their logs that begin with "note: ". */
export async function jobNotes(docker: Docker, plan: Plan): Promise<string[]> {
  const jobs = plan.services.filter(({ kind }) => kind === "job");
  const notes = await Promise.all(
    jobs.map(async (job) => {
      const raw = await docker
        .getContainer(job.container)
        .logs({ stdout: true, stderr: false })
        .catch(() => Buffer.alloc(0)); // it was not created: the update has said why
      return logText(raw, false)
        .split("\n")
        .filter((line) => line.startsWith(mark))
        .map((line) => `${serviceId(job)}: ${line.slice(mark.length)}`);
    }),
  );
  return notes.flat();
}
