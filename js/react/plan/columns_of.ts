// From a preview to the columns that a page draws: one pass over the dates, no object a date.
import { ACTIONS, type Action, type BackfillPreview, type RunState, SKIP_REASONS } from "../../face.js";
import { groupByDay } from "./day_columns.js";
import { dayOf } from "./days.js";
import { type PlanColumns, reasonIn } from "./plan_columns.js";
import { AGAIN, CREATE, INTERRUPTED, KEEP, KEEP_FAILED } from "./tokens.js";
import { dayIn, zoneTime } from "./zone_clock.js";

const INSTANTS = /\b\d{4}-\d\d-\d\dT[\d:.]+Z/g;

/** An instant in a sentence, on the clock of the schedule: midnight is its day alone. */
const shortTime = (at: string, zone: string) => zoneTime(at, zone).replace(/ 00:00 .*/, "");

/** The columns of a preview; their buffers are the caller's own. */
export function columnsOf(preview: BackfillPreview): PlanColumns {
  const columns = preview.columns();
  const places = placesByDate(columns.executionDate);
  const sorted = <T extends Float64Array | Int32Array | Uint8Array>(column: T): T =>
    places === null ? column : (column.map((_, at) => column[places[at] as number] as number) as T);
  const [dates, offsets] = [sorted(columns.executionDate), sorted(columns.offsetSeconds)];
  const [actions, reasons] = [sorted(columns.action), sorted(columns.reason)];
  const tokens = tokensOf(preview, actions, reasons);
  const edge = (at: string, row: number) => dayIn(preview.timeZone, Date.parse(at), offsets.at(row));
  const [oldest, newest] = (dates[0] ?? 0) <= (dates.at(-1) ?? 0) ? [0, -1] : [-1, 0];
  const { dagId, timeZone, start, end, planHash, counts } = preview;
  return {
    ...{ dagId, timeZone, start, end, planHash, total: dates.length, counts: { ...counts } },
    firstDay: edge(start, oldest),
    lastDay: edge(end, newest),
    replaced: counts.reset > 0 ? countReplaced(preview, dates, actions) : 0,
    dates,
    offsets,
    reasons,
    reasonNames: [...SKIP_REASONS],
    tokens,
    places,
    days: groupByDay(dates, offsets, tokens),
    warnings: preview.warnings.map((warning) => ({
      ...warning,
      // `bounds_cut_day` says which local time an instant of UTC is: it keeps that instant.
      message:
        warning.code === "bounds_cut_day"
          ? warning.message
          : warning.message.replace(INSTANTS, (at) => shortTime(at, preview.timeZone)),
    })),
    clockChanges: preview.clockChanges.map((change) => ({
      ...change,
      // The day on which the clock still showed the time before.
      day: dayOf(Date.parse(change.at) - 1, change.offsetBefore),
    })),
  };
}

const REASONS = SKIP_REASONS.length;

function tokensOf(preview: BackfillPreview, actions: Uint8Array, reasons: Uint8Array) {
  // The table by action and reason, and the loop, are for speed: a call of `tokenOf` or of `map` for each of a million rows takes longer.
  const table = Uint8Array.from(
    ACTIONS.flatMap((action) => SKIP_REASONS.map((reason) => tokenOf(action, reasonIn(preview, reason)))),
  );
  const tokens = new Uint8Array(actions.length);
  for (let row = 0; row < tokens.length; row++)
    tokens[row] = table[(actions[row] as number) * REASONS + (reasons[row] as number)] as number;
  return tokens;
}

function tokenOf(action: Action, reason: ReturnType<typeof reasonIn>): number {
  if (action !== "skip") return action === "create" ? CREATE : AGAIN;
  if (reason === "interrupted") return INTERRUPTED;
  return reason === "exists_failed" ? KEEP_FAILED : KEEP;
}

/** The rows in order of their dates, where they are in no direction: the orders "bisect" and "failed-first". */
function placesByDate(dates: Float64Array): Uint32Array | null {
  let [isUp, isDown] = [true, true];
  for (let row = 1; row < dates.length && (isUp || isDown); row++) {
    if ((dates[row] as number) > (dates[row - 1] as number)) isDown = false;
    else isUp = false;
  }
  if (isUp || isDown) return null;
  return Uint32Array.from(dates.keys()).sort((a, b) => (dates[a] as number) - (dates[b] as number));
}

/** Successful results that the plan would clear. */
function countReplaced(preview: BackfillPreview, dates: Float64Array, actions: Uint8Array): number {
  const states = new Map<number, RunState>();
  for (const record of preview.existingRuns) states.set(Date.parse(record.executionDate), record.state);
  let count = 0;
  for (let row = 0; row < dates.length; row++)
    if (ACTIONS[actions[row] as number] === "reset" && states.get(dates[row] as number) === "success")
      count++;
  return count;
}
