import { CANCELED, englishDuration, FAILED, INTERRUPTED, QUEUED, RUNNING, SUCCESS } from "dagfill/planning";
import type { BackfillModel, FinishBand } from "dagfill/react";
import { useEffect, useRef, useState } from "react";
import { number, plural, readerTime, shortLocal } from "./days";
import { NumberField } from "./fields";
import type { ShownRun } from "./model";
import { Lanes } from "./parts";

export interface RunPanelProps {
  run: ShownRun;
  /** Dates by token, as in the legend: also at an instant of the past. */
  sums: readonly number[];
  model: BackfillModel;
  theme: string;
  scrub: number | null;
  onScrub: (instant: number | null) => void;
  onSelect: (row: number) => void;
  actions: {
    pause: () => void;
    unpause: () => void;
    setParallel: (lanes: number) => void;
    retry: () => void;
    leave: () => void;
  };
  onCancel: () => void;
}

/** A backfill while it runs, while another tab runs it, and when it has ended. */
export function RunPanel(props: RunPanelProps) {
  const { run, sums, model, theme, scrub, onScrub, onSelect, actions, onCancel } = props;
  const { progress, phase } = run;
  const due = progress.total - progress.skipped;
  // A date that was canceled is not done.
  const done = progress.completed + progress.failed;
  const percent = due === 0 ? 100 : Math.floor((done / due) * 100);
  const driving = phase === "running" || phase === "paused";
  const title = useRef<HTMLHeadingElement>(null);
  // The button that led here is gone.
  useEffect(() => {
    if (document.activeElement === document.body || document.activeElement?.id === "plan")
      title.current?.focus();
  }, []);
  const count = (token: number) => number(sums[token] ?? 0);
  const band = useBand(model, phase);
  return (
    <section className="run-panel" aria-labelledby="run-title">
      <header>
        <div>
          <h2 id="run-title" className="headline" tabIndex={-1} ref={title}>
            {number(done)} of {number(due)} done{phase === "finished" ? stateText(run) : ""}
          </h2>
          <p>{summary(run, percent, band)}</p>
        </div>
        <div className="go">
          {driving && (
            <NumberField
              label="Parallel runs"
              name="lanes"
              value={run.lanes}
              low={1}
              high={1000}
              onChange={(count) => actions.setParallel(Math.round(count))}
            />
          )}
          {phase === "running" && (
            <button type="button" onClick={actions.pause}>
              Pause
            </button>
          )}
          {phase === "paused" && (
            <button type="button" className="primary" onClick={actions.unpause}>
              Continue
            </button>
          )}
          {driving && (
            <button type="button" onClick={onCancel}>
              Cancel…
            </button>
          )}
          {phase === "canceling" && (
            <span>Stopping after {plural(progress.running, "running one", "running ones")}…</span>
          )}
          {phase === "finished" && progress.failed + progress.canceled > 0 && (
            <button type="button" className="primary" onClick={actions.retry}>
              Retry {progress.canceled ? "failed and stopped" : `these ${number(progress.failed)}`}
            </button>
          )}
          {(phase === "finished" || phase === "watching" || phase === "stopped") && (
            <button type="button" onClick={actions.leave}>
              {phase === "finished" ? "Edit a copy" : "Back to the plan"}
            </button>
          )}
        </div>
      </header>
      <div
        className={`bar ${phase}`}
        role="progressbar"
        aria-label="Dates done"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
      >
        <svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
          {segments(
            [SUCCESS, FAILED, CANCELED, RUNNING].map((token) => sums[token] ?? 0),
            due,
          ).map((part) => (
            <rect
              key={part.name}
              className={`t-${part.name}`}
              x={part.x}
              width={part.width}
              y="0"
              height="10"
            />
          ))}
        </svg>
      </div>
      <p className="counts">
        {scrub !== null && "At that moment: "}
        succeeded {count(SUCCESS)}, failed {count(FAILED)}, running {count(RUNNING)}, queued {count(QUEUED)}
        {(sums[CANCELED] ?? 0) > 0 && `, canceled ${count(CANCELED)}`}
        {(sums[INTERRUPTED] ?? 0) > 0 && `, interrupted ${count(INTERRUPTED)}`}
      </p>
      <Lanes run={run} band={band} theme={theme} until={scrub} onSelect={onSelect} />
      {phase === "finished" && <Scrubber run={run} scrub={scrub} onScrub={onScrub} />}
      <Failures run={run} onSelect={onSelect} />
      {run.warnings.map((warning) => (
        <p key={warning.code + warning.message} role="alert" className="warn">
          {warning.message}
        </p>
      ))}
      <Milestones key={run.backfillId} percent={percent} failed={progress.failed} phase={phase} />
    </section>
  );
}

function stateText(run: ShownRun): string {
  const { failed, canceled } = run.progress;
  if (canceled > 0) return `, ${number(canceled)} canceled`;
  return failed > 0 ? `, ${number(failed)} failed` : ", all succeeded";
}

/** Milliseconds between two looks at when a backfill ends. */
const EVERY = 2000;

/** When a running backfill ends, by its own runs: one answer for the words and the bar; null before enough of them have ended. */
function useBand(model: BackfillModel, phase: ShownRun["phase"]): FinishBand | null {
  const [band, setBand] = useState<FinishBand | null>(null);
  const isRunning = phase === "running";
  useEffect(() => {
    if (!isRunning) return;
    let isGone = false;
    const look = () =>
      model.finishBand().then(
        (seen) => !isGone && setBand(seen),
        () => {},
      );
    void look();
    const timer = setInterval(look, EVERY);
    return () => {
      isGone = true;
      clearInterval(timer);
      setBand(null);
    };
  }, [model, isRunning]);
  return band;
}

function summary(run: ShownRun, percent: number, band: FinishBand | null): string {
  const { median, phase } = run;
  const left = band?.middle ?? run.left;
  const parts = [`${percent} %.`];
  if (phase === "watching") parts.push("Another tab runs this backfill: view only.");
  if (phase === "paused") parts.push("Paused.");
  if (phase === "stopped")
    parts.push("It was interrupted, and nobody runs it now: resume or discard it above.");
  if (phase !== "finished" && phase !== "stopped" && left !== undefined)
    parts.push(`About ${englishDuration(left)} left.`);
  if (median !== null) parts.push(`Median of the last runs: ${englishDuration(median)}.`);
  parts.push(`Started ${readerTime(run.startedAt)}.`);
  parts.push("Simulated: no command is run.");
  return parts.join(" ");
}

function segments(counts: number[], due: number) {
  const names = ["success", "failed", "canceled", "running"] as const;
  let x = 0;
  return names.map((name, index) => {
    const width = due === 0 ? 0 : ((counts[index] ?? 0) / due) * 1000;
    const part = { name, x, width };
    x += width;
    return part;
  });
}

/** Moves through a finished run: the calendar and the lanes show what stood at that moment. */
function Scrubber({
  run,
  scrub,
  onScrub,
}: {
  run: ShownRun;
  scrub: number | null;
  onScrub: (instant: number | null) => void;
}) {
  const end = run.bars.reduce((latest, bar) => Math.max(latest, bar.end ?? bar.start), run.startedAt + 1);
  return (
    <label className="scrub">
      Review
      <input
        type="range"
        min={run.startedAt}
        max={end}
        step={Math.max(1, Math.round((end - run.startedAt) / 500))}
        value={scrub ?? end}
        aria-valuetext={`${englishDuration((scrub ?? end) - run.startedAt)} after the start`}
        onChange={(event) =>
          onScrub(Number(event.target.value) >= end - 1 ? null : Number(event.target.value))
        }
      />
      <span>{englishDuration((scrub ?? end) - run.startedAt)}</span>
    </label>
  );
}

function Failures({ run, onSelect }: { run: ShownRun; onSelect: (row: number) => void }) {
  const { failures, plan } = run;
  if (failures.length === 0) return null;
  return (
    <details className="failures">
      <summary>{plural(failures.length, "failed attempt")}</summary>
      <ul>
        {failures.slice(-50).map(({ row, error }, at) => (
          <li key={`${row}-${failures.length - at}`}>
            <button type="button" className="link" onClick={() => onSelect(row)}>
              {shortLocal(new Date((plan.dates[row] ?? 0) + (plan.offsets[row] ?? 0) * 1000).toISOString())}
            </button>{" "}
            {error}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** A word at each tenth and at the first failure, at the moment that it is true; the end is said at once. */
function Milestones({
  percent,
  failed,
  phase,
}: {
  percent: number;
  failed: number;
  phase: ShownRun["phase"];
}) {
  const tenth = Math.floor(percent / 10) * 10;
  const [stopped, setStopped] = useState("");
  const before = useRef(phase);
  useEffect(() => {
    if (before.current !== phase && phase === "finished")
      setStopped(percent < 100 ? "Stopped." : "Finished.");
    before.current = phase;
  }, [phase, percent]);
  return (
    <>
      <p role="status" className="hidden">
        {tenth} percent done.{failed > 0 && " There are failures."}
      </p>
      <p role="alert" className="hidden">
        {stopped}
      </p>
    </>
  );
}
