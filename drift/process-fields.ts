import type { ContainerInspectInfo } from "dockerode";
import type { PlannedService } from "../planning/types";
import type { ImageInfo } from "./docker-state";
import type { Expectation } from "./fields";
import { json, list, type Comparison } from "./words";

/** What `docker inspect` has beyond the types of its client. */
type Config = ContainerInspectInfo["Config"] & { StopTimeout?: number; Healthcheck?: Healthcheck };
interface Healthcheck {
  Test?: string[];
  Interval?: number;
  Timeout?: number;
  StartPeriod?: number;
  Retries?: number;
}

/** What runs in a container, and how it is asked for its health. */
export function processFields(
  service: PlannedService,
  info: ContainerInspectInfo,
  { container, image, imageId }: Expectation,
): Comparison[] {
  const config = info.Config as Config;
  const { Entrypoint, Cmd, WorkingDir, User } = config;
  const entrypoint = service.entrypoint ?? list(image?.Config.Entrypoint);
  // Docker takes the image's command along with the image's entry point alone.
  const command = service.command ?? (service.entrypoint ? [] : list(image?.Config.Cmd));
  const whatItRuns: Comparison[] = [
    ["entry point", json(entrypoint), json(Entrypoint)],
    ["command", json(command), json(Cmd)],
  ];
  return [
    ["name", container, info.Name.replace(/^\//, "")],
    ["image", imageId ?? info.Image, info.Image],
    ...(image === undefined ? [] : whatItRuns),
    [
      "working directory",
      service.workingDirectory ?? image?.Config.WorkingDir ?? WorkingDir,
      WorkingDir,
    ],
    ["user", service.security.user ?? image?.Config.User ?? User, User],
    [
      "stop timeout",
      `${service.stopSeconds} s`,
      config.StopTimeout === undefined ? "none" : `${config.StopTimeout} s`,
    ],
    ["health check", healthText(plannedHealth(service, image)), healthText(config.Healthcheck)],
  ];
}

function plannedHealth(
  { health }: PlannedService,
  image: ImageInfo | undefined,
): Healthcheck | undefined {
  if (health === null) return (image?.Config as Config | undefined)?.Healthcheck;
  const second = 1e9;
  return {
    Test: health.test,
    Interval: health.intervalSeconds * second,
    Timeout: health.timeoutSeconds * second,
    StartPeriod: health.startPeriodSeconds * second,
    Retries: health.retries,
  };
}

function healthText(check: Healthcheck | undefined): string {
  if (check?.Test === undefined || check.Test.length === 0) return "none";
  const seconds = (nanoseconds = 0) => `${nanoseconds / 1e9} s`;
  const { Test, Interval, Timeout, StartPeriod, Retries = 0 } = check;
  return `${json(Test)} every ${seconds(Interval)}, ${seconds(Timeout)}, ${Retries} times, from ${seconds(StartPeriod)}`;
}
