// The context of one run: its plan's row, its conf, and the macros it may use.
import type { CheckedDag } from "./dag.js";
import type { Json } from "./json.js";
import type { PlannedRun } from "./plan_data.js";
import { macrosOf } from "./render.js";
import type { RunContext } from "./run_context.js";
import { Context, freeze } from "./run_state.js";
import type { RunType } from "./store/store.js";
import type { TimetableWire } from "./wire.js";

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
  const { reason: _, action, ...row } = planned;
  const data: Omit<RunContext, "signal" | "render"> = {
    ...row,
    action: action as RunContext["action"],
    dagId: dag.dagId,
    ...(backfillId === undefined ? {} : { backfillId }),
    runType,
    attempt,
    conf: freeze(conf),
  };
  const params = paramsOf(dag, conf);
  return new Context(data, () => macrosOf(timetable, { runType, dagId: dag.dagId, conf, params }));
}
