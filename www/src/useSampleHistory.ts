import { useEffect, useRef } from "react";
import { EXAMPLES } from "./examples";
import type { Draft } from "./model";
import type { PlanState } from "./usePlan";

const HISTORY = new Set(EXAMPLES.flatMap((example) => (example.history ? [example.draft.dagId] : [])));

/** The first visit to an example finds records, so that there is something to keep and something to run again. */
export function useSampleHistory(fresh: boolean, plan: PlanState, draft: Draft, fill: () => Promise<void>) {
  const done = useRef(new Set<string>());
  useEffect(() => {
    const { answer, planned } = plan;
    if (
      !fresh ||
      !plan.plan ||
      answer?.hasHistory !== false ||
      planned?.draft !== draft ||
      done.current.has(draft.dagId)
    )
      return;
    if (!HISTORY.has(draft.dagId) || remembered(draft.dagId)) return;
    done.current.add(draft.dagId);
    void fill();
  }, [fresh, plan, draft, fill]);
}

function remembered(dagId: string): boolean {
  try {
    const key = `dagfill.sample.${dagId}`;
    const before = localStorage.getItem(key) !== null;
    localStorage.setItem(key, "1");
    return before;
  } catch {
    return false;
  }
}
