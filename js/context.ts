// The context of one run: its plan's row, its conf, and the macros it may use.
import type { CheckedDag } from "./dag.js";
import type { Json, JsonInput } from "./json.js";
import { json } from "./options.js";
import type { PlannedRun } from "./plan_data.js";
import { macrosOf, renderJson, renderText } from "./render.js";
import { Context, freeze, type RunContext } from "./run_context.js";
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
  return new Context(data, (value: JsonInput) => {
    const macros = macrosOf(timetable, { runType, dagId: dag.dagId, conf, params: paramsOf(dag, conf) });
    const run = { date: row.executionDate, runId: row.runId, attempt };
    return typeof value === "string"
      ? renderText(macros, value, run)
      : renderJson(macros, json(value, "value"), run);
  });
}
