import { ACTIONS, type BackfillPreview, type RunState, SKIP_REASONS } from "dagfill";
import { todayIn } from "../bounds";
import { dayOf } from "../days";
import { AGAIN, CREATE, type DayColumns, KEEP, KEEP_FAILED, type PlanView, TOKEN_COUNT } from "../model";

const skip = ACTIONS.indexOf("skip");
const create = ACTIONS.indexOf("create");
const reset = ACTIONS.indexOf("reset");
const existsFailed = SKIP_REASONS.indexOf("exists_failed");

/** A preview as columns that can be transferred to the page. One pass over the dates, no object a date. */
export function packPreview(preview: BackfillPreview, engine: number): PlanView {
  const begin = performance.now();
  // The columns are copies of their own: they can be transferred as they are.
  const columns = preview.columns();
  const { executionDate: dates, offsetSeconds: offsets, reason: reasons } = columns;
  const tokens = new Uint8Array(dates.length);
  for (let row = 0; row < dates.length; row++) {
    const action = columns.action[row];
    tokens[row] =
      action === create
        ? CREATE
        : action !== skip
          ? AGAIN
          : reasons[row] === existsFailed
            ? KEEP_FAILED
            : KEEP;
  }
  const days = groupByDay(dates, offsets, tokens);
  const ends = [preview.start, preview.end].map((end) => todayIn(preview.timeZone, Date.parse(end)));
  return {
    dagId: preview.dagId,
    timeZone: preview.timeZone,
    start: preview.start,
    end: preview.end,
    firstDay: Math.min(...ends),
    lastDay: Math.max(...ends),
    places: null,
    planHash: preview.planHash,
    total: dates.length,
    counts: { ...preview.counts },
    replaced: preview.counts.reset ? countReplaced(preview, dates, columns.action) : 0,
    dates,
    offsets,
    reasons,
    reasonNames: [...SKIP_REASONS],
    tokens,
    days,
    warnings: [...preview.warnings],
    clockChanges: preview.clockChanges.map((change) => ({
      ...change,
      // The day on which the clock still showed the time before.
      day: dayOf(Date.parse(change.at) - 1, change.offsetBefore),
    })),
    estimate: null,
    curve: [],
    timing: { engine, pack: performance.now() - begin },
  };
}

/** The buffers of a plan, for `postMessage`. */
export function buffersOf(plan: PlanView): ArrayBufferLike[] {
  const { day, first, count, tokens } = plan.days;
  return [plan.dates, plan.offsets, plan.reasons, plan.tokens, day, first, count, tokens].map(
    (array) => array.buffer,
  );
}

/** Rows of a civil day are neighbours, in either direction of the plan; days come out ascending. */
export function groupByDay(dates: Float64Array, offsets: Int32Array, tokens: Uint8Array): DayColumns {
  const day: number[] = [];
  const first: number[] = [];
  const count: number[] = [];
  let shares = new Uint32Array(1024 * TOKEN_COUNT);
  let at = -1;
  let current = Number.NaN;
  for (let row = 0; row < dates.length; row++) {
    const here = dayOf(dates[row] ?? 0, offsets[row] ?? 0);
    if (here !== current) {
      current = here;
      at++;
      day.push(here);
      first.push(row);
      count.push(0);
      if ((at + 1) * TOKEN_COUNT > shares.length) {
        const grown = new Uint32Array(shares.length * 2);
        grown.set(shares);
        shares = grown;
      }
    }
    count[at] = (count[at] ?? 0) + 1;
    const share = at * TOKEN_COUNT + (tokens[row] ?? 0);
    shares[share] = (shares[share] ?? 0) + 1;
  }
  const length = day.length;
  const columns: DayColumns = {
    day: Int32Array.from(day),
    first: Uint32Array.from(first),
    count: Uint32Array.from(count),
    tokens: shares.slice(0, length * TOKEN_COUNT),
  };
  if (length > 1 && (day[0] ?? 0) > (day[1] ?? 0)) reverse(columns);
  return columns;
}

function reverse(columns: DayColumns) {
  columns.day.reverse();
  columns.first.reverse();
  columns.count.reverse();
  const shares = new Uint32Array(columns.tokens.length);
  for (let at = 0; at < columns.day.length; at++) {
    const from = (columns.day.length - 1 - at) * TOKEN_COUNT;
    shares.set(columns.tokens.subarray(from, from + TOKEN_COUNT), at * TOKEN_COUNT);
  }
  columns.tokens = shares;
}

/** Successful results that the plan would clear. */
function countReplaced(preview: BackfillPreview, dates: Float64Array, actions: Uint8Array): number {
  const states = new Map<number, RunState>();
  for (const record of preview.existingRuns) states.set(Date.parse(record.executionDate), record.state);
  let count = 0;
  for (let row = 0; row < dates.length; row++)
    if (actions[row] === reset && states.get(dates[row] ?? 0) === "success") count++;
  return count;
}
