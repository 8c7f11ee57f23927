// A backfill that this page does not drive, as its records tell of it: one that has ended, that another process runs, or that was
// interrupted.
import { BackfillService, type BackfillSummary, DagfillError, type RunStore } from "../../face.js";
import { columnsOf } from "../plan/columns_of.js";
import { type RunPhase, RunView } from "../run/run_view.js";
import { type Driven, isDriving, recordsOf } from "./driven.js";
import { type Origin, serviceOf } from "./service_of.js";

const ENDED: readonly BackfillSummary["state"][] = ["success", "failed", "canceled"];

function phaseOf(state: BackfillSummary["state"]): RunPhase {
  if (state === "interrupted") return "stopped";
  return ENDED.includes(state) ? "finished" : "watching";
}

/** `shown`: what is shown now, which may be the same backfill. Throws DagfillError when the store has no such backfill of the DAG. */
export async function reviewed(
  store: RunStore,
  origin: Origin,
  backfillId: string,
  shown: Driven | null,
): Promise<Driven> {
  const { options, progress, state } = await storedBackfill(store, origin, backfillId);
  origin.setOptions(options);
  const before = shown?.view.backfillId === backfillId ? shown : undefined;
  const preview = before?.preview ?? (await serviceOf(store, origin).preview({ ...options, dryRun: true }));
  const view = new RunView(backfillId, columnsOf(preview), progress, origin.warnings);
  view.review(phaseOf(state), await recordsOf(store, preview));
  view.state = state;
  view.isAsked = before?.view.state === state && before.view.isAsked;
  return { backfill: null, preview, view, origin, listeners: new Set() };
}

/** The stored backfill of the DAG. UNKNOWN_BACKFILL when there is none. */
export async function storedBackfill(
  store: RunStore,
  { settings }: Origin,
  backfillId: string,
): Promise<BackfillSummary> {
  const { dagId } = settings.dag;
  const all = await BackfillService.listOf(store, { dagId });
  const found = all.find((one) => one.backfillId === backfillId);
  if (found !== undefined) return found;
  throw new DagfillError(
    "UNKNOWN_BACKFILL",
    `backfillId: the store has no backfill "${backfillId}" of the DAG "${dagId}"`,
    { field: "backfillId" },
  );
}

/** Reads a backfill again that this page does not drive and that had not ended; every other one is returned as it is. */
export async function followed(store: RunStore, shown: Driven | null): Promise<Driven | null> {
  if (shown === null || isDriving(shown) || shown.view.phase === "finished") return shown;
  return reviewed(store, shown.origin, shown.view.backfillId, shown).catch(() => shown);
}
