// A batch of the core, three numbers a change, as changes of the store.
import { failure } from "../../failure.js";
import type { StoreChange } from "../../store/store.js";
import { abortReason } from "../host/run_state.js";
import { CHANGE, type Records } from "./records.js";
import type { Rows } from "./rows.js";

/** `origin[n]` is the position in the core's batch of the store's change n: one of the core's may be two of the store's.
 *  `counts` are those before this batch: completed, failed, skipped and canceled rows. */
export function translate(
  batch: Uint32Array,
  now: number,
  rows: Rows,
  records: Records,
  counts: () => Uint32Array,
): { changes: StoreChange[]; origin: number[] } {
  const changes: StoreChange[] = [];
  const origin: number[] = [];
  const ends = { [CHANGE.success]: 0, [CHANGE.failed]: 0, [CHANGE.canceled]: 0 };
  const countsThen = () => {
    const [completed = 0, failed = 0, skipped = 0, canceled = 0] = counts();
    return {
      completed: completed + ends[CHANGE.success],
      failed: failed + ends[CHANGE.failed],
      skipped,
      canceled: canceled + ends[CHANGE.canceled],
    };
  };
  for (let at = 0; at < batch.length; at += 3) {
    const [kind, row, attempt] = [batch[at] as number, batch[at + 1] as number, batch[at + 2] as number];
    switch (kind) {
      case CHANGE.begin:
        rows.startedAt[row] = now;
        rows.finishedAt[row] = Number.NaN;
        records.begin(row, attempt, now, changes);
        break;
      case CHANGE.requeue:
        changes.push(records.requeue(row));
        break;
      case CHANGE.save:
        changes.push(records.save(row, now, countsThen));
        break;
      case CHANGE.success:
      case CHANGE.failed:
      case CHANGE.canceled:
        ends[kind] += 1;
        if (Number.isNaN(rows.finishedAt[row])) rows.finishedAt[row] = now;
        if (kind !== CHANGE.success && !rows.errors.has(row)) {
          rows.errors.set(row, failure(abortReason("cancel", rows.planned(row).runId)));
        }
        changes.push(records.end(row, kind));
        break;
    }
    while (origin.length < changes.length) origin.push(at / 3);
  }
  return { changes, origin };
}
