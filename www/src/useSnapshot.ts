import type { BackfillSnapshot, PlanEstimate } from "dagfill/react";
import { startTransition, useCallback, useEffect, useRef, useState } from "react";
import type { Asked, Engine } from "./engine/engine";
import type { PlanView } from "./model";

/** The model's state, and the newest plan with what belongs to it. */
export interface Shown {
  /** null until the package is there. */
  snapshot: BackfillSnapshot | null;
  /** The newest plan that could be made; while a backfill is shown, the one that it was started from. */
  plan: PlanView | null;
  estimate: PlanEstimate | null;
  /** Milliseconds from the question to the answer. */
  took: number;
  /** The question that `plan` answers. */
  planned: Asked | null;
}

const NOTHING: Shown = { snapshot: null, plan: null, estimate: null, took: 0, planned: null };

/** The model's state, read again by the returned function and whenever the model says so. It is drawn as a transition: a key that is pressed
 *  meanwhile comes first. The first plan is drawn at once. */
export function useSnapshot(engine: Engine | null): [Shown, () => void] {
  const [shown, setShown] = useState(NOTHING);
  const newest = useRef(NOTHING);
  const read = useCallback(() => {
    if (engine === null) return;
    const before = newest.current;
    const next = after(before, engine);
    newest.current = next;
    if (before.plan === null) setShown(next);
    else startTransition(() => setShown(next));
  }, [engine]);
  useEffect(() => {
    read();
    return engine?.model.subscribe(read);
  }, [engine, read]);
  return [shown, read];
}

function after(before: Shown, { model, asked, begun }: Engine): Shown {
  const snapshot = model.getSnapshot();
  if (snapshot.run !== null) return { ...before, snapshot };
  let { plan, estimate, took } = before;
  if (snapshot.plan !== null && snapshot.plan !== plan) {
    performance.mark("plan-arrived");
    ({ plan, estimate } = snapshot);
    took = performance.now() - begun;
  }
  const planned = plan !== null && !snapshot.isStale ? asked : before.planned;
  return { snapshot, plan, estimate, took, planned };
}
