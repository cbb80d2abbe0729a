import { containerNames } from "../../planning/naming";
import { serviceId, type Plan } from "../../planning/types";
import type { Subject } from "./progress";

/** Every container of a plan, replicas included, and what it is. */
export function containersOf(plan: Plan): Map<string, Subject> {
  return new Map(
    plan.services.flatMap((service) =>
      containerNames(service).map((name) => [
        name,
        { label: serviceId(service), kind: service.kind } satisfies Subject,
      ]),
    ),
  );
}
