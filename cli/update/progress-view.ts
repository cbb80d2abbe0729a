import { MultiBar, type SingleBar } from "cli-progress";
import { colors, formatSeconds, isLive } from "../terminal";
import type { Progress, ProgressEvent, Verb } from "./progress";

/** Progress on stderr: a line for each service, and on a terminal a bar below them. */
export class ProgressView {
  private readonly bars: MultiBar | undefined;
  private readonly bar: SingleBar | undefined;
  private readonly started = Date.now();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly progress: Progress,
    total: number,
  ) {
    if (!isLive()) return;
    this.bars = new MultiBar({
      format: `{bar} {value}/{total} ready  {elapsed}  {current}`,
      barCompleteChar: "█",
      barIncompleteChar: "░",
      barsize: 24,
      hideCursor: true,
      clearOnComplete: true,
      linewrap: false,
      stream: process.stderr,
      // Berth ends an update itself, and restores the cursor when it does.
      gracefulExit: false,
    });
    this.bar = this.bars.create(total, 0, { elapsed: "", current: "" });
    this.timer = setInterval(() => this.refresh(), 500);
  }

  show(event: ProgressEvent): void {
    const line = progressLine(event);
    if (line !== undefined) this.write(line);
    this.refresh();
  }

  stop(): void {
    clearInterval(this.timer);
    this.bars?.stop();
  }

  private write(line: string): void {
    if (this.bars) this.bars.log(`${line}\n`);
    else process.stderr.write(`${line}\n`);
  }

  private refresh(): void {
    const width = Math.max(20, (process.stderr.columns ?? 80) - 50);
    const current = this.progress.underWay.join(", ");
    this.bar?.update(this.progress.settled.size, {
      elapsed: formatSeconds((Date.now() - this.started) / 1000),
      current: current.length > width ? `${current.slice(0, width - 1)}…` : current,
    });
  }
}

const doing: Readonly<Record<Verb, string>> = {
  create: "starting",
  update: "updating",
  replace: "replacing",
  delete: "stopping",
};

/** A line for a person; undefined for what the end of the update tells. */
export function progressLine(event: ProgressEvent): string | undefined {
  switch (event.kind) {
    case "started": {
      const what = event.subject.kind === "image" ? "getting the image" : doing[event.verb];
      return `  ${colors.dim("·")} ${event.subject.label}  ${colors.dim(what)}`;
    }
    case "finished":
      return `  ${colors.green("✓")} ${event.subject.label}  ${outcome(event)} ${colors.dim(`in ${formatSeconds(event.seconds)}`)}`;
    case "failed":
      return `  ${colors.red("✗")} ${event.subject.label}  ${colors.red("failed")} ${colors.dim(`after ${formatSeconds(event.seconds)}`)}`;
    case "error":
    case "summary":
      return undefined;
  }
}

function outcome(event: Extract<ProgressEvent, { kind: "finished" }>): string {
  if (event.verb === "delete") return "gone";
  switch (event.subject.kind) {
    case "service":
      return event.verb === "update" ? "updated" : "healthy";
    case "job":
      return "done";
    case "image":
      return "there";
  }
}
