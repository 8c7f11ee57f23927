// The derived part of a snapshot: computed from the settings, the newest plan and the backfill that is shown.
import type { Warning } from "../../face.js";
import { totals } from "../plan/day_columns.js";
import { TOKEN_COUNT } from "../plan/tokens.js";
import type { Driven } from "./driven.js";
import type { PageStore } from "./page_store.js";
import type { PlanState } from "./plan_loop.js";
import type { BackfillSettings } from "./settings.js";
import { hasExecutor } from "./settings_fault.js";
import type { BackfillSnapshot } from "./snapshot.js";

type Picture = Pick<
  BackfillSnapshot,
  | ("dag" | "otherDagId" | "options" | "plan" | "run" | "isStale" | "error" | "estimate")
  | ("counts" | "warnings" | "phase" | "progress")
>;

/** `fault`: why nothing is planned of the settings. */
export function pictureOf(
  own: BackfillSettings,
  driven: Pick<Driven, "origin" | "view"> | null,
  { answer, error: planError, isStale, fault, warnings }: PlanState & Pick<PageStore, "fault" | "warnings">,
): Picture {
  const settings = driven?.origin.settings ?? own;
  const run = driven?.view ?? null;
  const dag = objectOf(settings.dag);
  const options = objectOf(settings.options);
  const waits = dag === null || options === null ? "no_dag" : settings.store === null ? "no_store" : null;
  const error = fault ?? (waits ? null : planError);
  const planned = waits ? null : answer;
  const plan = run?.plan ?? planned?.plan ?? null;
  const ready = waits ?? (planned === null ? "planning" : "ready");
  return {
    otherDagId: run !== null && dag?.dagId !== own.dag?.dagId ? (dag?.dagId ?? null) : null,
    ...{ dag, options: (options ?? {}) as BackfillSnapshot["options"], plan, run },
    isStale: run === null && plan !== null && (isStale || error !== null),
    error: run === null ? error : null,
    estimate: run === null ? (planned?.estimate ?? null) : null,
    counts: plan === null ? new Array<number>(TOKEN_COUNT).fill(0) : totals(plan.days),
    warnings: [
      ...(plan?.warnings ?? []),
      ...(run?.warnings ?? (plan === null ? [] : [...warnings, ...(hasExecutor(settings) ? [] : [NOT_RUN])])),
    ],
    phase: run?.phase ?? (error === null ? ready : "invalid"),
    progress: run?.progress ?? null,
  };
}

function objectOf<T>(value: T): (T & object) | null {
  return typeof value === "object" ? value : null;
}

const NOT_RUN: Warning = {
  code: "tasks_not_run",
  message: "nothing runs these dates: give executeRun, executeTask or engine",
};
