// The context of one run: its plan's row, its conf, and the macros it may use.
import type { CheckedDag } from "../../dag/dag.js";
import type { Json } from "../../json.js";
import type { TemplateEnvironment } from "../../macros/environment.js";
import { RunTemplates } from "../../macros/run_templates.js";
import type { PlannedRun } from "../../plan/plan_data.js";
import type { TimetableWire } from "../../schedule/wire.js";
import type { RunType } from "../../store/store.js";
import type { ContextData } from "./context_data.js";
import type { ChunkOfRun } from "./run_context.js";
import { Context, freeze } from "./run_state.js";

/** Data that all runs of a backfill, or of a scheduler's DAG, share. */
export interface Origin {
  dag: CheckedDag;
  timetable: TimetableWire;
  runType: RunType;
  backfillId?: string;
  /** The templates of the runs that have this conf. */
  templates: (conf: Record<string, Json>) => RunTemplates;
}

/** An origin. Runs share their conf, and so what is made of it. */
export function originOf(
  dag: CheckedDag,
  timetable: TimetableWire,
  runType: RunType,
  environment: TemplateEnvironment,
  backfillId?: string,
): Origin {
  const made = new WeakMap<Record<string, Json>, RunTemplates>();
  const templates = (conf: Record<string, Json>) => {
    let known = made.get(conf);
    if (known === undefined) {
      known = new RunTemplates(environment, timetable, runType, conf);
      made.set(conf, known);
    }
    return known;
  };
  return { dag, timetable, runType, templates, ...(backfillId === undefined ? {} : { backfillId }) };
}

/** `key` is asked for when somebody wants it: most callbacks never do. */
export function contextOf(
  { dag, runType, backfillId, templates }: Origin,
  planned: PlannedRun,
  attempt: number,
  conf: Record<string, Json>,
  key: () => string,
  chunk?: ChunkOfRun,
): Context {
  const { dagId } = dag;
  const { executionDate, localDate, dataInterval, runAfter, runId, previousDate, nextDate, existingState } =
    planned;
  const data: ContextData = {
    dagId,
    runId,
    executionDate,
    localDate,
    dataInterval,
    runAfter,
    previousDate,
    nextDate,
    existingState,
    action: planned.action as ContextData["action"],
    backfillId,
    runType,
    attempt,
    conf: freeze(conf),
    ...(chunk === undefined ? {} : { chunk }),
  };
  return new Context(data, templates(conf), key);
}
