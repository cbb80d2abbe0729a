import { exitCodes } from "../exit-codes";
import { loadPlan, requireSettings } from "../load-plan";
import { reachDocker } from "../machine/docker";
import { dataColors, print } from "../terminal";
import { isWell, observeServices, serviceTable } from "./service-table";

/** How the services of a stack are, by its plan and by Docker. */
export async function showStatus(options: { stack: string; json?: boolean }): Promise<void> {
  const loaded = loadPlan(options.stack, { here: true });
  const settings = requireSettings(loaded);
  const { plan } = loaded;
  const statuses = await observeServices(await reachDocker(settings), plan);
  print(options.json ? JSON.stringify(statuses, null, 2) : serviceTable(statuses, dataColors));
  process.exitCode = statuses.every(isWell) ? exitCodes.ok : exitCodes.failed;
}
