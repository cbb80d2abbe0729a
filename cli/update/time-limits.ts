import type Docker from "dockerode";
import type { Plan } from "../../planning/types";

const look = 500;

/**
 * Ends jobs that run longer than they may, by killing their containers: what Docker then says is the
 * same as of any other job that failed. The provider's own limit comes later and is the last resort,
 * as it leaves the container running.
 */
export class TimeLimits {
  /** Limits in seconds of the jobs that were ended, by container. */
  readonly exceeded = new Map<string, number>();
  private readonly limits: ReadonlyMap<string, number>;
  /** When a container was first seen running: a remote host has a clock of its own. */
  private readonly seen = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;

  /** `underWay` gives the containers that are being brought up just now. */
  constructor(
    private readonly docker: Docker,
    plan: Plan,
    private readonly underWay: () => readonly string[],
  ) {
    this.limits = new Map(
      plan.services.flatMap(({ container, timeoutSeconds }) =>
        timeoutSeconds === null ? [] : [[container, timeoutSeconds]],
      ),
    );
    let busy = false;
    this.timer = setInterval(() => {
      if (busy) return;
      busy = true;
      void this.check().finally(() => (busy = false));
    }, look);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Looks once at every job that is under way. */
  async check(now = Date.now()): Promise<void> {
    const jobs = this.underWay().flatMap((container) => {
      const limit = this.limits.get(container);
      return limit === undefined ? [] : [{ container, limit }];
    });
    // It may not be there yet, or gone by now; a Docker that does not answer stops the update itself.
    for (const { container, limit } of jobs)
      await this.checkJob(container, limit, now).catch(() => undefined);
  }

  private async checkJob(container: string, limit: number, now: number): Promise<void> {
    const { Id, State } = await this.docker.getContainer(container).inspect();
    if (!State.Running) return;
    const since = this.seen.get(Id) ?? now;
    this.seen.set(Id, since);
    if (now - since < limit * 1000) return;
    // Killed, not stopped: one that ends well at a signal would count as done.
    await this.docker.getContainer(Id).kill();
    this.exceeded.set(container, limit);
  }
}
