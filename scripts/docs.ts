import { loadCatalogue } from "../config/catalogue";
import { roles } from "../config/schema/common";
import { loadStacks } from "../config/stack-files";
import { planStack } from "../planning/plan";
import { renderSvg } from "../planning/render/svg";
import { serviceId, type Plan, type PlannedService } from "../planning/types";

const marker = /(<!-- urls:.*?-->\n)[^]*?(<!-- \/urls -->)/;

function planOf(root: string, stack: string): Plan {
  const { stacks } = loadStacks(root);
  return planStack({ catalogue: loadCatalogue(), stacks, stack });
}

/** README's text with its table of URLs as the plans of dev and prod have them. */
export function readmeWithUrls(root: string, text: string): string {
  const [dev, prod] = [planOf(root, "dev"), planOf(root, "prod")];
  const addresses = new Map<string, { dev: string; prod: string; role: string }>();
  for (const [environment, plan] of [
    ["dev", dev],
    ["prod", prod],
  ] as const) {
    for (const service of plan.services) {
      const address = service.url ?? (service.ports[0] ? `localhost:${service.ports[0].host}` : "");
      if (address === "") continue;
      const row = addresses.get(serviceId(service)) ?? { dev: "", prod: "", role: roleOf(service) };
      addresses.set(serviceId(service), { ...row, [environment]: address });
    }
  }
  const rows = [...addresses]
    .sort(([, a], [, b]) => (last(a) < last(b) ? -1 : 1))
    .map(([id, row]) => `| ${id} | ${row.role} | ${row.dev || "–"} | ${row.prod || "–"} |`);
  const table = ["| Service | Role | dev | prod |", "| --- | --- | --- | --- |", ...rows].join(
    "\n",
  );
  return text.replace(marker, `$1\n${table}\n\n$2`);
}

/** What is found at a service's address: its most exposed web interface, if it has one. */
function roleOf({ endpoints, role }: PlannedService): string {
  const web = endpoints.filter(({ protocol }) => protocol === "http");
  return roles.find((one) => web.some((endpoint) => endpoint.role === one)) ?? role;
}

/** Order by the digits that both environments share. */
function last(row: { dev: string; prod: string }): string {
  return (row.dev || row.prod).slice(-3);
}

/** The picture of the five systems in dev. */
export function systemsPicture(root: string): string {
  return renderSvg(planOf(root, "dev"));
}
