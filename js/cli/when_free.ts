// Waits for the lease of a DAG whose driver may have died. A live driver renews its lease, so the wait ends when the lease has
// either been renewed or expired.
import { setTimeout as sleep } from "node:timers/promises";
import { DagfillError } from "../error.js";
import type { RunStore } from "../face.js";
import type { Terminal } from "./terminal.js";

const lookMs = 200;

/** Calls `begin`. When another process holds the DAG's lease, it calls again after the lease has expired; BACKFILL_ACTIVE when
 *  the lease was renewed. */
export async function whenFree<T>(
  begin: () => Promise<T>,
  { dagId, store, notices, stop }: { dagId: string; store: RunStore; notices: Terminal; stop: AbortSignal },
): Promise<T> {
  const lease = `dag:${dagId}`;
  let first: { epoch: number; expiresAt: number } | undefined;
  for (;;) {
    try {
      return await begin();
    } catch (error) {
      if (!(error instanceof DagfillError) || error.code !== "BACKFILL_ACTIVE") throw error;
      for (let held = await store.readLease(lease); held !== null; held = await store.readLease(lease)) {
        if (first === undefined) {
          first = held;
          const seconds = Math.max(1, Math.ceil((held.expiresAt - Date.now()) / 1_000));
          notices.line(
            `${dagId} was driven by another process a moment ago: waiting up to ${seconds} s to see whether it is still alive`,
          );
        }
        if (held.epoch !== first.epoch || held.expiresAt > first.expiresAt) throw error;
        await pause(stop);
      }
    }
  }
}

async function pause(stop: AbortSignal): Promise<void> {
  try {
    await sleep(lookMs, undefined, { signal: stop });
  } catch (cause) {
    throw new DagfillError("ABORTED", "interrupted before anything was started", { cause });
  }
}
