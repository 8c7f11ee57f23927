// The entries of the list of backfills.

import type { Json } from "../../json.js";
import { fields, flag, name } from "../../options.js";
import type { BackfillOptions } from "../../plan/backfill_options.js";
import type { RunStore } from "../../store/store.js";
import { type Hooks, type Progress, refuseAborted } from "../events/backfill_events.js";
import { leaseOf } from "../writing/lease_handle.js";
import { askStore } from "../writing/store_watchdog.js";
import { counted } from "./interrupted.js";
import { fromStored, type Snapshot } from "./snapshot.js";

export interface BackfillSummary {
  backfillId: string;
  dagId: string;
  /** "enqueued": nobody has driven it yet. "interrupted": it has not ended, and nobody drives it. */
  state:
    | "enqueued"
    | "running"
    | "paused"
    | "awaiting_approval"
    | "interrupted"
    | "success"
    | "failed"
    | "canceled";
  /** As they were read: with defaults, durations in milliseconds. They can be handed to `preview` and `backfill` again; `confFor`,
   *  `backfillId`, `planHash`, and a `maxFailures` without a bound, are left out. A canary whose `approve` was a function waits for
   *  `service.approve` when its options are handed on: functions are not stored. */
  options: BackfillOptions;
  progress: Progress;
}

/** The options with which another backfill can be started, also after a way through JSON. */
function reusableOptions({
  backfillId: _,
  planHash: __,
  maxFailures,
  ...options
}: Snapshot["options"]): BackfillOptions {
  return { ...options, ...(Number.isFinite(maxFailures) ? { maxFailures } : {}) };
}

async function summarize(store: RunStore, backfillId: string, stored: Json): Promise<BackfillSummary> {
  const snapshot = fromStored(backfillId, stored);
  const { dagId, options, plan, state } = snapshot;
  const ended = state !== "running" && state !== "paused";
  const awaits = snapshot.approval === "awaiting" && !snapshot.canceling;
  const driven = !ended && (await store.readLease(leaseOf(dagId))) !== null;
  const { completed, failed, skipped, canceled } =
    snapshot.counts ?? (await counted(store, backfillId, snapshot));
  const running = driven ? (await counted(store, backfillId, snapshot)).running : 0;
  const total = plan.executionDate.length;
  const remaining = total - completed - failed - skipped - canceled;
  return {
    backfillId,
    dagId,
    state: snapshot.enqueued
      ? "enqueued"
      : ended
        ? state
        : !driven
          ? "interrupted"
          : awaits
            ? "awaiting_approval"
            : state,
    options: reusableOptions(options),
    progress: { total, completed, failed, remaining, running, skipped, canceled },
  };
}

/** Every backfill that the store knows, oldest first. Of the core it needs nothing: a page may ask before that is there. */
export async function listOf(
  store: RunStore,
  filter: { dagId?: string; unfinished?: boolean },
  hooks: Hooks = {},
): Promise<BackfillSummary[]> {
  const read = fields(filter, "filter", { dagId: name, unfinished: flag });
  const summaries: BackfillSummary[] = [];
  refuseAborted(hooks);
  for (const { id, snapshot } of await askStore(() => store.listBackfills(read), hooks.signal)) {
    summaries.push(await askStore(() => summarize(store, id, snapshot), hooks.signal));
    refuseAborted(hooks);
  }
  return summaries;
}
