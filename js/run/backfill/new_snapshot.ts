// A new backfill as it will be stored, before its first run starts.

import type { CheckedDag } from "../../dag/dag.js";
import { DagfillError } from "../../error.js";
import { failure } from "../../failure.js";
import type { Json } from "../../json.js";
import { record } from "../../json_input.js";
import type { CheckedOptions } from "../../plan/backfill_options.js";
import type { PlanData } from "../../plan/plan_data.js";
import { ActionCode } from "../../raw.js";
import { iso } from "../../time.js";
import type { Snapshot } from "./snapshot.js";

export function newSnapshot(dag: CheckedDag, options: CheckedOptions, plan: PlanData, now: number): Snapshot {
  const { confFor, canary, ...kept } = options;
  return {
    version: 2,
    state: "running",
    dagId: dag.dagId,
    startedAt: iso(now),
    options: canary === undefined ? kept : { ...kept, canary: { dates: canary.dates, approve: "manual" } },
    dependsOnPast: dag.dependsOnPast,
    plan,
    ...(confFor === undefined ? {} : { confs: confsFor(plan, confFor, options.conf) }),
  };
}

/** Rows that start a run. */
export function* startingRows(plan: PlanData): Iterable<number> {
  for (const [row, action] of plan.action.entries()) if (action !== ActionCode.Skip) yield row;
}

function confsFor(
  plan: PlanData,
  confFor: NonNullable<CheckedOptions["confFor"]>,
  conf: Record<string, Json> = {},
): Record<string, Record<string, Json>> {
  const confs: Record<string, Record<string, Json>> = {};
  for (const row of startingRows(plan)) {
    const date = iso(plan.executionDate[row] as number);
    let own: unknown;
    try {
      own = confFor(date);
    } catch (error) {
      const { name, message } = failure(error);
      throw new DagfillError("INVALID_OPTION", `confFor(${date}) threw ${name}: ${message}`, {
        field: "confFor",
        cause: error,
      });
    }
    confs[row] = { ...conf, ...record(own, `confFor(${date})`) };
  }
  return confs;
}
