import type { Stack } from "@pulumi/pulumi/automation";

interface StateResource {
  urn: string;
  type: string;
  inputs?: { mustRun?: boolean };
  outputs?: { exitCode?: number };
}

/**
 * URNs of jobs that ended badly. For the provider a container that ran is a success whatever its
 * exit code, so that the engine would not run it again.
 */
export async function failedJobs(stack: Stack): Promise<string[]> {
  const { deployment } = (await stack.exportStack()) as {
    deployment: { resources?: StateResource[] } | null;
  };
  return (deployment?.resources ?? [])
    .filter(
      (resource) =>
        resource.type === "docker:index/container:Container" &&
        resource.inputs?.mustRun === false &&
        (resource.outputs?.exitCode ?? 0) !== 0,
    )
    .map((resource) => resource.urn);
}
