import type { BackfillSnapshot, PlanEstimate } from "dagfill/react";
import { useDeferredValue, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Engine } from "./engine/engine";
import { failureOf } from "./failure";
import type { Draft, EngineError, PlanAnswer, PlanView, ScheduleView } from "./model";

type EngineModule = typeof import("./engine/engine");
/** The part of the page that needs the package: it comes after the first paint. */
export interface Started {
  engine: Engine;
  read: Pick<EngineModule, "firstAfter" | "readDag" | "readSchedule" | "withEnds">;
}

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

interface Asked {
  draft: Draft;
  now: number;
}

/** The plan of the draft by the model. `epoch` hands the same draft over again, when the store is another one. */
export function usePlan(
  started: Started | null,
  draft: Draft,
  epoch: number,
  snapshot: BackfillSnapshot | null,
): PlanState {
  const engine = started?.engine ?? null;
  const [asked, setAsked] = useState<Asked | null>(null);
  const begun = useRef(0);
  useEffect(() => {
    if (!engine) return;
    const now = Date.now();
    begun.current = performance.now();
    engine.configure(draft, now);
    setAsked({ draft, now });
    // Epoch hands the same draft over again.
  }, [engine, draft, epoch]);

  const isPlan = snapshot !== null && snapshot.run === null;
  // While a backfill is shown, the plan stays the one that it was started from.
  const last = useRef<{ plan: PlanView; estimate: PlanEstimate | null; took: number } | null>(null);
  if (isPlan && snapshot.plan !== null && last.current?.plan !== snapshot.plan) {
    performance.mark("plan-arrived");
    last.current = {
      plan: snapshot.plan,
      estimate: snapshot.estimate,
      took: performance.now() - (begun.current || (engine?.begun ?? 0)),
    };
  }
  const plan = last.current?.plan ?? null;
  const planned = useRef<Asked | null>(null);
  if (isPlan && plan !== null && !snapshot.isStale) planned.current = asked;
  // With the mark at the arrival: how long the page itself was busy, canvases included.
  useLayoutEffect(() => {
    if (plan) performance.mark("plan-shown");
  }, [plan]);

  const refused = isPlan ? snapshot.error : null;
  // The form's texts are read by the core on this thread, after the worker has answered once: the first plan does not wait for them.
  const hasAnswered = useRef(false);
  hasAnswered.current ||= plan !== null || refused !== null;
  const core = useCore(useDeferredValue(hasAnswered.current, false) ? engine : null);
  const answer = useAnswer(core.isOpen ? started : null, draft, plan);
  const error = useMemo(() => {
    const own = core.error ?? answer?.schedule.error ?? answer?.dag.error ?? null;
    if (own !== null || refused === null || !core.isOpen) return own;
    return started?.read.withEnds(failureOf(refused), draft, Date.now()) ?? null;
    // An error is asked about once.
  }, [core, answer?.schedule.error, answer?.dag.error, refused]);
  // Where no worker starts, this thread plans: it was asked before its core was there.
  const isUnopened = core.isOpen && snapshot?.thread === "page" && error?.code === "WASM_UNAVAILABLE";
  useEffect(() => {
    if (isUnopened) engine?.model.replan();
  }, [engine, isUnopened]);
  return {
    ...{ answer, plan, planned: planned.current, error: isUnopened ? null : error },
    hasCore: core.isOpen,
    estimate: last.current?.estimate ?? null,
    took: last.current?.took ?? 0,
    stale: error !== null && plan !== null,
  };
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
    engine?.openCore().then(
      () => setState({ isOpen: true, error: null }),
      (thrown) => setState({ isOpen: false, error: failureOf(thrown) }),
    );
  }, [engine]);
  return state;
}

function useAnswer(started: Started | null, newest: Draft, plan: PlanView | null): PlanAnswer | null {
  // A key that is pressed is painted first, then the form is read.
  const draft = useDeferredValue(newest);
  const { schedule, timeZone, kind, dst, tasks, rest, dagId } = draft;
  const words = useMemo<ScheduleView | null>(
    () => started?.read.readSchedule(draft, Date.now()) ?? null,
    [started, schedule, timeZone, kind, dst],
  );
  // The graph is only laid out again when the DAG is another one.
  const dag = useMemo(() => started?.read.readDag(draft) ?? null, [started, dagId, tasks, rest]);
  const nextDate = useMemo(
    () => (plan?.total === 0 ? (started?.read.firstAfter(draft, plan.end) ?? null) : null),
    [started, plan],
  );
  const [records, setRecords] = useState<{ plan: PlanView; hasHistory: boolean; samples: number } | null>(
    null,
  );
  useEffect(() => {
    let gone = false;
    if (started && plan)
      started.engine.recordsOf(plan).then(
        (read) => gone || setRecords({ plan, ...read }),
        // A store that is gone is told by what needs it.
        () => {},
      );
    return () => {
      gone = true;
    };
  }, [started, plan]);
  return useMemo(() => {
    if (words === null || dag === null) return null;
    const isKnown = records !== null && records.plan.dagId === plan?.dagId;
    const hasHistory = records?.plan === plan && records !== null ? records.hasHistory : null;
    return { schedule: words, dag, nextDate, hasHistory, samples: isKnown ? records.samples : 0 };
  }, [words, dag, nextDate, records, plan]);
}
