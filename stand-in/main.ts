import { controlPort, parseSpec, specVariable, type StandInSpec, type Wiring } from "./contract";
import { serveControl, serveEndpoint } from "./server";
import { WiringMonitor } from "./wiring";

/** How long a job waits for its needs. */
const jobLimitMs = 60_000;

async function main(): Promise<void> {
  // The first process of a container gets no default action for a signal.
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => process.exit(0));
  const spec = parseSpec(process.env[specVariable]);
  const monitor = new WiringMonitor(spec, process.env);
  console.log(`${spec.service}: stand-in: ${spec.reason}`);
  if (spec.kind === "job") process.exit(report(await monitor.settle(jobLimitMs)) ? 0 : 1);
  await serve(spec, monitor);
}

async function serve(spec: StandInSpec, monitor: WiringMonitor): Promise<void> {
  const wiring = (): Wiring => monitor.snapshot();
  for (const endpoint of spec.endpoints) {
    await serveEndpoint(spec, endpoint, wiring);
    console.log(`${spec.service}: ${endpoint.name} listens on port ${endpoint.port}`);
  }
  await serveControl(spec, controlPort, wiring);
  monitor.start();
}

function report(wiring: Wiring): boolean {
  for (const need of wiring.needs) {
    console.log(`${need.name} → ${need.to}: ${need.status}: ${need.detail}`);
  }
  return wiring.allReached;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
