// biome-ignore-all lint/a11y/useSemanticElements: a group of buttons is no fieldset.

import {
  AGAIN,
  CREATE,
  englishDuration,
  englishStates,
  INTERRUPTED,
  KEEP,
  KEEP_FAILED,
  TOKENS,
} from "dagfill/planning";
import { useEffect, useRef, useState } from "react";
import { number, plural, readerTime } from "./days";
import { Glyph } from "./Glyph";
import type { Draft, Samples } from "./model";
import { samplesText } from "./samples";
import type { PlanState } from "./usePlan";

/** Why the plan cannot be run, or null. */
export type Obstacle = string | null;

/** One sentence on what will happen, and the button that makes it happen. */
export function Verdict(props: {
  draft: Draft;
  sums: number[];
  estimate: PlanState["estimate"];
  stale: boolean;
  /** The plan is still that of the DAG before: its numbers are not shown under the name of this one. */
  planning: boolean;
  samples: Samples;
  /** The number of dates whose earlier run is made up, by token. */
  madeUp: readonly number[];
  /** Dates of the plan that are outside of the DAG's own dates. */
  outside: number;
  obstacle: Obstacle;
  onRun: () => void;
  onOwnDates: () => void;
}) {
  const { draft, sums, estimate, stale, planning, samples, madeUp, outside, obstacle, onRun, onOwnDates } =
    props;
  const starting = (sums[CREATE] ?? 0) + (sums[AGAIN] ?? 0);
  const kept = (sums[KEEP] ?? 0) + (sums[KEEP_FAILED] ?? 0);
  const interrupted = sums[INTERRUPTED] ?? 0;
  const detail = [
    `${number(sums[CREATE] ?? 0)} new`,
    `${number(sums[AGAIN] ?? 0)} again${madeUpRemark(madeUp[AGAIN] ?? 0, samples)}`,
    `${number(kept)} left alone${madeUpRemark((madeUp[KEEP] ?? 0) + (madeUp[KEEP_FAILED] ?? 0), samples)}`,
    ...(interrupted > 0 ? [`${number(interrupted)} interrupted`] : []),
  ].join(", ");
  const about = estimate
    ? ` About ${englishDuration(estimate.makespan)} with ${plural(draft.parallel, "lane")} at ${englishDuration(draft.simulation.seconds * 1000)} a run${ending(estimate.makespan)}.`
    : "";
  const beyond =
    outside > 0 ? `${plural(outside, "date is", "dates are")} outside the DAG's own dates.` : null;
  const sentence = `${plural(starting, "run")} will start. ${detail}.${about}${beyond ? ` ${beyond}` : ""}`;
  return (
    <div className="verdict">
      <div>
        <p className="headline">
          {planning
            ? "Planning…"
            : starting === 0
              ? "Nothing to run"
              : `${plural(starting, "run")} will start`}
        </p>
        <p>{planning ? "\u00a0" : `${detail}.${about}`}</p>
        {beyond !== null && (
          <p className="warn" data-testid="outside">
            {beyond}{" "}
            <button type="button" className="link" onClick={onOwnDates}>
              Keep to the DAG's dates
            </button>
          </p>
        )}
        {stale && <p className="warn">Showing the last valid plan.</p>}
        <Announcement text={planning ? "Planning…" : sentence} />
      </div>
      <div className="go">
        <button
          type="button"
          className="primary"
          disabled={obstacle !== null || starting === 0}
          aria-describedby="obstacle"
          onClick={onRun}
        >
          Run {plural(starting, "run")}
        </button>
        <span id="obstacle" className="note bad">
          {obstacle}
        </span>
      </div>
    </div>
  );
}

const madeUpRemark = (count: number, samples: Samples) =>
  count > 0 ? ` (${samplesText(count, samples)} of them made up)` : "";

/** When it would end if it began now, on the clock of the reader. */
function ending(makespan: number): string {
  const end = Date.now() + makespan;
  return Number.isFinite(new Date(end).getTime()) ? ` (finish ${readerTime(end)})` : "";
}

/** Read aloud when the numbers have stood still for half a second. */
export function Announcement({ text }: { text: string }) {
  const [said, setSaid] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSaid(text), 500);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <p role="status" className="hidden">
      {said}
    </p>
  );
}

const NO_DIFFERENCE: number[] = [];

/** Counts by token; each is a filter. A change of the form shows its difference for two seconds; records that come in by themselves, as the
 *  sample history behind the first plan, show none. `asked` is what the plan was made of, or null while a backfill is shown. */
export function Legend({
  asked,
  sums,
  hidden,
  toggle,
}: {
  asked: Draft | null;
  sums: number[];
  hidden: ReadonlySet<number>;
  toggle: (token: number) => void;
}) {
  const live = asked === null;
  const before = useRef({ asked, sums });
  const [difference, setDifference] = useState(NO_DIFFERENCE);
  useEffect(() => {
    const last = before.current;
    before.current = { asked, sums };
    if (asked === null || last.asked === null || asked === last.asked) return;
    const change = sums.map((sum, token) => sum - (last.sums[token] ?? 0));
    if (change.some((by) => by !== 0)) setDifference(change);
  }, [asked, sums]);
  useEffect(() => {
    if (difference === NO_DIFFERENCE) return;
    const timer = setTimeout(() => setDifference(NO_DIFFERENCE), 2000);
    return () => clearTimeout(timer);
  }, [difference]);
  return (
    <div className="legend" role="group" aria-label="Show">
      {TOKENS.map((token, index) => {
        const sum = sums[index] ?? 0;
        const by = difference[index] ?? 0;
        // While a backfill runs, a state without dates is not shown: the dates have gone on to the next one.
        if (sum === 0 && (live || (by === 0 && index > AGAIN))) return null;
        return (
          <button
            key={token}
            type="button"
            aria-pressed={!hidden.has(index)}
            title={englishStates.meaning[token]}
            onClick={() => toggle(index)}
          >
            <Glyph token={token} /> {englishStates.token[token]} <b>{number(sum)}</b>
            {by !== 0 && !live && index <= KEEP_FAILED && (
              <i>
                {by > 0 ? "+" : "−"}
                {number(Math.abs(by))}
              </i>
            )}
          </button>
        );
      })}
    </div>
  );
}
