import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import type Docker from "dockerode";
import type { Plan } from "../../planning/types";
import { Interrupted, problem } from "../errors";
import { colors, say } from "../terminal";
import { containersOf } from "./containers";
import { explainFailure } from "./explain-failure";
import { interruptible } from "./interrupt";
import { Progress, resourceName, type ProgressEvent } from "./progress";
import { ProgressView } from "./progress-view";
import { openRunLog } from "./run-log";
import { TimeLimits } from "./time-limits";

export interface UpdateInput {
  stack: Stack;
  docker: Docker;
  plan: Plan;
  operation: "up" | "destroy";
  /** URNs to replace though nothing changed. */
  replace?: string[];
}

type Changes = Record<string, number>;

/** Runs the engine with progress on stderr; gives what changed, or says what failed and why. */
export async function runUpdate(input: UpdateInput): Promise<Changes> {
  const { stack, plan, operation } = input;
  const containers = containersOf(plan);
  const progress = new Progress({ containers });
  const view = new ProgressView(progress, containers.size);
  const errors: EngineError[] = [];
  let changes: Changes = {};
  const limits = new TimeLimits(input.docker, plan, () => progress.containersUnderWay);
  const log = openRunLog(stack.name);
  const write = (text: string): void => void log.stream.write(text);

  const onEvent = (event: EngineEvent): void => {
    for (const news of progress.accept(event)) {
      if (news.kind === "error") errors.push(news);
      if (news.kind === "summary") changes = news.changes;
      view.show(news);
    }
  };
  try {
    await interruptible(async (signal) => {
      const common = { onEvent, onOutput: write, onError: write, color: "never", signal } as const;
      if (operation === "destroy") {
        // What was removed by hand needs no removal.
        return stack.destroy({ ...common, refresh: true, showSecrets: false });
      }
      return stack.up({
        ...common,
        // What was changed by hand is found and mended.
        refresh: true,
        showSecrets: false,
        ...(input.replace?.length ? { replace: input.replace } : {}),
      });
    });
    return changes;
  } catch (error) {
    view.stop();
    if (error instanceof Interrupted) throw error;
    await tellFailure(input, progress, errors.map(withLimit(limits)), error);
    throw problem(
      `stacks/${stack.name}`,
      operation === "up" ? "not everything is up" : "not everything is down",
      `mend the cause, then run ./berth ${operation === "up" ? "up" : "down"} ${stack.name} again (log: ${log.file})`,
    );
  } finally {
    limits.stop();
    view.stop();
    log.stream.end();
  }
}

type EngineError = Extract<ProgressEvent, { kind: "error" }>;

/** The program knows an exit code alone; why it is that one, only who ended the job. */
function withLimit({ exceeded }: TimeLimits): (error: EngineError) => EngineError {
  return (error) => {
    let { message } = error;
    for (const [container, seconds] of exceeded)
      message = message.replace(
        new RegExp(`job ${container} ended with exit code \\d+`),
        `job ${container} was ended at its time limit of ${seconds} s`,
      );
    return { ...error, message };
  };
}

const unhealthy = /container failed to be in healthy state/;

async function tellFailure(
  { docker, plan }: UpdateInput,
  progress: Progress,
  errors: readonly EngineError[],
  thrown: unknown,
): Promise<void> {
  // A container that does not become healthy is explained below, better than by the provider.
  const told = errors.filter(
    (error) => !unhealthy.test(error.message) || progress.failed.size === 0,
  );
  for (const error of told) {
    const name = error.urn === undefined ? undefined : resourceName(error.urn);
    say(colors.red(withoutStack(name, error.message)));
  }
  for (const container of progress.failed)
    for (const line of await explainFailure(docker, plan, container)) say(colors.red(line));
  if (errors.length === 0 && progress.failed.size === 0) {
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    say(colors.red(lastError(text)));
  }
}

/** Findings come with their own path; anything else gets the resource's name. */
function withoutStack(name: string | undefined, message: string): string {
  const text = process.env.BERTH_DEBUG
    ? message
    : message
        .split("\n")
        .filter((line) => !/^\s+at /.test(line))
        .join("\n");
  const ownPath = /^[\w./-]+: /.test(text);
  return ownPath || name === undefined ? text : `${name}: ${text}`;
}

/** The engine's own complaint in what a failed command wrote. */
export function lastError(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.filter((line) => /error:/i.test(line)).at(-1) ?? lines.at(-1) ?? "unknown error";
}
