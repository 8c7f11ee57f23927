// A history of another scheduler as records of a store.
import type { Dag } from "../../dag/dag.js";
import type { Duration } from "../../duration.js";
import {
  dataIntervals,
  durationMs,
  type RunRecord,
  type RunState,
  type RunType,
  validateDag,
} from "../../face.js";
import type { Json } from "../../json.js";
import { type DateValue, date, fields, placed, wrong } from "../../options.js";
import { shown } from "../../shown.js";
import { instantMs } from "../../store/instant.js";
import { iso } from "../../time.js";
import { shortened } from "../../visible.js";
import { asObject } from "../json_values.js";
import { dateReader, runIdOf } from "./dates.js";
import { type HistoryRow, readHistory, type Time } from "./rows.js";
import { timeReader } from "./times.js";

/** Rows that became no record, by the reason. */
export type LeftOut = { reason: string; count: number }[];

/** A row that became no record. `row` counts the source's rows from 1; `value` is what could not be used. */
export interface LeftRow {
  reason: string;
  row: number;
  runId?: string;
  value?: string;
}

/** So many rows of each reason are named. */
const MOST_NAMED = 3;

interface Run {
  row: HistoryRow;
  runId: string;
  at: number;
  state: RunState;
  runType: RunType;
  startedAt: number | undefined;
  finishedAt: number | undefined;
  queuedAt: number | undefined;
  /** The range that the source says to cover. */
  interval: readonly [number, number] | undefined;
}

/** Reads the history of one DAG: `airflow dags list-runs -o json`, pages of the REST API's dagRuns (Airflow 2 and 3), CSV, rows of
 *  the metadata table `dag_run`, or what `exportRuns` wrote; a text, or the values in it.
 *
 *  Times without an offset are UTC, as databases write them; a date alone, such as 2024-01-02, is the first instant of that day in the
 *  DAG's zone. One run a date: of several the latest success counts, else one in flight, else the latest. Data intervals and run types that
 *  the source does not have come from `dag`. Airflow dates a run by the start of its data interval: where the schedule has an `interval` before
 *  its dates, the run gets the date at the end, by `data_interval_end`, `run_after` or the interval's length. Runs that the other system has
 *  queued or running stay in flight; with `assumeDead` those that began longer ago than this before `now` (default: the host's clock) count as
 *  failed. `left` says how many rows became no record, or lost their conf, and why; `leftRows` names the first three of each reason.
 *  INVALID_OPTION for a source that is none of the forms.
 *
 *  ```js
 *  importRuns('[{"run_id":"a","state":"success","logical_date":"2024-01-01T00:00:00+00:00"}]', {
 *    dag: { dagId: "sales", schedule: "@daily" },
 *  }).runs[0].dataInterval.end; // "2024-01-02T00:00:00Z"
 *  ``` */
export function importRuns(
  source: unknown,
  options: { dag: Dag; assumeDead?: Duration; now?: Date | number | string },
): { runs: RunRecord[]; left: LeftOut; leftRows?: LeftRow[] } {
  const { dag, assumeDead, now } = read(options);
  const history = readHistory(source);
  const left = new Map(history.left.map(({ reason, count }) => [reason, count]));
  const leftRows: LeftRow[] = [];
  const numbers = new Map(history.rows.map((row, at) => [row, at + 1]));
  const leave: Leave = (reason, row, value) => {
    const count = (left.get(reason) ?? 0) + 1;
    left.set(reason, count);
    if (count <= MOST_NAMED) leftRows.push(leftRow(reason, row, numbers.get(row) ?? 0, value));
  };
  const time = timeReader(dag.timeZone);
  const dateOf = dateReader(dag, time);
  const byDate = new Map<number, Run>();
  for (const row of history.rows) {
    const run = runOf(row, dag, time, dateOf, leave);
    if (run === undefined) continue;
    if (assumeDead !== undefined && isDead(run, now - assumeDead)) run.state = "failed";
    const other = byDate.get(run.at);
    const counts = other === undefined || rank(run) > rank(other);
    if (other !== undefined) {
      const [kept, lost] = counts ? [run, other] : [other, run];
      leave("another run of the same date counts", lost.row, `row ${numbers.get(kept.row)} counts`);
    }
    if (counts) byDate.set(run.at, run);
  }
  const chosen = Array.from(byDate.values()).sort((a, b) => a.at - b.at);
  return {
    runs: records(chosen, dag, leave),
    left: Array.from(left, ([reason, count]) => ({ reason, count })),
    ...(leftRows.length > 0 && { leftRows }),
  };
}

/** Counts a row that becomes no record. */
type Leave = (reason: string, row: HistoryRow, value?: unknown) => void;

function leftRow(reason: string, { runId }: HistoryRow, row: number, value: unknown): LeftRow {
  return {
    reason,
    row,
    ...(runId === undefined ? {} : { runId }),
    ...(value === undefined
      ? {}
      : { value: typeof value === "string" ? shortened(value, 80) : shown(value) }),
  };
}

function read(options: unknown): { dag: Dag; assumeDead: number | undefined; now: number } {
  const { dag, assumeDead, now } = fields<{ dag: Dag; assumeDead: number; now: DateValue }>(
    options ?? {},
    "options",
    {
      dag: (value, path) => {
        if (asObject(value) === undefined) throw wrong(path, "the DAG that the history belongs to", value);
        return value as Dag;
      },
      assumeDead: (value, path) => {
        try {
          return durationMs(value as Duration);
        } catch (error) {
          throw placed(error, path);
        }
      },
      now: date,
    },
  );
  if (dag === undefined) throw wrong("dag", "the DAG that the history belongs to", undefined);
  validateDag(dag);
  const at = typeof now === "string" ? instantMs(now) : (now ?? Date.now());
  if (at === undefined) throw wrong("now", "an instant with an offset", now, "INVALID_DATE");
  return { dag, assumeDead, now: at };
}

const STATES: { readonly [state: string]: RunState } = {
  success: "success",
  failed: "failed",
  running: "running",
  restarting: "running",
  queued: "queued",
  scheduled: "queued",
  canceled: "canceled",
};

function runOf(
  row: HistoryRow,
  dag: Dag,
  time: (value: Time) => number | undefined,
  dateOf: ReturnType<typeof dateReader>,
  leave: Leave,
): Run | undefined {
  if (row.dagId !== undefined && row.dagId !== dag.dagId)
    return void leave("a run of another DAG", row, row.dagId);
  if (row.date === undefined) return void leave("no logical date", row);
  const logical = time(row.date);
  if (logical === undefined) return void leave("a logical date that cannot be read", row, row.date);
  const state = STATES[row.state?.toLowerCase() ?? ""];
  if (state === undefined)
    return void leave(row.state === undefined ? "no state" : "a state that is not known", row, row.state);
  const optional = (value: Time | undefined) => (value === undefined ? undefined : time(value));
  let interval: Run["interval"];
  if (row.intervalStart !== undefined && row.intervalEnd !== undefined) {
    const [start, end] = [time(row.intervalStart), time(row.intervalEnd)];
    const given = `${row.intervalStart} to ${row.intervalEnd}`;
    if (start === undefined || end === undefined)
      return void leave("a data interval that cannot be read", row, given);
    if (end < start) return void leave("a data interval that ends before it starts", row, given);
    interval = [start, end];
  }
  const runType = runTypeOf(row, dag);
  const at = dateOf({ row, logical, runType, intervalEnd: interval?.[1] ?? optional(row.intervalEnd) });
  if (at === undefined)
    return void leave(
      "a logical date before an interval of months, without data_interval_end or run_after",
      row,
      row.date,
    );
  const [startedAt, finishedAt] = [optional(row.startedAt), optional(row.finishedAt)];
  // The end of a run in flight is of an earlier attempt, and is not read.
  if (state !== "running" && state !== "queued" && (finishedAt as number) < (startedAt as number))
    return void leave("an end that is before the run's start", row, `${row.startedAt} to ${row.finishedAt}`);
  return {
    row,
    runId: runIdOf(row, logical, at, runType),
    at,
    state,
    runType,
    startedAt,
    finishedAt,
    queuedAt: optional(row.queuedAt),
    interval,
  };
}

/** Airflow's run ids begin with the type; runs that an asset triggered are runs by hand here: no date asked for them. */
function runTypeOf({ runType, runId }: HistoryRow, dag: Dag): RunType {
  const text = runType ?? runId?.slice(0, Math.max(0, runId.indexOf("__"))) ?? "";
  if (text === "scheduled" || text === "backfill" || text === "manual") return text;
  return dag.schedule === null || text !== "" ? "manual" : "scheduled";
}

function isDead({ state, queuedAt, startedAt, at }: Run, before: number): boolean {
  if (state !== "running" && state !== "queued") return false;
  return (startedAt ?? queuedAt ?? at) < before;
}

/** The greater one counts: a success before all else, then a run in flight, then whichever ended last. */
function rank({ state, finishedAt, startedAt, at }: Run): number {
  const order = { success: 3, running: 2, queued: 2, failed: 1, canceled: 1 }[state];
  return order * 1e16 + (finishedAt ?? startedAt ?? at);
}

function records(runs: readonly Run[], dag: Dag, leave: Leave): RunRecord[] {
  const intervals = intervalsOf(runs, dag);
  return runs.map(({ row, runId, at, state, runType, startedAt, finishedAt }, index) => {
    const [start, end] = [intervals[2 * index] as number, intervals[2 * index + 1] as number];
    const inFlight = state === "running" || state === "queued";
    return {
      runId,
      dagId: dag.dagId,
      executionDate: iso(at),
      dataInterval: { start: iso(start), end: iso(end) },
      runType,
      state,
      conf: confOf(row.conf) ?? noConf(row, leave),
      attempt: 1 + Math.max(0, row.cleared ?? 0),
      ...(startedAt === undefined ? {} : { startedAt: iso(startedAt) }),
      ...(finishedAt === undefined || inFlight ? {} : { finishedAt: iso(finishedAt) }),
      ...row.own,
    };
  });
}

/** Start and end of each run's interval, in pairs: the source's own, else the schedule's. */
function intervalsOf(runs: readonly Run[], dag: Dag): Float64Array {
  const pairs = new Float64Array(runs.length * 2);
  const missing: Record<"manual" | "scheduled", number[]> = { manual: [], scheduled: [] };
  for (const [index, { interval, runType }] of runs.entries()) {
    if (interval === undefined) missing[runType === "manual" ? "manual" : "scheduled"].push(index);
    else pairs.set(interval, index * 2);
  }
  for (const [runType, rows] of Object.entries(missing)) {
    if (rows.length === 0) continue;
    const dates = Float64Array.from(rows, (index) => (runs[index] as Run).at);
    const intervals = dataIntervals(dag.schedule, dates, { ...dag, runType: runType as RunType });
    for (const [at, index] of rows.entries()) {
      pairs.set([intervals.start[at] as number, intervals.end[at] as number], index * 2);
    }
  }
  return pairs;
}

/** conf as an object; `undefined` for what Airflow pickled or printed. */
function confOf(value: unknown): Record<string, Json> | undefined {
  if (value === undefined || value === null || value === "" || value === "None") return {};
  if (typeof value !== "string") return asObject(value) as Record<string, Json> | undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === "string" ? undefined : confOf(parsed);
  } catch {
    return undefined;
  }
}

function noConf(row: HistoryRow, leave: Leave): Record<string, Json> {
  leave("conf of a run that is no JSON object: the run is there, with an empty conf", row, row.conf);
  return {};
}
