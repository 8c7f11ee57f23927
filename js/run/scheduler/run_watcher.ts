// Scheduled runs that other processes drive, watched so that none is lost when one of those dies.
import { abandonment } from "../../plan/history.js";
import type { RunRecord, RunStore } from "../../store/store.js";

/** A DAG, by its number too, and a date in epoch milliseconds. */
export interface RunKey {
  dag: number;
  dagId: string;
  date: number;
}

export class RunWatcher {
  readonly #store: RunStore;
  readonly #runs = new Map<string, RunKey>();

  constructor(store: RunStore) {
    this.#store = store;
  }

  add(key: RunKey): void {
    this.#runs.set(`${key.dag} ${key.date}`, key);
  }

  /** Those that nobody drives any more, oldest first; they, and those that have ended, are watched no longer. */
  async left(mine: string): Promise<RunKey[]> {
    const isLeft = abandonedBut(this.#store, mine);
    const found: RunKey[] = [];
    for (const [name, key] of [...this.#runs]) {
      const record = await recordAt(this.#store, key);
      if (record !== undefined && (await isLeft(record))) found.push(key);
      else if (isOpen(record)) continue;
      else this.#runs.delete(name);
    }
    for (const { dag, date } of found) this.#runs.delete(`${dag} ${date}`);
    return found.sort((a, b) => a.date - b.date);
  }
}

/** Whether a run is still to end. */
export function isOpen(record: RunRecord | undefined): record is RunRecord {
  return record !== undefined && (record.state === "queued" || record.state === "running");
}

/** Says whether a scheduled run was left by its owner: by a dead process, or by the one with the lease `mine`, which asks. A
 *  run that belongs to a backfill is the backfill's to go on with. */
export function abandonedBut(store: RunStore, mine: string): (record: RunRecord) => Promise<boolean> {
  const isAbandoned = abandonment(store, mine);
  return async (record) =>
    record.runType === "scheduled" && record.backfillId === undefined && (await isAbandoned(record));
}

export async function recordAt(
  store: RunStore,
  { dagId, date }: Pick<RunKey, "dagId" | "date">,
): Promise<RunRecord | undefined> {
  const [record] = await store.listRuns({ dagId, from: date, to: date });
  return record;
}
