import { dockerAddress, dockerVariables } from "../../config/docker-address";
import { IssuesError } from "../../config/issues";
import {
  engineFindings,
  forgottenFindings,
  madeByEngine,
  noStateFindings,
} from "../../drift/engine";
import type { DriftReport, Finding } from "../../drift/types";
import { exitCodes } from "../exit-codes";
import { loadPlan, requireSettings } from "../load-plan";
import { reachDocker } from "../machine/docker";
import { dataColors, print } from "../terminal";
import { announce, chooseEngine } from "../update/engine";
import { stateResources } from "../update/engine-state";
import { openStack } from "../update/open-stack";
import { lastError } from "../update/run-update";
import { observeDrift } from "./observe";
import { previewRefreshed } from "./preview";
import { renderDrift } from "./render";

/** Tells what of a stack is not as planned; changes nothing. */
export async function showDrift(options: { stack: string; json?: boolean }): Promise<void> {
  const report = await findDrift(options.stack);
  print(options.json ? JSON.stringify(report, null, 2) : renderDrift(report, dataColors));
  process.exitCode =
    report.findings.length > 0
      ? exitCodes.drift
      : report.complete
        ? exitCodes.ok
        : exitCodes.failed;
}

async function findDrift(name: string): Promise<DriftReport> {
  const loaded = loadPlan(name, { here: true });
  const settings = requireSettings(loaded);
  const { plan } = loaded;
  if (plan.issues.length > 0) throw new IssuesError(plan.issues);
  const client = await reachDocker(settings);
  const engine = await chooseEngine({ install: false });
  announce(engine);
  const variables = dockerVariables(dockerAddress(settings));
  const stack = await openStack(name, engine, variables, { create: false });
  const failures: string[] = [];
  const resources = stack === undefined ? [] : await tried(stateResources(stack), failures);
  const observed = await observeDrift({ plan, settings, docker: client, stack, resources });
  const report = (engineOnly: Finding[]): DriftReport => ({
    stack: name,
    findings: [...observed.findings, ...engineOnly],
    notes: [
      ...observed.notes,
      ...failures.map((reason) => `the engine's state was not compared: ${reason}`),
    ],
    complete: failures.length === 0,
  });
  if (stack === undefined || resources?.length === 0) {
    const [finding] = noStateFindings(plan, observed.docker);
    if (finding?.kind === "missing") return { ...report([]), findings: [finding] };
    return report(finding ? [finding] : []);
  }
  if (resources === undefined) return report([]);
  const steps = (await tried(previewRefreshed(stack), failures)) ?? [];
  const forgotten = forgottenFindings(plan, madeByEngine(resources), observed.docker);
  const known = [...observed.findings, ...forgotten];
  return report([...forgotten, ...engineFindings(plan, steps, known)]);
}

/** What was asked of the engine; undefined, with the reason kept, where it could not answer. */
async function tried<T>(asked: Promise<T>, failures: string[]): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    failures.push(lastError(error instanceof Error ? error.message : String(error)));
    return undefined;
  }
}
