// The picture of a backfill that components draw, in which all numbers are of the same moment.
import type { BackfillOptions, BackfillSummary, Dag, Progress, Warning } from "../../face.js";
import type { Locale } from "../locale.js";
import type { PlanColumns } from "../plan/plan_columns.js";
import type { Token } from "../plan/tokens.js";
import type { PlanEstimate } from "../planning/planning.js";
import type { RunPhase, RunView } from "../run/run_view.js";

export interface BackfillSnapshot {
  /** null while the settings have none. */
  readonly dag: Dag | null;
  /** Id of the DAG of the backfill that is shown, where the settings have another one by now. */
  readonly otherDagId: string | null;
  readonly options: Omit<BackfillOptions, "dagId" | "planHash" | "dryRun">;
  readonly locale: Locale;
  /** The shown dates: the plan, or the backfill that was started from it. null until there is a plan. */
  readonly plan: PlanColumns | null;
  /** The plan is older than the options. */
  readonly isStale: boolean;
  /** Why there is no plan of these options. A DagfillError where the package refused them. */
  readonly error: Error | null;
  readonly estimate: PlanEstimate | null;
  /** How many dates have each of the `TOKENS`. */
  readonly counts: readonly number[];
  readonly warnings: readonly Warning[];
  /** "invalid": nothing can be planned or started, `error` says why. "no_dag": the settings have none, or no options, yet.
   *  "no_store": the store is not there yet. */
  readonly phase: "no_dag" | "no_store" | "planning" | "invalid" | "ready" | RunPhase;
  readonly run: RunView | null;
  readonly progress: Progress | null;
  /** Backfills of this DAG that have not ended and that this page does not drive. */
  readonly unfinished: readonly BackfillSummary[];
  /** Why the last action failed. */
  readonly failure: Error | null;
  /** The chosen row of the plan, and its civil day; a day without dates can be chosen, too. */
  readonly selected: number | null;
  readonly selectedDay: number | null;
  /** Tokens whose dates are not shown. */
  readonly hidden: ReadonlySet<Token>;
  /** Where plans are made; null until it is known. */
  readonly thread: "worker" | "page" | null;
  /** Grows with every change: the columns of a run change in place. */
  readonly version: number;
}
