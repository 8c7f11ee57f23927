import { useEffect, useState } from "react";
import type { CompareView, Draft, PlanView } from "./model";
import type { Started } from "./usePlan";

/** The second schedule's dates beside those of the plan on the screen. */
export function useCompare(started: Started | null, draft: Draft, plan: PlanView | null): CompareView | null {
  const [view, setView] = useState<CompareView | null>(null);
  const wanted = draft.compare !== null && plan !== null && started !== null;
  // Of the draft only these parts matter.
  useEffect(() => {
    if (!wanted || plan === null) {
      setView(null);
      return;
    }
    let gone = false;
    Promise.all([import("./engine/compare"), started?.engine.openCore()])
      .then(([{ compare }]) => compare(draft, plan))
      .then(
        (answer) => {
          if (!gone) setView(answer);
        },
        () => {},
      );
    return () => {
      gone = true;
    };
  }, [started, plan, wanted, draft.compare, draft.kind, draft.dst]);
  return view;
}
