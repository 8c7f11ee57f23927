// How a backfill ended, for people: counts, the failures, and what to type next.
import {
  type Backfill,
  type BackfillEvent,
  type BackfillResult,
  type RunResult,
  SKIP_REASONS,
} from "../face.js";
import { duration } from "./progress.js";
import { type ExitCode, exitCodes, runError } from "./report_error.js";
import type { Request } from "./verb.js";

const mostFailures = 10;

export class Outcome {
  private readonly failures: RunResult[] = [];

  constructor(
    private readonly backfill: Backfill,
    private readonly request: Request,
  ) {}

  /** Remembers the failures, as many as will be shown. */
  see(event: BackfillEvent): void {
    if (event.type === "run-failed" && this.failures.length < mostFailures) this.failures.push(event.run);
  }

  showResult(result: BackfillResult): ExitCode {
    const code = result.state === "success" ? exitCodes.ok : exitCodes.failed;
    if (this.request.json) return code;
    const { terminal } = this.request;
    const { totalDates, completed, failed, skipped, canceled } = result;
    const parts = [
      `${completed} succeeded`,
      ...(failed > 0 ? [terminal.paint("red", `${failed} failed`)] : []),
      ...(skipped > 0 ? [`${skipped} skipped`] : []),
      ...(canceled > 0 ? [terminal.paint("yellow", `${canceled} canceled`)] : []),
    ];
    const took = duration(Date.parse(result.finishedAt) - Date.parse(result.startedAt));
    terminal.line();
    terminal.line(
      `${terminal.paint(code === exitCodes.ok ? "green" : "red", result.state)}  ${totalDates} ${totalDates === 1 ? "date" : "dates"}: ${parts.join(", ")}, in ${took}`,
    );
    for (const run of this.failures) {
      const start = `  ${run.executionDate}  `;
      terminal.line(`${start}${runError(run.error, Math.max(20, terminal.width - start.length))}`);
    }
    if (failed > this.failures.length)
      terminal.line(terminal.paint("dim", `  and ${failed - this.failures.length} more`));
    if (failed > 0) this.hint("--rerun-failed runs the failed dates again");
    else this.hintAtSkipped();
    return code;
  }

  showInterrupted(): ExitCode {
    const { terminal, json, positionals, values } = this.request;
    const { backfillId, progress } = this.backfill;
    if (json) {
      terminal.line(
        JSON.stringify({ type: "interrupted", at: new Date().toISOString(), backfillId, progress }),
      );
      return exitCodes.interrupted;
    }
    const store = typeof values.store === "string" ? ` --store ${values.store}` : "";
    terminal.line();
    terminal.line(
      `${terminal.paint("yellow", "interrupted")}  ${progress.total - progress.remaining} of ${progress.total} dates have ended`,
    );
    this.hint(`go on: dagfill resume ${positionals[0]} ${backfillId}${store}`);
    return exitCodes.interrupted;
  }

  /** Nothing ran, and it may not be plain why. */
  private hintAtSkipped(): void {
    const { counts } = this.backfill.preview;
    if (counts.skip === 0 || counts.skip < counts.total) return;
    const reasons = new Set([...new Set(this.backfill.preview.columns().reason)].map((n) => SKIP_REASONS[n]));
    if (reasons.has("exists_failed")) this.hint("some dates failed before: --rerun-failed runs them again");
    else if (reasons.size === 1 && reasons.has("exists_success"))
      this.hint("every date is done: nothing was started; --reset runs them again");
  }

  private hint(text: string): void {
    const { terminal } = this.request;
    terminal.line(`${terminal.paint("cyan", "hint")} ${text}`);
  }
}
