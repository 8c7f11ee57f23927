// The plan, or the backfill that runs, in one sentence, with the buttons that start and control it.
import { useEffect, useState } from "react";
import { errorWords } from "../error_words.js";
import { finishWords, type Locale, numberText } from "../locale.js";
import { CANCELED, startingOf } from "../plan/tokens.js";
import type { FinishBand } from "../planning/finish_band.js";
import type { PageBackfill } from "../use_backfill.js";
import { Controls } from "./controls.js";
import { FinishTrack, useFinishBand } from "./finish_bar.js";
import { missingWords } from "./no_plan.js";
import { Notices } from "./notices.js";
import { type PartProps, Root } from "./root.js";
import { doneWords, RunBar } from "./run_bar.js";
import { Legend } from "./state_legend.js";
import { useFocusKept } from "./use_focus_kept.js";

export interface PlanSummaryProps extends PartProps {
  backfill: PageBackfill;
  /** Buttons to run, pause, resume, cancel and retry. Default true. */
  controls?: boolean | undefined;
}

/** The plan in a sentence, its warnings, what is in the way, the progress of what runs, and the buttons. */
export function PlanSummary({ backfill, controls = true, className, style }: PlanSummaryProps) {
  const { locale, run, isStale, error, plan } = backfill;
  const band = useFinishBand(backfill);
  const { headline, detail } = wordsOf(backfill, band);
  const isRefused = error !== null && plan === null;
  // A notice that is removed takes its buttons with it.
  const focus = useFocusKept<HTMLElement>(`${backfill.unfinished.length} ${backfill.failure === null}`);
  return (
    <Root part="summary" className={className} style={style} focus={focus}>
      <header>
        <div>
          <p className={isRefused ? "dagfill-headline dagfill-bad" : "dagfill-headline"}>{headline}</p>
          {detail !== "" && <p>{detail}</p>}
          {isStale && error !== null && <p className="dagfill-warn">{locale.stale}</p>}
        </div>
        {controls && <Controls backfill={backfill} />}
      </header>
      {run !== null && <RunBar backfill={backfill} />}
      <FinishTrack backfill={backfill} band={band} />
      <Notices backfill={backfill} />
      {plan !== null && <Legend backfill={backfill} />}
      <Announcement text={detail === "" ? headline : `${headline}. ${detail}`} />
    </Root>
  );
}

function wordsOf(backfill: PageBackfill, band: FinishBand | null): { headline: string; detail: string } {
  const { locale, run, plan, counts, estimate, error } = backfill;
  if (run !== null) return runWords(backfill, band);
  const waits = missingWords(backfill);
  if (waits || plan === null)
    return { headline: waits ?? (error === null ? locale.planning : errorWords(locale, error)), detail: "" };
  const starting = startingOf(counts);
  if (starting === 0) return { headline: locale.nothingToRun, detail: "" };
  const headline = locale.willStart(starting, numberText(locale, starting));
  return { headline, detail: estimate === null ? "" : estimateWords(locale, estimate) };
}

function estimateWords(locale: Locale, estimate: NonNullable<PageBackfill["estimate"]>): string {
  const { makespan, late, samples } = estimate;
  // From now on: the estimate is as old as the plan.
  const finish = finishWords(locale, Date.now() + makespan);
  const latest = late === null ? null : finishWords(locale, Date.now() + late.makespan);
  return locale.estimate({ duration: locale.duration(makespan), finish, late: latest, samples });
}

function runWords(backfill: PageBackfill, band: FinishBand | null) {
  const { locale, progress, phase, run } = backfill;
  const headline = doneWords(backfill);
  if (progress === null) return { headline, detail: "" };
  const { failed, canceled, running } = progress;
  const stopped = run === null || canceled === 0 ? 0 : stoppedRuns(run);
  const hasEnded = phase === "finished" && canceled > 0;
  const facts = [
    hasEnded
      ? locale.canceledCount(stopped, canceled - stopped)
      : (locale.phase[phase as keyof Locale["phase"]] ?? phase),
  ];
  // How far the driver of a backfill that is watched has come.
  const state = phase === "watching" && run?.state !== "running" && run?.state;
  const words = state && locale.phase[state as keyof Locale["phase"]];
  if (words) facts.push(words);
  if (run?.isAsked) facts.push(locale.asked);
  if (failed > 0) facts.push(locale.failedCount(failed, numberText(locale, failed)));
  // The band below tells the same number.
  const left = band?.middle ?? run?.left;
  if (phase === "running" && left !== undefined) facts.push(locale.left(locale.duration(left)));
  if (phase === "canceling" && running > 0) facts.push(waitWords(backfill, running));
  const detail = `${facts.join(", ")}.`;
  return { headline, detail: detail.charAt(0).toLocaleUpperCase(locale.language) + detail.slice(1) };
}

/** A backfill that is canceled waits until its runs end; for runs that were told to stop at most `abortGrace`. */
function waitWords({ locale, run, options }: PageBackfill, running: number): string {
  const grace = options.abortGrace ?? 30_000;
  const limit = typeof grace === "number" ? locale.duration(grace) : grace;
  return locale.waiting(running, run?.isAborting ? limit : null);
}

/** Runs that had begun when the backfill was canceled. */
function stoppedRuns({ bars }: NonNullable<PageBackfill["run"]>): number {
  return new Set(bars.filter(({ token }) => token === CANCELED).map(({ row }) => row)).size;
}

/** Read aloud when the words have stood still for half a second. */
function Announcement({ text }: { text: string }) {
  const [said, setSaid] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSaid(text), 500);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <p role="status" className="dagfill-unseen">
      {said}
    </p>
  );
}
