import { containerNames } from "../planning/naming";
import { containerFindings, extraContainers, nameOf, type Expected } from "./containers";
import type { DockerState } from "./docker-state";
import { findingOf } from "./finding";
import { networkFindings } from "./networks";
import type { Finding } from "./types";
import { volumeFindings } from "./volumes";

/** Everything in which Docker is not as planned. */
export function compareWithDocker(expected: Expected, docker: DockerState): Finding[] {
  return [
    ...containerFindings(expected, docker),
    ...extraContainers(expected, docker),
    ...networkFindings(expected, docker),
    ...volumeFindings(expected, docker),
    ...imageFindings(expected, docker),
  ];
}

/** Planned images that the host does not have, where a container is that would run one. */
function imageFindings({ plan, imageOf }: Expected, docker: DockerState): Finding[] {
  const present = new Set(docker.containers.map(nameOf));
  const wanted = plan.services
    .filter((service) => containerNames(service).some((name) => present.has(name)))
    .flatMap((service) => imageOf(service) ?? []);
  const missing = wanted.filter((reference) => !docker.images.has(reference));
  return [...new Set(missing)].map((name) => findingOf(plan, "missing", "image", name));
}
