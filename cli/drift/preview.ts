import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import type { EngineStep } from "../../drift/engine";
import { givenName } from "../update/progress";

/** What the engine would change after a refresh. It writes nothing: neither state nor Docker. */
export async function previewRefreshed(stack: Stack): Promise<EngineStep[]> {
  const steps: EngineStep[] = [];
  const onEvent = ({ resourcePreEvent }: EngineEvent): void => {
    if (resourcePreEvent === undefined) return;
    const { metadata } = resourcePreEvent;
    const { op, type, diffs } = metadata;
    steps.push({ op, type, name: givenName(metadata), properties: diffs ?? [] });
  };
  await stack.preview({ refresh: true, color: "never", onEvent });
  return steps;
}
