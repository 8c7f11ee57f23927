// The hook: a backfill as state, and what can be done with it.
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { BackfillModel } from "./model/backfill_model.js";
import type { BackfillSettings } from "./model/settings.js";
import type { BackfillSnapshot } from "./model/snapshot.js";

/** A backfill on a page: what is to be drawn, and what can be done. All functions stay the same from render to render. */
export type PageBackfill = BackfillSnapshot &
  Omit<BackfillModel, "subscribe" | "getSnapshot" | "open" | "configure">;

/** Plans a backfill while somebody edits it, in a worker, and runs it by the page's own callback.
 *
 *  ```jsx
 *  const backfill = useBackfill({
 *    dag: { dagId: "sales", schedule: "@daily", tasks },
 *    options: { startDate: "2026-01-01", endDate: "2026-03-31", maxParallelRuns: 4 },
 *    executeRun: async ({ runId, signal }) => {
 *      const response = await fetch(`/api/runs/${runId}`, { method: "POST", signal });
 *      if (!response.ok) throw new Error(`the server said ${response.status}`);
 *    },
 *  });
 *  return <><PlanSummary backfill={backfill} /><DateCalendar backfill={backfill} /></>;
 *  ``` */
export function useBackfill(settings: BackfillSettings): PageBackfill {
  const [model] = useState(() => new BackfillModel(settings));
  return useModel(model, settings);
}

/** The same over a model that outlives the component. */
export function useModel(model: BackfillModel, settings: BackfillSettings): PageBackfill {
  // After each render: what the settings say may have changed.
  useEffect(() => model.configure(settings));
  useEffect(() => model.open(), [model]);
  const { subscribe, getSnapshot, ...actions } = model;
  const snapshot = useSyncExternalStore(subscribe, getSnapshot, getSnapshot);
  return useMemo(() => ({ ...snapshot, ...actions }), [snapshot, model]);
}
