import { useEffect, useState } from "react";
import type { Engine } from "./engine";
import type { CompareView, Draft, PlanView } from "./model";

/** The second schedule's dates beside those of the plan on the screen. */
export function useCompare(engine: Engine, draft: Draft, plan: PlanView | null): CompareView | null {
  const [view, setView] = useState<CompareView | null>(null);
  const wanted = draft.compare !== null && plan !== null;
  // Of the draft only these parts matter.
  useEffect(() => {
    if (!wanted) {
      setView(null);
      return;
    }
    let gone = false;
    engine.call("compare", draft).then(
      (answer) => {
        if (!gone) setView(answer);
      },
      () => {},
    );
    return () => {
      gone = true;
    };
  }, [engine, plan, wanted, draft.compare, draft.kind, draft.dst]);
  return view;
}
