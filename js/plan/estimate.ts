// How long a plan would take: by one duration for every run, or by the spread of past runs.
import type { CheckedDag } from "../dag/dag.js";
import type { Duration } from "../duration.js";
import { duration } from "../duration.js";
import { DagfillError } from "../error.js";
import { callback, fields, integer, list, number, oneOf, reading, wrong } from "../options.js";
import { call, EstimateNumber } from "../raw.js";
import { instantMs } from "../store/instant.js";
import type { RunStore } from "../store/store.js";
import { iso } from "../time.js";
import { startsOf } from "./chunk_rows.js";
import { startingRuns } from "./chunks.js";
import type { PlanData, PlannedRun } from "./plan_data.js";
import { rate } from "./rate.js";

/** Every run takes `runDuration`. Default pace: the options of the preview. */
export interface FixedEstimateOptions {
  runDuration: Duration;
  maxParallelRuns?: number;
  rate?: { count: number; per: Duration };
}

/** Milliseconds, the last end if the first start is now, and most runs at once. */
export interface FixedEstimate {
  makespan: number;
  finishAt: string;
  peak: number;
}

/** Runs take as long as past runs of the DAG did. */
export interface HistoryEstimateOptions {
  from: "history";
  /** Shares of all outcomes that are not later. Default [0.5, 0.9]. */
  quantiles?: readonly number[];
  maxParallelRuns?: number;
  /** The cost of one run, in any unit; summed over the runs that would start. `dates`: those of its chunk, else its own alone. INVALID_OPTION
   *  where it answers no number of at least 0. */
  cost?: (run: PlannedRun, dates: readonly string[]) => number;
}

/** By quantile, such as "0.9": the makespan in milliseconds that so many outcomes do not exceed, and the end. */
export interface HistoryEstimate {
  quantiles: Record<string, { makespan: number; finishAt: string }>;
  peak: number;
  /** How many runs are in flight on average, in each of 50 equal parts of the longest outcome; `at` is where the part starts. */
  load: { at: string; runs: number }[];
  /** Past runs that it is made of. */
  samples: number;
  cost?: number;
}

/** Fewer past runs do not describe a distribution. */
const FEWEST_SAMPLES = 5;
/** The latest runs say most about the next ones. */
const MOST_RUNS = 1_000;
const MOST_RUNS_WITH_TASKS = 50;
const RUN_DRAWS = 1_000;
/** The end of the year 9999, where windows that open no more put it. */
const LATEST = 253_402_300_799_999;

/** Past durations in milliseconds, and how many runs they come from. */
export interface PastDurations {
  durations: Float64Array;
  samples: number;
}

/** Simulates runs of equal length. */
export function fixedEstimate(data: PlanData, options: FixedEstimateOptions): FixedEstimate {
  const read = fields<{ runDuration: number; maxParallelRuns: number; rate: { count: number; per: number } }>(
    options,
    "options",
    { runDuration: duration, maxParallelRuns: integer(1), rate },
  );
  if (read.runDuration === undefined) duration(undefined, "runDuration");
  const pace = read.rate ?? data.rate;
  const lanes = lanesOf(data, read.maxParallelRuns);
  const told = call((wasm) =>
    wasm.planEstimate(
      startsOf(data),
      data.now,
      read.runDuration as number,
      lanes,
      pace?.count,
      pace?.per,
      data.startWindows ?? [],
    ),
  );
  const at = (place: EstimateNumber) => told[place] as number;
  return {
    makespan: at(EstimateNumber.Makespan),
    finishAt: iso(at(EstimateNumber.FinishAt)),
    peak: at(EstimateNumber.Peak),
  };
}

/** Simulates many outcomes, each with durations drawn from past runs. The same plan over the same history gives the same answer. A chunk is
 *  one run, and takes as long as a past run did. */
export async function historyEstimate(
  data: PlanData,
  options: HistoryEstimateOptions,
  past: (() => Promise<PastDurations>) | undefined,
): Promise<HistoryEstimate> {
  const read = fields<{
    from: "history";
    quantiles: number[];
    maxParallelRuns: number;
    cost: NonNullable<HistoryEstimateOptions["cost"]>;
  }>(options, "options", {
    from: oneOf("history"),
    quantiles: list(number(0, 1)),
    maxParallelRuns: integer(1),
    cost: callback(),
  });
  if (past === undefined) {
    throw new DagfillError("INVALID_OPTION", "from: this preview has no store whose history could be read", {
      field: "from",
      hint: "ask the preview that the service returned, or give runDuration",
    });
  }
  const { durations, samples } = await past();
  if (samples < FEWEST_SAMPLES) {
    throw new DagfillError(
      "INVALID_OPTION",
      `from: expected at least ${FEWEST_SAMPLES} past successful runs with start and end, got ${samples}`,
      { field: "from", hint: "give runDuration until there is a history", details: { samples } },
    );
  }
  const { quantiles = [0.5, 0.9], cost } = read;
  const seed = Number.parseInt(data.planHash.slice(0, 12), 16) || 1;
  const [peak = 0, ...found] = call((wasm) =>
    wasm.planSpread(
      startsOf(data),
      durations,
      seed,
      lanesOf(data, read.maxParallelRuns),
      data.rate?.count,
      data.rate?.per,
      Float64Array.from(quantiles),
      data.now,
      data.startWindows ?? [],
    ),
  );
  const after = (ms: number) => iso(Math.min(data.now + ms, LATEST));
  const [longest = 0, ...load] = found.slice(quantiles.length);
  return {
    quantiles: Object.fromEntries(
      quantiles.map((share, index) => {
        const makespan = found[index] ?? 0;
        return [String(share), { makespan, finishAt: after(makespan) }];
      }),
    ),
    peak,
    load: load.map((runs, part) => ({ at: after((longest * part) / load.length), runs })),
    samples,
    ...(cost && { cost: costOf(data, cost) }),
  };
}

function costOf(data: PlanData, cost: NonNullable<HistoryEstimateOptions["cost"]>): number {
  let sum = 0;
  for (const [run, dates] of startingRuns(data)) {
    const told = reading("cost", () => cost(run, dates));
    if (!(Number.isFinite(told) && told >= 0))
      throw wrong("cost", `a number of at least 0 for the run of ${run.executionDate}`, told);
    sum += told;
  }
  return sum;
}

/** With dependsOnPast one run waits for the one before it. */
function lanesOf({ dependsOnPast, maxParallelRuns }: PlanData, given: number | undefined): number {
  return dependsOnPast ? 1 : (given ?? maxParallelRuns);
}

/** The tasks that a backfill is restricted to. */
export interface TaskChoice {
  taskIds: string[];
  withUpstream: boolean;
}

/** Durations of a DAG's latest successful runs. A backfill of some of the tasks takes as long as these: its runs are made of the tasks'
 *  own durations, in the graph's order and within maxActiveTasks. */
export async function pastDurations(
  store: RunStore,
  dag: CheckedDag,
  choice?: TaskChoice,
): Promise<PastDurations> {
  const query = { dagId: dag.dagId, states: ["success" as const], order: "desc" as const, limit: MOST_RUNS };
  const runs = await store.listRuns(query);
  // All dates of a chunk have the times of its one run.
  const own = runs.filter(({ chunk }) => chunk === undefined);
  const durations = own.flatMap(({ startedAt, finishedAt }) => span(startedAt, finishedAt) ?? []);
  const latest = own.slice(0, MOST_RUNS_WITH_TASKS);
  const byTasks = choice === undefined ? undefined : await taskDurations(store, dag, latest, choice);
  return byTasks ?? { durations: Float64Array.from(durations), samples: durations.length };
}

/** `undefined` where a time is not known, and where the end is before the start: clocks that differ tell no duration. */
function span(startedAt: string | undefined, finishedAt: string | undefined): number | undefined {
  const took = (instantMs(finishedAt ?? "") ?? Number.NaN) - (instantMs(startedAt ?? "") ?? Number.NaN);
  return took >= 0 ? took : undefined;
}

/** Whole runs of some of the tasks. `undefined` where the store has no task of any run. */
async function taskDurations(
  store: RunStore,
  dag: CheckedDag,
  runs: readonly { runId: string }[],
  { taskIds, withUpstream }: TaskChoice,
): Promise<PastDurations | undefined> {
  const past = new Map<string, number[]>(dag.tasks.map(({ taskId }) => [taskId, []]));
  let samples = 0;
  for (const { runId } of runs) {
    const instances = await store.listTaskInstances(dag.dagId, runId);
    let known = false;
    for (const { taskId, state, startedAt, finishedAt } of instances) {
      const took = state === "success" ? span(startedAt, finishedAt) : undefined;
      if (took === undefined) continue;
      past.get(taskId)?.push(took);
      known = true;
    }
    if (known) samples += 1;
  }
  if (samples === 0) return undefined;
  const durations = call((wasm) => {
    const whole = new wasm.RawDag(dag.tasks);
    const part = whole.subset(taskIds, withUpstream);
    try {
      const flat: number[] = [];
      const ends = Array.from(part.origin(), (task) =>
        flat.push(...(past.get(dag.tasks[task]?.taskId ?? "") ?? [])),
      );
      const [all, slots] = [Float64Array.from(flat), dag.maxActiveTasks];
      return wasm.planRunDurations(part, slots, all, Uint32Array.from(ends), RUN_DRAWS, 1);
    } finally {
      part.free();
      whole.free();
    }
  });
  return { durations, samples };
}
