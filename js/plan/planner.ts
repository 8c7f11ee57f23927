// From options and the store's history to a plan. Preview and backfill both get their plan here.

import type { CheckedDag, CheckedTask } from "../dag/dag.js";
import { isLeftOut } from "../import/left_out.js";
import type { Json } from "../json.js";
import type { CheckedTemplateOptions } from "../macros/options.js";
import { call, type Raw } from "../raw.js";
import { timetableOf } from "../schedule/timetable.js";
import type { RunStore } from "../store/store.js";
import type { CheckedOptions } from "./backfill_options.js";
import type { Chunk } from "./chunks.js";
import { pick } from "./existing_runs.js";
import { confText, hashedTexts } from "./hashed_texts.js";
import { type History, loadHistory } from "./history.js";
import type { BackfillPreview } from "./plan.js";
import type { PlanData } from "./plan_data.js";
import { windowsWire } from "./valve.js";

type Summary = Pick<BackfillPreview, "start" | "end" | "counts" | "warnings" | "clockChanges" | "planHash">;

/** Every text of a JSON value. */
function texts(value: Json, found: string[] = []): string[] {
  if (typeof value === "string") found.push(value);
  else if (Array.isArray(value)) for (const member of value) texts(member, found);
  else if (typeof value === "object" && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      found.push(key);
      texts(member, found);
    }
  }
  return found;
}

/** The variables of a command's environment that have another value for each date. */
const DATED = /DAGFILL_(RUN_ID|EXECUTION|LOCAL|DATA)/;

/** The templates of a task that is nothing but its templates: a shell command. A task function may look at the date itself, and so may a command
 *  that reads its environment, or work that was not imported. */
function templates({ taskId, command, params }: CheckedTask): [string, string[]][] {
  return command === undefined || isLeftOut(command) || DATED.test(command)
    ? []
    : [[taskId, [command, ...texts(params)]]];
}

/** A request as the core reads it, which records it needs, and where periods without an anchor count from. */
export interface PlanRequest {
  request: object;
  from: number;
  to: number;
  origin: number;
}

/** `host`: what the service says of templates. */
export function planRequest(
  dag: CheckedDag,
  options: CheckedOptions,
  now: number,
  host: CheckedTemplateOptions = {},
): PlanRequest {
  const tasks = chosenTasks(dag, options);
  const dependentTask = tasks.find((task) => task.dependsOnPast)?.taskId;
  const request = {
    dagId: dag.dagId,
    startDate: options.startDate,
    endDate: options.endDate,
    rerunFailed: options.rerunFailed,
    resetDagRun: options.resetDagRun,
    ...(options.reprocess === undefined ? {} : { reprocess: options.reprocess }),
    coverage: options.coverage,
    runBackwards: options.runBackwards,
    ...(options.order === undefined ? {} : { order: options.order }),
    ...(options.dates === undefined ? {} : { dates: options.dates }),
    dependsOnPast: dag.dependsOnPast,
    strictPast: options.strictPast,
    ...(dependentTask === undefined ? {} : { dependentTask }),
    includeNotDue: options.includeNotDue,
    excludeDates: options.excludeDates,
    maxRuns: options.maxRuns,
    now,
    ...(dag.startDate === undefined ? {} : { dagStart: dag.startDate }),
    ...(dag.endDate === undefined ? {} : { dagEnd: dag.endDate }),
    conf: confText(options),
    hashed: hashedTexts(dag, options, host),
    ...(options.taskIds === undefined ? {} : { taskIds: options.taskIds }),
    withUpstream: options.withUpstream,
    // A callback may give each date another conf, and so other params.
    templates: options.confFor ? [] : tasks.flatMap(templates),
  };
  return call((wasm) => {
    const draft = new wasm.RawPlan(timetableOf(dag.timetable), request);
    try {
      const [from = 0, to = 0] = draft.historyRange();
      return { request, from, to, origin: draft.origin() };
    } finally {
      draft.free();
    }
  });
}

/** The plan. `held` names the lease under which it will be driven. */
export async function makePlan(
  dag: CheckedDag,
  options: CheckedOptions,
  host: CheckedTemplateOptions & { store: RunStore },
  now: number,
  held?: string,
): Promise<PlanData> {
  const planned = planRequest(dag, options, now, host);
  const history = await loadHistory(
    host.store,
    dag.dagId,
    planned.from,
    planned.to,
    held,
    keepsConf(options),
  );
  // A second object, because nothing of wasm may be held while the store works: a trap elsewhere would end it.
  return planFrom(dag, options, now, planned, history);
}

/** Whether runs that are run again keep the conf that they have. */
function keepsConf({ conf, confFor }: CheckedOptions): boolean {
  return conf === undefined && confFor === undefined;
}

/** The plan of a request over a history. */
export function planFrom(
  dag: CheckedDag,
  options: CheckedOptions,
  now: number,
  { request, origin }: PlanRequest,
  history: History,
): PlanData {
  const zone = call(() => timetableOf(dag.timetable).timeZone());
  const windows = options.startWindows && windowsWire(options.startWindows, zone, now);
  return call((wasm) => {
    const plan = new wasm.RawPlan(timetableOf(dag.timetable), request);
    try {
      const { runs, flags, ownIds } = history;
      const { executionMs, state, startMs, endMs } = runs;
      const { places, ids } = ownIds;
      const confs = keepsConf(options) ? runs.details?.texts.conf : undefined;
      const summary = plan.build(executionMs, state, flags, startMs, endMs, places, ids, confs) as Summary;
      if (options.planHash !== undefined) plan.insist(options.planHash);
      const stand = plan.existingRuns();
      const columns = {
        executionDate: plan.dates(),
        offsetSeconds: plan.offsets(),
        action: plan.actions(),
        reason: plan.reasons(),
      };
      return {
        kind: "dagfill.preview",
        version: 2,
        dagId: dag.dagId,
        timeZone: zone,
        timetable: { ...dag.timetable, origin },
        now,
        maxParallelRuns: options.maxParallelRuns,
        dependsOnPast: dag.dependsOnPast,
        ...(options.rate === undefined ? {} : { rate: options.rate }),
        ...(windows === undefined ? {} : { startWindows: windows }),
        ...columns,
        ...(options.chunk && { chunks: cut(plan, options.chunk) }),
        existing: stand.length === runs.executionMs.length ? runs : pick(runs, stand),
        ...summary,
      };
    } finally {
      plan.free();
    }
  });
}

function cut(plan: InstanceType<Raw["RawPlan"]>, by: Chunk): number[] {
  return [...("dates" in by ? plan.chunks(by.dates) : plan.chunks(undefined, by.period))];
}

/** The tasks that would run. UNKNOWN_TASK, before anything is planned. */
export function chosenTasks(
  dag: CheckedDag,
  { taskIds, withUpstream }: CheckedOptions,
): readonly CheckedTask[] {
  if (taskIds === undefined) return dag.tasks;
  return call((wasm) => {
    const whole = new wasm.RawDag(dag.tasks);
    try {
      const part = whole.subset(taskIds, withUpstream);
      const chosen = Array.from(part.origin(), (at) => dag.tasks[at] as CheckedTask);
      part.free();
      return chosen;
    } finally {
      whole.free();
    }
  });
}
