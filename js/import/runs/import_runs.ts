// A history of another scheduler as records of a store.
import type { Dag } from "../../dag/dag.js";
import type { Duration } from "../../duration.js";
import {
  DagfillError,
  dataIntervals,
  durationMs,
  type RunRecord,
  type RunState,
  type RunType,
  validateDag,
} from "../../face.js";
import type { Json } from "../../json.js";
import { instantMs } from "../../store/instant.js";
import { iso } from "../../time.js";
import { asObject } from "../json_values.js";
import { type HistoryRow, historyRows } from "./rows.js";

/** Rows that became no record, by the reason. */
export type LeftOut = { reason: string; count: number }[];

interface Run {
  row: HistoryRow;
  at: number;
  state: RunState;
  runType: RunType;
  startedAt: number | undefined;
  finishedAt: number | undefined;
}

/** Reads the history of one DAG: `airflow dags list-runs -o json`, pages of the REST API's dagRuns (Airflow 2 and 3), CSV, rows of
 *  the metadata table `dag_run`, or what `exportRuns` wrote; a text, or the values in it.
 *
 *  One run a date: of several the latest success counts, else one in flight, else the latest. Data intervals and run types that the
 *  source does not have come from `dag`. Runs that the other system has queued or running stay in flight; with `assumeDead` those that
 *  began longer ago than this before `now` (default: the host's clock) count as failed. `left` says how many rows became no record, and
 *  why. INVALID_OPTION for a source that is none of the forms.
 *
 *  ```js
 *  importRuns('[{"run_id":"a","state":"success","logical_date":"2024-01-01T00:00:00+00:00"}]', {
 *    dag: { dagId: "sales", schedule: "@daily" },
 *  }).runs[0].dataInterval.end; // "2024-01-02T00:00:00Z"
 *  ``` */
export function importRuns(
  source: unknown,
  options: { dag: Dag; assumeDead?: Duration; now?: Date | number | string },
): { runs: RunRecord[]; left: LeftOut } {
  const { dag, assumeDead, now } = read(options);
  const left = new Map<string, number>();
  const leave = (reason: string) => left.set(reason, (left.get(reason) ?? 0) + 1);
  const byDate = new Map<number, Run>();
  for (const row of historyRows(source)) {
    const run = runOf(row, dag, leave);
    if (run === undefined) continue;
    if (assumeDead !== undefined && isDead(run, now - assumeDead)) run.state = "failed";
    const other = byDate.get(run.at);
    if (other !== undefined) leave("another run of the same date counts");
    if (other === undefined || rank(run) > rank(other)) byDate.set(run.at, run);
  }
  const chosen = Array.from(byDate.values()).sort((a, b) => a.at - b.at);
  return {
    runs: records(chosen, dag),
    left: Array.from(left, ([reason, count]) => ({ reason, count })),
  };
}

function read(options: { dag: Dag; assumeDead?: Duration; now?: Date | number | string }): {
  dag: Dag;
  assumeDead: number | undefined;
  now: number;
} {
  for (const name of Object.keys(options ?? {})) {
    if (name !== "dag" && name !== "assumeDead" && name !== "now") {
      throw new DagfillError(
        "INVALID_OPTION",
        `there is no option ${JSON.stringify(name)}; expected dag, assumeDead, now`,
        {
          field: name,
        },
      );
    }
  }
  if (asObject(options?.dag) === undefined)
    throw new DagfillError("INVALID_OPTION", "dag: expected the DAG that the history belongs to", {
      field: "dag",
    });
  validateDag(options.dag);
  const { assumeDead, now = Date.now() } = options;
  const at = typeof now === "string" ? instantMs(now) : Number(now);
  if (at === undefined || Number.isNaN(at))
    throw new DagfillError("INVALID_DATE", "now: expected an instant with an offset", { field: "now" });
  return {
    dag: options.dag,
    assumeDead: assumeDead === undefined ? undefined : durationMs(assumeDead),
    now: at,
  };
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

function runOf(row: HistoryRow, dag: Dag, leave: (reason: string) => void): Run | undefined {
  if (row.dagId !== undefined && row.dagId !== dag.dagId) return void leave("a run of another DAG");
  if (row.date === undefined) return void leave("no logical date");
  const at = instant(row.date);
  if (at === undefined) return void leave("a logical date that cannot be read");
  const state = STATES[row.state?.toLowerCase() ?? ""];
  if (state === undefined)
    return void leave(row.state === undefined ? "no state" : "a state that is not known");
  return {
    row,
    at,
    state,
    runType: runTypeOf(row, dag),
    startedAt: instant(row.startedAt),
    finishedAt: instant(row.finishedAt),
  };
}

/** Databases write UTC without an offset. */
function instant(text: string | undefined): number | undefined {
  return text === undefined ? undefined : (instantMs(text) ?? instantMs(`${text}Z`));
}

/** Airflow's run ids begin with the type; runs that an asset triggered are runs by hand here: no date asked for them. */
function runTypeOf({ runType, runId }: HistoryRow, dag: Dag): RunType {
  const text = runType ?? runId?.slice(0, Math.max(0, runId.indexOf("__"))) ?? "";
  if (text === "scheduled" || text === "backfill" || text === "manual") return text;
  return dag.schedule === null || text !== "" ? "manual" : "scheduled";
}

function isDead({ state, row, startedAt, at }: Run, before: number): boolean {
  if (state !== "running" && state !== "queued") return false;
  return (startedAt ?? instant(row.queuedAt) ?? at) < before;
}

/** The greater one counts: a success before all else, then a run in flight, then whichever ended last. */
function rank({ state, finishedAt, startedAt, at }: Run): number {
  const order = { success: 3, running: 2, queued: 2, failed: 1, canceled: 1 }[state];
  return order * 1e16 + (finishedAt ?? startedAt ?? at);
}

function records(runs: readonly Run[], dag: Dag): RunRecord[] {
  const intervals = intervalsOf(runs, dag);
  return runs.map(({ row, at, state, runType, startedAt, finishedAt }, index) => {
    const [start, end] = [intervals[2 * index] as number, intervals[2 * index + 1] as number];
    const inFlight = state === "running" || state === "queued";
    return {
      runId: row.runId ?? `${runType}__${iso(at).replace("Z", "+00:00")}`,
      dagId: dag.dagId,
      executionDate: iso(at),
      dataInterval: { start: iso(start), end: iso(end) },
      runType,
      state,
      conf: confOf(row.conf),
      attempt: 1 + Math.max(0, row.cleared ?? 0),
      ...(startedAt === undefined ? {} : { startedAt: iso(startedAt) }),
      ...(finishedAt === undefined || inFlight ? {} : { finishedAt: iso(finishedAt) }),
    };
  });
}

/** Start and end of each run's interval, in pairs: the source's own, else the schedule's. */
function intervalsOf(runs: readonly Run[], dag: Dag): Float64Array {
  const pairs = new Float64Array(runs.length * 2);
  const missing: Record<"manual" | "scheduled", number[]> = { manual: [], scheduled: [] };
  for (const [index, { row, runType }] of runs.entries()) {
    const [start, end] = [instant(row.intervalStart), instant(row.intervalEnd)];
    if (start === undefined || end === undefined)
      missing[runType === "manual" ? "manual" : "scheduled"].push(index);
    else pairs.set([start, end], index * 2);
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

/** conf as an object; what Airflow pickled or printed is not readable and left out. */
function confOf(value: unknown): Record<string, Json> {
  if (typeof value === "string") {
    try {
      return confOf(JSON.parse(value));
    } catch {
      return {};
    }
  }
  return (asObject(value) as Record<string, Json> | undefined) ?? {};
}
