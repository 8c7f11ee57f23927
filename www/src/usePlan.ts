import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { type Engine, errorOf } from "./engine";
import type { DagView, Draft, EngineError, PlanAnswer, PlanView } from "./model";

export interface PlanState {
  /** The answer to the newest draft that has been answered. */
  answer: PlanAnswer | null;
  /** The newest plan that could be made. */
  plan: PlanView | null;
  /** The draft of `plan`, and the instant that it was planned for. */
  planned: { draft: Draft; now: number } | null;
  /** true when `plan` is older than what the form says. */
  stale: boolean;
  error: EngineError | null;
}

const NOTHING: PlanState = { answer: null, plan: null, planned: null, stale: false, error: null };

/** Plans every draft in the worker. One request is on its way at a time; while it is, only the newest draft waits:
 *  the last input wins. `epoch` plans the same draft again, after the store has changed. */
export function usePlan(engine: Engine, draft: Draft, epoch: number, live: boolean): PlanState {
  const [state, setState] = useState(NOTHING);
  const busy = useRef(false);
  const waiting = useRef<Draft | null>(null);

  useEffect(() => {
    if (!live) return;
    waiting.current = draft;
    const next = async () => {
      const asked = waiting.current;
      if (busy.current || !asked) return;
      busy.current = true;
      waiting.current = null;
      const now = Date.now();
      try {
        const answer = await engine.call("plan", asked, now);
        performance.mark("plan-arrived");
        setState((before) => merge(before, answer, asked, now));
      } catch (thrown) {
        const error = errorOf(thrown);
        setState((before) => ({ ...before, stale: before.plan !== null, error }));
      }
      busy.current = false;
      void next();
    };
    void next();
    // Epoch asks for the same draft again.
  }, [engine, draft, epoch, live]);
  // With the mark at the arrival: how long the page itself was busy, canvases included.
  useLayoutEffect(() => {
    if (state.plan) performance.mark("plan-shown");
  }, [state.plan]);
  return state;
}

function merge(before: PlanState, fresh: PlanAnswer, draft: Draft, now: number): PlanState {
  // The graph is only laid out again when the DAG is another one.
  const known = before.answer?.dag;
  const same = known && textOf(known) === textOf(fresh.dag);
  const answer = same ? { ...fresh, dag: known } : fresh;
  if (!answer.plan) return { ...before, answer, stale: before.plan !== null, error: answer.error };
  return { answer, plan: answer.plan, planned: { draft, now }, stale: false, error: null };
}

/** For comparing: JSON leaves the entries of a map out. */
const textOf = (dag: DagView) => JSON.stringify({ ...dag, unknown: [...dag.unknown] });
