import type { Progress, TaskInstance } from "dagfill";
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { type Engine, errorOf } from "./engine";
import type {
  Draft,
  EngineError,
  PlanView,
  ReviewView,
  RowDetail,
  StoredBackfill,
  TaskState,
  TaskStates,
} from "./model";
import { RunModel } from "./runModel";
import { usePlan } from "./usePlan";

/** What the page plans and runs, through its own worker, whose executor is a simulation; editors of their own have `useBackfill` of
 *  `dagfill/react`. `onDraft` is told what a stored backfill was made of when it is opened. */
export function useBackfill(engine: Engine, draft: Draft, onDraft: (draft: Draft) => void) {
  const [run, setRun] = useState<RunModel | null>(null);
  const [epoch, setEpoch] = useState(0);
  const [failure, setFailure] = useState<EngineError | null>(null);
  const [storage, setStorage] = useState<string | null>(null);
  const plan = usePlan(engine, draft, epoch, run === null);
  const stored = useStored(engine, draft, epoch);
  useSyncExternalStore(run?.subscribe ?? never, () => run?.version ?? -1);

  const current = useRef<RunModel | null>(null);
  current.current = run;
  useEffect(() => {
    engine.onRun = (batch) => {
      if (current.current?.backfillId !== batch.backfillId) return;
      current.current.take(batch);
      if (batch.phase === "finished") setEpoch((n) => n + 1);
    };
    engine.onLost = (message) => setFailure({ code: "WORKER_LOST", message });
    engine.call("storage").then(setStorage, (thrown) => setFailure(errorOf(thrown)));
  }, [engine]);

  const guard = useCallback(async (work: () => Promise<void>) => {
    try {
      setFailure(null);
      await work();
    } catch (thrown) {
      setFailure(errorOf(thrown));
    }
    setEpoch((n) => n + 1);
  }, []);

  const adopt = useCallback((started: Adopted, from: Draft) => {
    const { total, counts } = started.plan;
    const remaining = total - counts.skip;
    const progress = {
      total,
      completed: 0,
      failed: 0,
      remaining,
      running: 0,
      skipped: counts.skip,
      canceled: 0,
    };
    const model = new RunModel(started.backfillId, started.plan, started.progress ?? progress);
    model.recall(started.bars ?? []);
    current.current = model;
    keepDraft(started.backfillId, from);
    setRun(model);
  }, []);

  const actions = useMemo(() => {
    const named = (work: (id: string) => Promise<unknown>) => () => {
      const id = current.current?.backfillId;
      if (id) void guard(async () => void (await work(id)));
    };
    return {
      /** Runs exactly the plan on the screen: refused with PLAN_CHANGED when it is another one now. */
      start: () =>
        guard(async () => {
          if (!plan.planned || !plan.plan) return;
          const { draft: planned, now } = plan.planned;
          adopt(await engine.call("start", planned, now, plan.plan.planHash), planned);
        }),
      retry: () =>
        guard(async () => {
          const id = current.current?.backfillId ?? "";
          const from = draftOf(id) ?? draft;
          adopt(await engine.call("retry", from, Date.now()), from);
        }),
      resumeStored: (one: StoredBackfill) =>
        guard(async () => {
          const from = draftOf(one.backfillId) ?? { ...draft, dagId: one.dagId };
          adopt(await engine.call("resume", one.backfillId, from), from);
          onDraft(from);
        }),
      discard: (one: StoredBackfill) =>
        guard(() =>
          engine.call("discard", one.backfillId, draftOf(one.backfillId) ?? { ...draft, dagId: one.dagId }),
        ),
      review: (one: StoredBackfill) =>
        guard(async () => {
          const from = draftOf(one.backfillId) ?? { ...draft, dagId: one.dagId };
          const view = await engine.call("review", one.backfillId, from);
          if (!view) return;
          if (current.current?.backfillId !== one.backfillId) onDraft(from);
          setRun(RunModel.review(view));
        }),
      pause: named((id) => engine.call("pause", id)),
      unpause: named((id) => engine.call("unpause", id)),
      /** Also what a later Resume begins with. */
      setParallel: (lanes: number) =>
        named((id) => {
          const from = draftOf(id);
          if (from) keepDraft(id, { ...from, parallel: lanes });
          return engine.call("setParallel", id, lanes);
        })(),
      finish: named((id) => engine.call("cancel", id, "finish")),
      abort: named((id) => engine.call("cancel", id, "abort")),
      /** Back to the plan; a run of this page goes on and stays in the list. */
      leave: () => {
        setRun(null);
        setEpoch((n) => n + 1);
      },
      /** Plans again, after something else has written to the store. */
      replan: () => setEpoch((n) => n + 1),
      fillHistory: () => guard(async () => void (await engine.call("fillHistory", draft, Date.now()))),
      forget: () => guard(() => engine.call("forget")),
      dismiss: () => setFailure(null),
    };
  }, [engine, draft, plan, guard, adopt, onDraft]);

  // A watched backfill is read again until it has ended.
  useEffect(() => {
    if (run?.phase !== "watching") return;
    const one = stored.find((each) => each.backfillId === run.backfillId);
    if (!one) return;
    const timer = setTimeout(() => actions.review(one), 1000);
    return () => clearTimeout(timer);
  }, [run, stored, actions]);

  return { plan, run, stored, failure, storage, actions };
}

/** A backfill that begins, or goes on with what had ended before. */
interface Adopted {
  backfillId: string;
  plan: RunModel["plan"];
  bars?: ReviewView["bars"];
  progress?: Progress | null;
}

const never = () => () => {};

/** The backfills in the store, read every second: other tabs write there too. */
function useStored(engine: Engine, draft: Draft, epoch: number): StoredBackfill[] {
  const [stored, setStored] = useState<StoredBackfill[]>([]);
  const asked = useRef(draft);
  asked.current = draft;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let gone = false;
    const read = async () => {
      try {
        const list = await engine.call("list", {
          ...asked.current,
          schedule: "@daily",
          timeZone: "UTC",
          tasks: [],
        });
        if (!gone) setStored((before) => (JSON.stringify(before) === JSON.stringify(list) ? before : list));
      } catch {
        // The next reading may succeed; a store that is gone is reported by what needs it.
      }
      if (!gone) timer = setTimeout(read, 1000);
    };
    void read();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
    // Epoch asks again at once.
  }, [engine, epoch]);
  return stored;
}

/** The row under the cursor with its commands. Only the newest question is answered. */
export function useDetail(engine: Engine, plan: PlanView | null, row: number | null): RowDetail | null {
  const [detail, setDetail] = useState<RowDetail | null>(null);
  const latest = useRef(0);
  useEffect(() => {
    const question = ++latest.current;
    if (plan === null || row === null) {
      setDetail(null);
      return;
    }
    engine.call("detail", plan.planHash, row).then(
      (answer) => {
        if (question === latest.current && answer) setDetail(answer);
      },
      () => {},
    );
  }, [engine, plan, row]);
  return detail;
}

/** How the tasks of the selected run stand, now or at an instant of the past: read again until the backfill has ended. */
export function useTaskStates(
  engine: Engine,
  run: RunModel | null,
  runId: string | undefined,
  instant: number | null,
): TaskStates {
  const [tasks, setTasks] = useState<TaskInstance[]>([]);
  const dagId = run?.plan.dagId;
  const live = run !== null && run.phase !== "finished" && run.phase !== "stopped";
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let gone = false;
    setTasks((before) => (before[0]?.runId === runId ? before : []));
    if (dagId === undefined || runId === undefined) return;
    const read = async () => {
      const list = await engine.call("tasks", dagId, runId).catch(() => null);
      if (gone) return;
      if (list) setTasks((before) => (JSON.stringify(before) === JSON.stringify(list) ? before : list));
      if (live) timer = setTimeout(read, 100);
    };
    void read();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [engine, dagId, runId, live]);
  return useMemo(() => statesAt(tasks, instant ?? Number.POSITIVE_INFINITY), [tasks, instant]);
}

function statesAt(tasks: TaskInstance[], instant: number): TaskStates {
  const states = new Map<string, TaskState>();
  for (const { taskId, state, startedAt, finishedAt } of tasks) {
    if (finishedAt === undefined || Date.parse(finishedAt) <= instant) states.set(taskId, state);
    else if (startedAt !== undefined && Date.parse(startedAt) <= instant) states.set(taskId, "running");
  }
  return states;
}

/** Why the chosen day has no date: asked only when it has none. */
export function useAbsence(
  engine: Engine,
  plan: PlanView | null,
  day: string | null,
  row: number | null,
): string | null {
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    let gone = false;
    setText(null);
    if (plan && day !== null && row === null)
      engine.call("explainDay", day).then(
        (answer) => {
          if (!gone) setText(answer);
        },
        () => {},
      );
    return () => {
      gone = true;
    };
  }, [engine, plan, day, row]);
  return text;
}

/** What a backfill was made of, so that it can be resumed after the page was closed. The conf is in the stored plan. */
function keepDraft(backfillId: string, draft: Draft) {
  try {
    localStorage.setItem(`dagfill.run.${backfillId}`, JSON.stringify(draft));
  } catch {
    // Storage is blocked: then nothing survives, and the page says so.
  }
}

function draftOf(backfillId: string): Draft | null {
  try {
    return JSON.parse(localStorage.getItem(`dagfill.run.${backfillId}`) ?? "null") as Draft | null;
  } catch {
    return null;
  }
}
