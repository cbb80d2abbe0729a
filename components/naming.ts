import { compare } from "../planning/compare";
import type { PlannedService } from "../planning/types";

/** Labels that every Docker object of Berth's carries; they never change for one service. */
export function labels(values: {
  stack: string;
  environment: string;
  system: string;
  project?: string;
  service?: string;
}): { label: string; value: string }[] {
  return Object.entries(values)
    .map(([key, value]) => ({ label: `berth.${key}`, value }))
    .sort((a, b) => compare(a.label, b.label));
}

/** Label with the id of the state that made a container. */
export const stateLabel = "berth.state";

/** Label with the ids of a job's targets: it changes with them, and so the job runs again. */
export const targetsLabel = "berth.targets";

/** Seconds in the form in which Docker gives them back; any other is an update for ever. */
export function goDuration(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = seconds % 60;
  if (hours > 0) return `${hours}h${minutes}m${rest}s`;
  return minutes > 0 ? `${minutes}m${rest}s` : `${rest}s`;
}

/** In whole megabytes, or Docker would be given a fraction. */
export function logLimits({ logs }: Pick<PlannedService, "logs">): Record<string, string> {
  return {
    "max-size": `${Math.floor(logs.fileBytes / 1e6)}m`,
    "max-file": String(logs.files),
  };
}
