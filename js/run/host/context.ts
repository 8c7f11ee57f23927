// The context of one run: its plan's row, its conf, and the macros it may use.
import type { CheckedDag } from "../../dag/dag.js";
import type { Json } from "../../json.js";
import { macrosOf } from "../../macros/render.js";
import type { PlannedRun } from "../../plan/plan_data.js";
import type { TimetableWire } from "../../schedule/wire.js";
import type { RunType } from "../../store/store.js";
import { Context, type ContextData, freeze } from "./run_state.js";

/** What all runs of a backfill, or of a scheduler's DAG, share. */
export interface Origin {
  dag: CheckedDag;
  timetable: TimetableWire;
  runType: RunType;
  backfillId?: string;
}

/** params are defaults that conf overrides. */
export function paramsOf(dag: CheckedDag, conf: Record<string, Json>): Record<string, Json> {
  return { ...dag.params, ...conf };
}

export function contextOf(
  { dag, timetable, runType, backfillId }: Origin,
  planned: PlannedRun,
  attempt: number,
  conf: Record<string, Json>,
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
  };
  return new Context(data, () => macrosOf(timetable, { runType, dagId, conf, params: paramsOf(dag, conf) }));
}
