import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import { resourceTypes } from "../../components/resource-types";

/** What a line of progress is about: a service or job of the plan, or another resource that takes time. */
export interface Subject {
  /** "system/service", or what is built or pulled. */
  label: string;
  kind: "service" | "job" | "image";
}

export type Verb = "create" | "update" | "replace" | "delete";

/** Something that is worth telling, in the order in which it happens. */
export type ProgressEvent =
  | { kind: "started"; subject: Subject; verb: Verb }
  | { kind: "finished"; subject: Subject; verb: Verb; seconds: number }
  | { kind: "failed"; subject: Subject; verb: Verb; seconds: number }
  | { kind: "error"; urn: string | undefined; message: string }
  | { kind: "summary"; changes: Record<string, number> };

export interface ProgressOptions {
  /** Containers of the plan: name → subject. */
  containers: ReadonlyMap<string, Subject>;
  /** Milliseconds. @default the system's clock */
  now?: () => number;
}

const verbs: Readonly<Record<string, Verb>> = {
  create: "create",
  "create-replacement": "replace",
  update: "update",
  delete: "delete",
};

/** Follows the engine's events and tells what they mean for the services of a plan. */
export class Progress {
  /** Containers that need nothing more: unchanged or finished. */
  readonly settled = new Set<string>();
  /** Containers that could not be brought up. */
  readonly failed = new Set<string>();
  private readonly running = new Map<
    string,
    { subject: Subject; verb: Verb; since: number; container: string | undefined }
  >();
  private readonly now: () => number;

  constructor(private readonly options: ProgressOptions) {
    this.now = options.now ?? Date.now;
  }

  /** Labels of what is under way, longest first. */
  get underWay(): string[] {
    return [...this.running.values()].map((step) => step.subject.label);
  }

  /** Containers that are being brought up. */
  get containersUnderWay(): string[] {
    return [...this.running.values()].flatMap(({ container, verb }) =>
      container === undefined || verb === "delete" ? [] : [container],
    );
  }

  accept(event: EngineEvent): ProgressEvent[] {
    if (event.resourcePreEvent) return this.begin(event.resourcePreEvent.metadata);
    if (event.resOutputsEvent) return this.end(event.resOutputsEvent.metadata, "finished");
    if (event.resOpFailedEvent) return this.end(event.resOpFailedEvent.metadata, "failed");
    const diagnostic = event.diagnosticEvent;
    if (diagnostic?.severity === "error") {
      const message = stripColors(diagnostic.message).trim();
      // The engine closes with one that only says that there were others.
      if (message === "" || message === "update failed") return [];
      return [{ kind: "error", urn: diagnostic.urn, message }];
    }
    if (event.summaryEvent)
      return [{ kind: "summary", changes: { ...event.summaryEvent.resourceChanges } }];
    return [];
  }

  private begin(step: StepEventMetadata): ProgressEvent[] {
    const subject = this.subjectOf(step);
    const verb = verbs[step.op];
    if (subject === undefined) return [];
    if (verb === undefined) {
      if (step.op === "same") this.settle(step);
      return [];
    }
    this.running.set(step.urn, {
      ...{ subject, verb, since: this.now() },
      container: containerName(step),
    });
    return [{ kind: "started", subject, verb }];
  }

  private end(step: StepEventMetadata, kind: "finished" | "failed"): ProgressEvent[] {
    const started = this.running.get(step.urn);
    if (started === undefined || verbs[step.op] !== started.verb) return [];
    this.running.delete(step.urn);
    if (kind === "finished") this.settle(step);
    else {
      const name = containerName(step);
      if (name !== undefined) this.failed.add(name);
    }
    const { subject, verb, since } = started;
    return [{ kind, subject, verb, seconds: (this.now() - since) / 1000 }];
  }

  private settle(step: StepEventMetadata): void {
    const name = containerName(step);
    if (name !== undefined && step.op !== "delete") this.settled.add(name);
  }

  private subjectOf(step: StepEventMetadata): Subject | undefined {
    if (step.type === resourceTypes.image) {
      // Docker keeps the image that the engine lets go of: nothing is gone that is worth a line.
      return step.op === "delete" ? undefined : { label: givenName(step), kind: "image" };
    }
    const name = containerName(step);
    if (name === undefined) return undefined;
    return this.options.containers.get(name) ?? { label: name, kind: "service" };
  }
}

function containerName(step: StepEventMetadata): string | undefined {
  return step.type === resourceTypes.container ? givenName(step) : undefined;
}

/** The name that the object has in Docker. */
export function givenName(step: StepEventMetadata): string {
  const inputs = (step.new?.inputs ?? step.old?.inputs ?? {}) as Record<string, unknown>;
  return typeof inputs.name === "string" ? inputs.name : resourceName(step.urn);
}

/** The last part of "urn:pulumi:dev::berth::type::name". */
export function resourceName(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}

/** The engine marks colours as <{%reset%}>. */
export function stripColors(text: string): string {
  return text.replace(/<\{%[^%]*%\}>/g, "");
}
