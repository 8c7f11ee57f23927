// The summary after a backfill: counts, failures, and the next command to type.
import type { Backfill, BackfillEvent, BackfillResult, Progress, RunResult, SkipReason } from "../face.js";
import { skippedBy } from "./calendar.js";
import { datesInRuns } from "./chunk_runs.js";
import { FailedTasks } from "./failed_tasks.js";
import { localDate } from "./local_date.js";
import { duration, endedOf } from "./progress.js";
import { type ExitCode, exitCodes, runError } from "./report_error.js";
import type { Style } from "./terminal.js";
import { dagFlag, quoted, typedLine } from "./typed_line.js";
import type { Request } from "./verb.js";

const mostFailures = 10;

function styleOf({ state, unfinished }: BackfillResult, elsewhere: number): Style {
  if (state !== "success") return "red";
  return unfinished + elsewhere > 0 ? "yellow" : "green";
}

export class Outcome {
  private readonly failures: RunResult[] = [];
  private readonly failedTasks = new FailedTasks();

  constructor(
    private readonly backfill: Backfill,
    private readonly request: Request,
    /** Since when this process drives the backfill, in epoch milliseconds. The time before a resume does not count. */
    private readonly began: number,
  ) {}

  /** Remembers the failures, as many as will be shown. */
  see(event: BackfillEvent): void {
    this.failedTasks.see(event);
    if (event.type === "run-failed" && this.failures.length < mostFailures) this.failures.push(event.run);
  }

  showResult(result: BackfillResult): ExitCode {
    const code = result.state === "success" && result.unfinished === 0 ? exitCodes.ok : exitCodes.failed;
    if (this.request.json) return code;
    const { terminal } = this.request;
    const { totalDates, completed, failed, skipped, canceled } = result;
    const parts = [
      `${completed} succeeded`,
      ...(failed > 0 ? [terminal.paint("red", `${failed} failed`)] : []),
      ...(skipped > 0 ? [`${skipped} skipped`] : []),
      ...(canceled > 0 ? [terminal.paint("yellow", `${canceled} canceled`)] : []),
    ];
    const took = duration(Date.parse(result.finishedAt) - Math.max(Date.parse(result.startedAt), this.began));
    const dates = datesInRuns(totalDates, this.backfill.preview, this.request.values);
    const elsewhere = this.skipped().get("in_flight") ?? 0;
    terminal.line();
    terminal.line(
      `${terminal.paint(styleOf(result, elsewhere), result.state)}  ${dates}: ${parts.join(", ")}, in ${took}`,
    );
    for (const run of this.failures) {
      const start = `  ${localDate(run.executionDate, this.backfill.preview.timeZone)}  `;
      terminal.line(`${start}${runError(run.error, Math.max(20, terminal.width - start.length))}`);
    }
    if (failed > this.failures.length)
      terminal.line(terminal.paint("dim", `  and ${failed - this.failures.length} more`));
    const { failedTasks = 0 } = result;
    if (failedTasks > 0) {
      const what = failedTasks === 1 ? "1 task" : `${failedTasks} tasks`;
      terminal.line(
        `${terminal.paint("yellow", "warning")}  ${what} failed, or did not run for the date before, in runs that still succeeded`,
      );
      const { positionals, values } = this.request;
      const { dagId, timeZone } = this.backfill.preview;
      const place = { file: positionals[0] ?? "", dagId, timeZone, servers: values };
      const hint = this.failedTasks.hint(place);
      if (hint !== undefined && values.store !== ":memory:") this.hint(hint);
    }
    if (elsewhere > 0) {
      const are = elsewhere === 1 ? "1 date was" : `${elsewhere} dates were`;
      terminal.line(
        `${terminal.paint("yellow", "in flight")}  ${are} left alone, and not counted as unfinished`,
      );
    }
    if (result.unfinished > 0) this.showUnfinished(result);
    else this.hintAtDone();
    return code;
  }

  /** `progress`: what the store has. */
  showInterrupted(progress: Progress): ExitCode {
    const { terminal, json, positionals, values } = this.request;
    const { backfillId } = this.backfill;
    if (json) {
      terminal.line(
        JSON.stringify({ type: "interrupted", at: new Date().toISOString(), backfillId, progress }),
      );
      return exitCodes.interrupted;
    }
    terminal.line();
    terminal.line(
      `${terminal.paint("yellow", "interrupted")}  ${endedOf(progress)} of ${progress.total} dates have ended`,
    );
    if (this.isGone()) return exitCodes.interrupted;
    const which = [positionals[0] ?? "", backfillId].map(quoted).join(" ");
    this.hint(typedLine("to continue", `resume ${which}`, values));
    return exitCodes.interrupted;
  }

  /** How many dates were asked for and have not succeeded, why, and which flag takes them. */
  private showUnfinished({ unfinished, failed, canceled }: BackfillResult): void {
    const { terminal } = this.request;
    const before = this.skipped().get("exists_failed") ?? 0;
    const counts = {
      failed,
      canceled,
      exists_failed: before,
      depends_on_past: unfinished - failed - canceled - before,
    };
    const why = Object.entries(counts).flatMap(([reason, count]) =>
      count > 0 ? [`${count} ${reason}`] : [],
    );
    terminal.line(
      `${terminal.paint("yellow", "unfinished")}  ${unfinished} ${unfinished === 1 ? "date has" : "dates have"} not succeeded: ${why.join(", ")}`,
    );
    const { verb, positionals, values } = this.request;
    if (failed + canceled + before === 0)
      this.hint("they wait for the run before them: when it has succeeded, run the same command again");
    else if (this.isGone()) return;
    else if (verb !== "run" || failed + before > 0 || values.backfillId !== undefined) {
      // The id of a backfill is used once. A retry without dates would take the runs of other ranges, too.
      const { dagId, start, end, timeZone } = this.backfill.preview;
      const range = `--from ${localDate(start, timeZone)} --to ${localDate(end, timeZone)}`;
      const which = `${quoted(positionals[0] ?? "")}${dagFlag(dagId)} ${range}`;
      this.hint(typedLine("to run them again", `retry ${which}`, values));
    } else this.hint("the same command runs the canceled dates again");
  }

  /** Whether the runs were in memory only, so that no later command finds them. Prints a hint if so. */
  private isGone(): boolean {
    if (this.request.values.store !== ":memory:") return false;
    this.hint("these runs were kept in memory only: with --store FILE, a later command finds them");
    return true;
  }

  /** Prints a hint if nothing was started because every date is done. */
  private hintAtDone(): void {
    const { total } = this.backfill.preview.counts;
    if (total > 0 && this.skipped().get("exists_success") === total)
      this.hint("every date is done: nothing was started; --reset runs them again");
  }

  /** How many dates the plan skips, by reason. */
  private skipped(): Map<SkipReason, number> {
    return skippedBy(this.backfill.preview);
  }

  private hint(text: string): void {
    const { terminal } = this.request;
    terminal.line(`${terminal.paint("cyan", "hint")} ${text}`);
  }
}
