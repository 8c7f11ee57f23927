// Backfills that this page drives, by store: a component that is mounted again finds the one it had started.
import type { Backfill, BackfillEvent, BackfillPreview, RunRecord, RunStore } from "../../face.js";
import { columnsOf } from "../plan/columns_of.js";
import { bandOfRun, type FinishBand } from "../planning/finish_band.js";
import { RunView } from "../run/run_view.js";
import type { Origin } from "./service_of.js";

export interface Driven {
  /** null: it is only looked at. */
  readonly backfill: Backfill | null;
  readonly preview: BackfillPreview;
  readonly view: RunView;
  readonly origin: Origin;
  readonly listeners: Set<Listener>;
}

/** Called after each change of the view: with its event, or with null, at the end with the error where there was one. What it throws, or
 *  rejects with, is a warning of the backfill. */
export type Listener = (event: BackfillEvent | null, error?: unknown) => unknown;

/** Listeners that are called with the store when a backfill of this page begins or ends in it. */
export const watchers = new Set<(store: RunStore) => void>();

const drivenIn = new WeakMap<RunStore, Map<string, Driven>>();

/** The backfill of a DAG that this page drives in a store. */
export function drivenOf(store: RunStore, dagId: string): Driven | undefined {
  return drivenIn.get(store)?.get(dagId);
}

/** Starts, or goes on with, a backfill. The listener is told its events from the first on. */
export async function drive(
  store: RunStore,
  origin: Origin,
  listener: Listener,
  begin: (onEvent: (event: BackfillEvent) => void) => Promise<Backfill>,
): Promise<Driven> {
  let driven: Driven | undefined;
  const early: BackfillEvent[] = [];
  const backfill = await begin((event) => {
    // Events may come before the promise of the backfill itself.
    if (driven === undefined) early.push(event);
    else take(driven, event);
  });
  const { preview, backfillId, progress } = backfill;
  const view = new RunView(backfillId, columnsOf(preview), progress, origin.warnings);
  view.recall(await recordsOf(store, preview));
  const made: Driven = { backfill, preview, view, origin, listeners: new Set([listener]) };
  const all = drivenIn.get(store) ?? new Map<string, Driven>();
  drivenIn.set(store, all);
  all.set(preview.dagId, made);
  driven = made;
  for (const event of early) take(made, event);
  const tell = () => {
    for (const watcher of [...watchers]) watcher(store);
  };
  const ended = (error?: unknown) => {
    if (all.get(preview.dagId) === made) all.delete(preview.dagId);
    if (error !== undefined) view.stop();
    tellListeners(made, error);
    tell();
  };
  backfill.result.then(() => ended(), ended);
  tell();
  return made;
}

/** Tells of a change that no event tells of. */
export function tellListeners({ listeners }: Driven, error?: unknown): void {
  for (const listener of listeners) listener(null, error);
}

/** Whether this page drives the backfill, and it has not ended. */
export function isDriving(driven: Driven | null): boolean {
  const phase = driven?.backfill ? driven.view.phase : "finished";
  return phase !== "finished" && phase !== "stopped";
}

/** The band of a backfill's end, by its own runs; null before some have ended, and when it has ended itself. It is later where runs end more
 *  slowly than their durations say. */
export function bandOfDriven(driven: Driven): FinishBand | null {
  const band = driven.backfill && isDriving(driven) ? bandOfRun(driven.backfill) : null;
  if (band === null) return null;
  const slower = Math.max(0, driven.view.leftByRate - band.middle);
  const { early, middle, late, samples } = band;
  return { early: early + slower, middle: middle + slower, late: late + slower, samples };
}

/** The runs that the store has of the dates of a plan. */
export function recordsOf(store: RunStore, { dagId, start, end }: BackfillPreview): Promise<RunRecord[]> {
  const [from, to] = [start, end].map(Date.parse).sort((a, b) => a - b) as [number, number];
  return store.listRuns({ dagId, from, to });
}

function take(driven: Driven, event: BackfillEvent): void {
  driven.view.take(event);
  // A listener that throws neither keeps the others from the event, nor makes the start of the backfill fail.
  for (const listener of driven.listeners)
    new Promise((settle) => settle(listener(event))).catch((thrown) => warn(driven.origin, thrown));
}

function warn({ warnings }: Origin, thrown: unknown): void {
  if (warnings.list.some(({ code }) => code === "listener_failed")) return;
  warnings.add({ code: "listener_failed", message: `a listener threw ${thrown}` });
}
