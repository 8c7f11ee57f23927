import { useEffect, useState } from "react";
import type { Engine } from "./engine/engine";
import type { CompareView, Draft, PlanView } from "./model";

/** The second schedule's dates beside those of the plan on the screen. */
export function useCompare(engine: Engine | null, draft: Draft, plan: PlanView | null): CompareView | null {
  const [view, setView] = useState<CompareView | null>(null);
  const wanted = draft.compare !== null && plan !== null && engine !== null;
  // Of the draft only these parts matter.
  useEffect(() => {
    if (!wanted || plan === null) {
      setView(null);
      return;
    }
    let gone = false;
    Promise.all([import("./engine/compare"), engine?.openCore()])
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
  }, [engine, plan, wanted, draft.compare, draft.kind, draft.dst]);
  return view;
}
