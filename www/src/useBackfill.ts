import { TOKEN_OF_TASK } from "dagfill/planning";
import { startTransition, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Engine } from "./engine/engine";
import { failureOf } from "./failure";
import type { Draft, EngineError, PlanView, RowDetail, ShownRun, StoredBackfill, TaskStates } from "./model";
import type { DraftSource } from "./useDraft";
import { usePlan } from "./usePlan";

/** The package's model over the draft, whose executor is a simulation, and the backfills that this browser has on record. `onDraft` is told
 *  what a stored backfill was made of when it is opened. */
export function useBackfill(
  opening: Promise<Engine>,
  draft: Draft,
  source: DraftSource,
  onDraft: (draft: Draft) => void,
) {
  const [engine, setEngine] = useState<Engine | null>(null);
  const [trouble, setTrouble] = useState<EngineError | null>(null);
  const [epoch, setEpoch] = useState(0);
  useEffect(() => {
    opening.then(setEngine, (thrown) =>
      setTrouble({ ...failureOf(thrown), code: "WORKER_LOST", message: failureOf(thrown).message }),
    );
  }, [opening]);
  const model = engine?.model ?? null;
  const { plan, snapshot } = usePlan(engine, draft, source, epoch);
  const run = useMemo(() => (engine && snapshot ? engine.shown(snapshot) : null), [engine, snapshot]);
  const stored = useStored(plan.hasCore ? engine : null, draft, `${epoch} ${run?.backfillId} ${run?.phase}`);

  const guard = useCallback(async (work: () => Promise<unknown> | undefined) => {
    try {
      setTrouble(null);
      await work();
    } catch (thrown) {
      setTrouble(failureOf(thrown));
    }
    setEpoch((n) => n + 1);
  }, []);

  const actions = useMemo(() => {
    /** Hands the draft of a stored backfill over, and shows it in the form when `open` has succeeded. */
    const opened = (one: StoredBackfill, open: () => Promise<void> | undefined) =>
      guard(async () => {
        const from = draftOf(one.backfillId) ?? { ...draft, dagId: one.dagId };
        const isShown = model?.getSnapshot().run?.backfillId === one.backfillId;
        engine?.configure(from);
        await engine?.simulate(from);
        await open();
        if (!isShown && model?.getSnapshot().run?.backfillId === one.backfillId) onDraft(from);
      });
    const begun = async (from: Draft, begin: () => Promise<void> | undefined) => {
      await engine?.simulate(from);
      await begin();
      const { run, failure } = model?.getSnapshot() ?? {};
      if (run && !failure) keepDraft(run.backfillId, from);
    };
    return {
      /** Runs exactly the plan on the screen: refused with PLAN_CHANGED when it is another one now. */
      start: () => guard(() => begun(plan.planned?.draft ?? draft, () => model?.start())),
      retry: () =>
        guard(async () => {
          const from = draftOf(model?.getSnapshot().run?.backfillId ?? "") ?? draft;
          await begun(from, () => model?.retry());
        }),
      resumeStored: (one: StoredBackfill) =>
        opened(one, () => {
          const { parallel } = draftOf(one.backfillId) ?? draft;
          return model?.resume(one.backfillId, { maxParallelRuns: parallel });
        }),
      discard: (one: StoredBackfill) => opened(one, () => model?.discard(one.backfillId)),
      review: (one: StoredBackfill) => opened(one, () => model?.review(one.backfillId)),
      pause: () => model?.pause(),
      unpause: () => void model?.resume(),
      /** Also what a later Resume begins with. */
      setParallel: (lanes: number) => {
        const id = model?.getSnapshot().run?.backfillId ?? "";
        const from = draftOf(id);
        if (from) keepDraft(id, { ...from, parallel: lanes });
        model?.setMaxParallelRuns(lanes);
      },
      finish: () => void model?.cancel({ running: "finish" }),
      abort: () => void model?.cancel({ running: "abort" }),
      /** Back to the plan. */
      leave: () => model?.close(),
      /** Plans again, after something else has written to the store. */
      replan: () => model?.replan(),
      fillHistory: () =>
        guard(async () => {
          if (plan.plan) await engine?.fillHistory(draft, plan.plan);
          model?.replan();
        }),
      forget: () => guard(() => engine?.forget()),
      forgetSamples: () =>
        guard(async () => {
          await engine?.forgetSamples(draft.dagId);
          model?.replan();
        }),
      dismiss: () => {
        setTrouble(null);
        model?.dismiss();
      },
    };
  }, [engine, model, draft, plan, guard, onDraft]);

  // A watched backfill is read again until it has ended.
  useEffect(() => {
    if (run?.phase !== "watching") return;
    const one = stored.find((each) => each.backfillId === run.backfillId);
    if (!one) return;
    const timer = setTimeout(() => actions.review(one), 1000);
    return () => clearTimeout(timer);
  }, [run, stored, actions]);

  const refused = snapshot?.failure ?? null;
  const failure = trouble ?? (refused === null ? null : failureOf(refused));
  return { engine, plan, run, stored, failure, storage: engine?.problem ?? null, actions };
}

/** The backfills in the store, read every second: other tabs write there too. */
function useStored(engine: Engine | null, draft: Draft, occasion: string): StoredBackfill[] {
  const [stored, setStored] = useState<StoredBackfill[]>([]);
  const newest = useRef("[]");
  const asked = useRef(draft);
  asked.current = draft;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let gone = false;
    const read = async () => {
      try {
        const list = (await engine?.list(asked.current)) ?? [];
        const text = JSON.stringify(list);
        if (!gone && text !== newest.current) {
          newest.current = text;
          startTransition(() => setStored(list));
        }
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
    // An occasion asks again at once.
  }, [engine, occasion]);
  return stored;
}

/** The row under the cursor with its commands. Only the newest question is answered. Without a plan nothing is asked, and the row that was
 *  answered last is still known. */
export function useDetail(
  engine: Engine | null,
  draft: Draft,
  plan: PlanView | null,
  row: number | null,
): RowDetail | null {
  const [detail, setDetail] = useState<RowDetail | null>(null);
  const latest = useRef(0);
  const asked = useRef(draft);
  asked.current = draft;
  useEffect(() => {
    const question = ++latest.current;
    if (engine === null || row === null) {
      setDetail(null);
      return;
    }
    if (plan === null) return;
    engine.detail(row, asked.current).then(
      (answer) => {
        if (question === latest.current && answer) startTransition(() => setDetail(answer));
      },
      () => {},
    );
  }, [engine, plan, row]);
  return plan !== null || detail?.index === row ? detail : null;
}

/** The tokens of tasks that wait or run. */
const OPEN: ReadonlySet<string> = new Set(["queued", "running"]);

/** How the tasks of the selected run stand, now or at an instant of the past. */
export function useTaskStates(
  engine: Engine | null,
  run: ShownRun | null,
  runId: string | undefined,
  instant: number | null,
): TaskStates {
  const marks = run === null || runId === undefined ? undefined : engine?.model.taskMarks(runId);
  const states = useRef<TaskStates>(new Map());
  // Tasks that nobody goes on with are as their date, which says that it was interrupted.
  const isLeft = run?.phase === "stopped";
  const now = new Map(
    [...(marks ?? [])].flatMap(([taskId, { state, start, end }]) => {
      if (isLeft && OPEN.has(TOKEN_OF_TASK[state])) return [];
      if (instant === null || (end !== null && end <= instant)) return [[taskId, state] as const];
      return start !== null && start <= instant ? [[taskId, "running"] as const] : [];
    }),
  );
  // The same object while nothing changes: the graph is not touched then.
  const isSame =
    now.size === states.current.size && [...now].every(([id, state]) => states.current.get(id) === state);
  if (!isSame) states.current = now;
  return states.current;
}

/** Why the chosen day has no date: asked only when it has none. */
export function useAbsence(
  engine: Engine | null,
  plan: PlanView | null,
  day: string | null,
  row: number | null,
): string | null {
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    let gone = false;
    setText(null);
    if (engine && plan && day !== null && row === null)
      engine.model.absence(day).then(
        (answer) => {
          if (!gone) startTransition(() => setText(answer));
        },
        () => {},
      );
    return () => {
      gone = true;
    };
  }, [engine, plan, day, row]);
  return text;
}

/** Keeps the draft that a backfill was made of, so that it can be resumed after the page was closed. The conf is in the stored plan. */
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
