import type { BackfillSnapshot, PlanEstimate } from "dagfill/react";
import {
  startTransition,
  useDeferredValue,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import type { Asked, Engine } from "./engine/engine";
import { firstAfter, readDag, readSchedule, withEnds } from "./engine/reading";
import { failureOf } from "./failure";
import type { Draft, EngineError, PlanAnswer, PlanView, Samples, ScheduleView } from "./model";
import { NO_SAMPLES } from "./samples";
import type { DraftSource } from "./useDraft";
import { useSnapshot } from "./useSnapshot";

export interface PlanState {
  /** The reading of the newest draft; null until the package is there. */
  answer: PlanAnswer | null;
  /** The newest plan that could be made. */
  plan: PlanView | null;
  estimate: PlanEstimate | null;
  /** Milliseconds from the question to the answer. */
  took: number;
  /** The draft of `plan`, and the instant that it was planned for. */
  planned: Asked | null;
  /** true when `plan` is older than what the form says. */
  stale: boolean;
  error: EngineError | null;
  /** The package can be asked on this thread, too. */
  hasCore: boolean;
}

/** The plan of the draft by the model, and the model's state. `epoch` hands the same draft over again, when the store is another one. */
export function usePlan(
  engine: Engine | null,
  draft: Draft,
  source: DraftSource,
  epoch: number,
): { plan: PlanState; snapshot: BackfillSnapshot | null } {
  const [{ snapshot, plan, estimate, took, planned }, read] = useSnapshot(engine);
  const told = useRef(epoch);
  useEffect(() => {
    if (!engine) return;
    const ask = (next: Draft) => {
      engine.configure(next);
      read();
    };
    source.listener = ask;
    const { now } = source.edits;
    if (engine.asked.draft !== now || told.current !== epoch) ask(now);
    told.current = epoch;
  }, [engine, source, epoch, read]);
  // With the mark at the arrival: how long the page itself was busy, canvases included.
  useLayoutEffect(() => {
    if (plan) performance.mark("plan-shown");
  }, [plan]);

  const refused = snapshot !== null && snapshot.run === null ? snapshot.error : null;
  // The form's texts are read by the core on this thread, after the worker has answered once: the first plan does not wait for them.
  const hasAnswered = useRef(false);
  hasAnswered.current ||= plan !== null || refused !== null;
  const core = useCore(useDeferredValue(hasAnswered.current, false) ? engine : null);
  const answer = useAnswer(core.isOpen ? engine : null, draft, plan);
  const error = useMemo(() => {
    const own = core.error ?? answer?.schedule.error ?? answer?.dag.error ?? null;
    if (own !== null || refused === null || !core.isOpen) return own;
    return withEnds(failureOf(refused), draft, Date.now());
    // An error is asked about once.
  }, [core, answer?.schedule.error, answer?.dag.error, refused]);
  // Where no worker starts, this thread plans: it was asked before its core was there.
  const isUnopened = core.isOpen && snapshot?.thread === "page" && error?.code === "WASM_UNAVAILABLE";
  useEffect(() => {
    if (isUnopened) engine?.model.replan();
  }, [engine, isUnopened]);
  // While a draft has an error its last valid plan stays; that of another DAG says nothing about it.
  const isOther = error !== null && plan !== null && plan.dagId !== draft.dagId;
  const shownPlan = isOther ? null : plan;
  const shownEstimate = isOther ? null : estimate;
  const stale = error !== null && shownPlan !== null;
  const shownError = isUnopened ? null : error;
  const hasCore = core.isOpen;
  const state = useMemo<PlanState>(
    () => ({
      ...{ answer, plan: shownPlan, estimate: shownEstimate, took, planned, stale, hasCore },
      error: shownError,
    }),
    [answer, shownPlan, shownEstimate, took, planned, stale, shownError, hasCore],
  );
  return { plan: state, snapshot };
}

interface CoreState {
  isOpen: boolean;
  error: EngineError | null;
}

const CLOSED: CoreState = { isOpen: false, error: null };

/** The core of this thread, opened when there is an engine that may be asked. */
function useCore(engine: Engine | null): CoreState {
  const [state, setState] = useState(CLOSED);
  useEffect(() => {
    const show = (next: CoreState) => startTransition(() => setState(next));
    engine?.openCore().then(
      () => show({ isOpen: true, error: null }),
      (thrown) => show({ isOpen: false, error: failureOf(thrown) }),
    );
  }, [engine]);
  return state;
}

function useAnswer(engine: Engine | null, newest: Draft, plan: PlanView | null): PlanAnswer | null {
  // A key that is pressed is painted first, then the form is read.
  const draft = useDeferredValue(newest);
  const { schedule, timeZone, kind, dst, tasks, rest, dagId } = draft;
  const words = useMemo<ScheduleView | null>(
    () => (engine ? readSchedule(draft, Date.now()) : null),
    [engine, schedule, timeZone, kind, dst, rest],
  );
  // The graph is only laid out again when the DAG is another one.
  const dag = useMemo(() => (engine ? readDag(draft) : null), [engine, dagId, tasks, rest]);
  const nextDate = useMemo(
    () => (engine && plan?.total === 0 ? firstAfter(draft, plan.end) : null),
    [engine, plan],
  );
  const [records, setRecords] = useState<{ plan: PlanView; hasHistory: boolean; samples: Samples } | null>(
    null,
  );
  useEffect(() => {
    let gone = false;
    if (engine && plan)
      engine.recordsOf(plan).then(
        (read) => gone || startTransition(() => setRecords({ plan, ...read })),
        // A store that is gone is told by what needs it.
        () => {},
      );
    return () => {
      gone = true;
    };
  }, [engine, plan]);
  return useMemo(() => {
    if (words === null || dag === null) return null;
    const isKnown = records !== null && records.plan.dagId === plan?.dagId;
    const hasHistory = records?.plan === plan && records !== null ? records.hasHistory : null;
    return { schedule: words, dag, nextDate, hasHistory, samples: isKnown ? records.samples : NO_SAMPLES };
  }, [words, dag, nextDate, records, plan]);
}
