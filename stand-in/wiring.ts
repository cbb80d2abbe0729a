import type { NeedState, StandInNeed, StandInSpec, Wiring } from "./contract";
import { probe } from "./probe";
import { resolveTarget, secretValues, withoutSecrets } from "./target";

/** Between two looks at a need that is reached. */
const steadyMs = 15_000;
/** Between the first attempts, while the others are still starting. */
const startingMs = 2_000;
const startingAttempts = 15;

/** Tries a specification's needs and knows how each of them stands. */
export class WiringMonitor {
  private readonly states: NeedState[];
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    private readonly spec: StandInSpec,
    private readonly env: NodeJS.ProcessEnv,
  ) {
    this.states = spec.needs.map((need) => initialState(need, env));
  }

  /** How everything stands now. */
  snapshot(): Wiring {
    const own = this.states.filter((state) => state.reach === "container");
    return {
      service: this.spec.service,
      container: this.spec.container,
      standIn: true,
      reason: this.spec.reason,
      needs: this.states.map((state) => ({ ...state })),
      allReached: own.every((state) => state.status === "reached"),
    };
  }

  /** Keeps trying every need of the container until `stop`. */
  start(): void {
    this.spec.needs.forEach((need, i) => {
      if (need.reach === "container") void this.follow(need, i, 1);
    });
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  /** Tries until every need is reached or `limitMs` has passed, as a job does. */
  async settle(limitMs: number, pauseMs = startingMs): Promise<Wiring> {
    const end = Date.now() + limitMs;
    for (;;) {
      await Promise.all(
        this.spec.needs.map(async (need, i) => {
          if (need.reach !== "container" || this.states[i]?.status === "reached") return;
          await this.attempt(need, i);
        }),
      );
      const wiring = this.snapshot();
      if (wiring.allReached || Date.now() + pauseMs > end) return wiring;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  private async follow(need: StandInNeed, i: number, attempt: number): Promise<void> {
    await this.attempt(need, i);
    const starting = this.states[i]?.status !== "reached" && attempt < startingAttempts;
    // A spread, so that dozens of stand-ins do not knock at one database in the same moment.
    const pause = (starting ? startingMs : steadyMs) * (0.9 + Math.random() * 0.2);
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      void this.follow(need, i, attempt + 1);
    }, pause);
    this.timers.add(timer);
  }

  private async attempt(need: StandInNeed, i: number): Promise<void> {
    const state = this.states[i];
    if (state === undefined) return;
    const [status, detail] = await tryNeed(need, this.env);
    state.status = status;
    state.detail = withoutSecrets(detail, secretValues(need, this.env));
    state.checkedAt = new Date().toISOString();
  }
}

async function tryNeed(
  need: StandInNeed,
  env: NodeJS.ProcessEnv,
): Promise<["reached" | "failed", string]> {
  if (need.kind === "job") return ["reached", "ran before this container started"];
  const resolved = resolveTarget(need, env);
  if (!resolved.ok) return ["failed", resolved.detail];
  try {
    return ["reached", await probe(need.kind, resolved.target)];
  } catch (error) {
    return ["failed", error instanceof Error ? error.message : String(error)];
  }
}

function initialState(need: StandInNeed, env: NodeJS.ProcessEnv): NeedState {
  const missing = Object.keys(need.variables ?? {}).filter((name) => !env[name]);
  const unset = missing.length > 0 ? `${missing.join(", ")} not set` : "";
  const common = { name: need.name, to: need.to, kind: need.kind, reach: need.reach };
  switch (need.reach) {
    case "container":
      return { ...common, status: "pending", detail: "not tried yet", checkedAt: null };
    case "browser":
      return { ...common, ...browserState(need, env), checkedAt: null };
    case "external":
      return {
        ...common,
        status: "external",
        detail: unset || "outside this host, not tried",
        checkedAt: null,
      };
  }
}

/** Whether the variables lead a browser where the plan says; the page itself then tries. */
function browserState(
  need: StandInNeed,
  env: NodeJS.ProcessEnv,
): Pick<NeedState, "status" | "detail" | "url"> {
  const resolved = resolveTarget(need, env);
  if (!resolved.ok) return { status: "failed", detail: resolved.detail };
  if (!/^https?:/.test(need.url ?? "")) {
    return { status: "browser", detail: "not an HTTP address: a page cannot try it" };
  }
  const detail = "open this service's page to try it from your browser";
  return { status: "browser", detail, ...(need.url !== undefined && { url: need.url }) };
}
