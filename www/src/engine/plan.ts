import {
  type BackfillPreview,
  BackfillService,
  type Dag,
  type DateInput,
  expandRange,
  explainDate,
  explainSchedule,
  inspectTemplate,
  nextDates,
  previousDates,
  type RunRecord,
  type RunStore,
  render,
  validateDag,
} from "dagfill";
import { dayText, parseDay } from "../days";
import type {
  DagView,
  Draft,
  EngineError,
  PlanAnswer,
  RowDetail,
  ScheduleView,
  UnknownMacro,
} from "../model";
import { dagOf, HARD_LIMIT, optionsOf, scheduleOf } from "../request";
import { failureOf } from "./failure";
import { isSample } from "./history";
import { packPreview } from "./pack";
import { whyOf } from "./why";

const LANES = [1, 2, 4, 8, 16, 32, 64];
/** A finish time by simulation for each of LANES is only made for plans up to this size. */
const CURVE_LIMIT = 20_000;

/** The plan that the page shows: kept here, so that rows can be asked for one by one. */
export interface HeldPlan {
  draft: Draft;
  dag: Dag;
  now: number;
  preview: BackfillPreview;
  records: Map<string, RunRecord> | null;
}

export async function answer(
  draft: Draft,
  store: RunStore,
  now: number,
): Promise<[PlanAnswer, HeldPlan | null]> {
  const result: PlanAnswer = {
    schedule: readSchedule(draft, now),
    dag: readDag(draft),
    plan: null,
    error: null,
    nextDate: null,
    hasHistory: false,
    samples: 0,
  };
  const failure = result.schedule.error ?? result.dag.error;
  if (failure) return [{ ...result, error: failure }, null];
  try {
    const dag = dagOf(draft);
    const service = new BackfillService({ dags: [dag], store });
    const begin = performance.now();
    const preview = await service.preview({ ...optionsOf(draft, now), maxRuns: HARD_LIMIT });
    const plan = packPreview(preview, performance.now() - begin);
    addEstimate(plan, preview, draft);
    if (plan.total === 0) result.nextDate = firstAfter(draft, plan.end);
    result.samples = preview.existingRuns.filter(isSample).length;
    result.hasHistory = (await store.listRuns({ dagId: draft.dagId, limit: 1 })).length > 0;
    return [
      { ...result, plan },
      { draft, dag, now, preview, records: null },
    ];
  } catch (thrown) {
    return [{ ...result, error: await withEnds(failureOf(thrown), draft, now) }, null];
  }
}

function readSchedule(draft: Draft, now: number): ScheduleView {
  try {
    const view = explainSchedule(scheduleOf(draft.schedule), {
      timeZone: draft.timeZone.trim(),
      kind: draft.kind,
      dst: draft.dst,
      now,
      count: 3,
    });
    return { ...view, error: null };
  } catch (thrown) {
    return { text: "", warnings: [], next: [], error: failureOf(thrown) };
  }
}

/** Layers for drawing, or why there are none; unknown macros of every task. */
function readDag(draft: Draft): DagView {
  const unknownOf = new Map<string, UnknownMacro[]>();
  const view: DagView = { layers: [], error: null, cycle: [], unknown: unknownOf };
  for (const task of draft.tasks) {
    try {
      const { unknown } = inspectTemplate(task.command);
      if (unknown.length) unknownOf.set(task.taskId, unknown);
    } catch {
      // A template that cannot be read passes through as it stands.
    }
  }
  try {
    view.layers = validateDag(dagOf({ ...draft, schedule: "@daily", timeZone: "UTC" })).layers;
  } catch (thrown) {
    view.error = failureOf(thrown);
    if (view.error.code === "CYCLE") view.cycle = cycleOf(view.error);
  }
  return view;
}

function cycleOf(error: EngineError): string[] {
  const details = error.details;
  const path = details && typeof details === "object" ? Object.values(details).find(Array.isArray) : null;
  return (path ?? []).map(String);
}

function addEstimate(plan: NonNullable<PlanAnswer["plan"]>, preview: BackfillPreview, draft: Draft) {
  const runDuration = Math.max(1, draft.simulation.seconds * 1000);
  if (plan.total === plan.counts.skip) return;
  plan.estimate = preview.estimate({ runDuration, maxParallelRuns: draft.parallel });
  if (plan.total > CURVE_LIMIT) return;
  plan.curve = LANES.map((lanes) => ({
    lanes,
    makespan: preview.estimate({ runDuration, maxParallelRuns: lanes }).makespan,
  }));
}

function firstAfter(draft: Draft, end: string): string | null {
  try {
    const options = { timeZone: draft.timeZone.trim(), kind: draft.kind, dst: draft.dst };
    return nextDates(scheduleOf(draft.schedule), end, 1, options)[0] ?? null;
  } catch {
    return null;
  }
}

/** A plan that is too large still says where it begins. */
async function withEnds(error: EngineError, draft: Draft, now: number): Promise<EngineError> {
  if (error.code !== "RANGE_TOO_LARGE") return error;
  try {
    const { startDate, endDate } = optionsOf(draft, now);
    const options = { timeZone: draft.timeZone.trim(), kind: draft.kind, dst: draft.dst, limit: 1 };
    const schedule = scheduleOf(draft.schedule);
    const first = expandRange(schedule, startDate, endDate, options)[0];
    const last = previousDates(schedule, readEnd(endDate), 1, options)[0];
    return first === undefined
      ? error
      : {
          ...error,
          hint: `They go from ${new Date(first).toISOString().slice(0, 16)}Z to ${last?.slice(0, 16)}Z.`,
        };
  } catch {
    return error;
  }
}

/** A civil day as an end is the day behind it as a point. */
function readEnd(end: DateInput): DateInput {
  const day = typeof end === "string" && end.length === 10 ? parseDay(end) : null;
  return day === null ? end : dayText(day + 1);
}

/** One date of the plan: why it is there, and the commands as they will run. */
export function detail(held: HeldPlan, index: number): RowDetail | null {
  const run = held.preview.run(index);
  if (!run) return null;
  held.records ??= new Map(held.preview.existingRuns.map((record) => [record.executionDate, record]));
  const record = held.records.get(run.executionDate);
  return {
    index,
    executionDate: run.executionDate,
    localDate: run.localDate,
    dataInterval: run.dataInterval,
    runAfter: run.runAfter,
    runId: run.runId,
    action: run.action,
    why: whyOf(run, held.draft.which, record),
    existing: run.existingState ?? null,
    commands: commandsAt(held, run.executionDate, run.runId),
  };
}

/** Why a civil day has no date of this schedule and range. */
export function explainDay(draft: Draft, day: string, now: number): string {
  const { startDate, endDate } = optionsOf(draft, now);
  return explainDate(scheduleOf(draft.schedule), day, {
    timeZone: draft.timeZone.trim(),
    kind: draft.kind,
    dst: draft.dst,
    start: startDate,
    end: endDate,
  }).text;
}

/** Every command at one date. The run's own context is used, so the page shows what an executor would get. */
export function commandsAt(held: HeldPlan, executionDate: string, runId: string): RowDetail["commands"] {
  const conf = optionsOf(held.draft, held.now).conf;
  return held.draft.tasks.map((task) => ({
    taskId: task.taskId,
    text: render(task.command, {
      executionDate,
      schedule: held.dag.schedule,
      timeZone: held.dag.timeZone,
      kind: held.dag.kind,
      dst: held.dag.dst,
      dagId: held.dag.dagId,
      taskId: task.taskId,
      runId,
      runType: "backfill",
      ...(conf ? { conf } : {}),
    }),
  }));
}
