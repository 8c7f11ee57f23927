// Models that a test opens, and what it waits for.
import { MemoryStore } from "dagfill";

const january = { startDate: "2026-01-01", endDate: "2026-01-04" };

/** `open(t, settings)`: an open model over four days of a daily DAG, with a store of its own; closed with the test. */
export function opener(BackfillModel) {
  return (t, settings) => {
    const dag = { dagId: "sales", schedule: "@daily" };
    const store = settings.existing === undefined ? new MemoryStore() : undefined;
    const model = new BackfillModel({ dag, options: january, store, ...settings });
    t.after(model.open());
    return model;
  };
}

/** Resolves with the snapshot when it is as it should be. */
export function until(model, isSo) {
  return new Promise((resolve) => {
    const look = () => {
      if (!isSo(model.getSnapshot())) return;
      stop();
      resolve(model.getSnapshot());
    };
    const stop = model.subscribe(look);
    look();
  });
}
export const ready = (model) => until(model, ({ phase, isStale }) => phase === "ready" && !isStale);
export const phase = (model, name) => until(model, (snapshot) => snapshot.phase === name);
