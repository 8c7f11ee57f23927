import { dayOfRow, englishDuration, totals } from "dagfill/planning";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Banners, Refused } from "./Banners";
import { ClockNotes } from "./ClockNotes";
import { DagPanel } from "./DagPanel";
import { Dialogs, type Open } from "./Dialogs";
import { number, plural } from "./days";
import type { Engine } from "./engine/engine";
import type { ExportFormat } from "./engine/export";
import { DEFAULT_DRAFT } from "./examples";
import { Header } from "./Header";
import { HourStrip } from "./HourStrip";
import { Lead } from "./Lead";
import { type Linked, surpriseOf } from "./linked";
import { needsConfirmation } from "./Modal";
import type { Change, PlanView } from "./model";
import { Frozen, Notes } from "./Notes";
import { obstacleOf } from "./obstacle";
import { keptRange, outsideOf } from "./ownDates";
import { PlanForm } from "./PlanForm";
import { madeUpBy, NO_SAMPLES } from "./samples";
import { Trouble } from "./Trouble";
import { useTheme } from "./theme";
import { Unfolded } from "./Unfolded";
import type { Address } from "./url";
import { useAddress } from "./useAddress";
import { useAbsence, useBackfill, useDetail, useTaskStates } from "./useBackfill";
import { useCompare } from "./useCompare";
import { useCursor } from "./useCursor";
import { useDraft, useUndoKeys } from "./useDraft";
import { useDrop } from "./useDrop";
import { useKeptFocus } from "./useKeptFocus";
import { useMedia } from "./useMedia";
import { useOwnDags } from "./useOwnDags";
import { useSampleHistory } from "./useSampleHistory";
import { Legend, Verdict } from "./Verdict";
import { writeFile } from "./writeFile";

// Parts that the first plan does not need are loaded after it.
const ComparePanel = lazy(() => import("./ComparePanel").then((part) => ({ default: part.ComparePanel })));
const PlanCalendar = lazy(() => import("./parts").then((part) => ({ default: part.PlanCalendar })));
const ChosenDate = lazy(() => import("./parts").then((part) => ({ default: part.ChosenDate })));
const Intervals = lazy(() => import("./parts").then((part) => ({ default: part.Intervals })));
const PlannedLanes = lazy(() => import("./parts").then((part) => ({ default: part.PlannedLanes })));
const PlanTable = lazy(() => import("./parts").then((part) => ({ default: part.PlanTable })));
const RunPanel = lazy(() => import("./RunPanel").then((part) => ({ default: part.RunPanel })));

const NO_ERRORS: ReadonlyMap<number, string> = new Map();

export interface AppProps {
  opening: Promise<Engine>;
  initial: Address & { fresh: boolean };
}

export function App({ opening, initial }: AppProps) {
  const { draft, setDraft, history: edits, canUndo, source } = useDraft(initial.draft);
  const change = useCallback<Change>(
    (part) => setDraft((before) => ({ ...before, ...(typeof part === "function" ? part(before) : part) })),
    [setDraft],
  );
  const backfill = useBackfill(opening, draft, source, setDraft);
  const { engine, plan, run, stored, actions } = backfill;
  const own = useOwnDags(plan.hasCore);
  useUndoKeys(edits, run === null);
  const theme = useTheme();
  const phone = useMedia("(max-width: 820px)");
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
  const [open, setOpen] = useState<Open | null>(null);
  const [scrub, setScrub] = useState<number | null>(null);
  const close = useCallback(() => setOpen(null), []);

  // A run changes in place; its version says so.
  const view: PlanView | null = useMemo(
    () => (run ? (scrub === null ? run.plan : run.at(scrub)) : plan.plan),
    [run, scrub, plan.plan, run?.phase],
  );
  const version = run?.version ?? 0;
  const cursor = useCursor(run?.plan ?? plan.plan, initial.selected);
  const stale = plan.stale && run === null;
  // Commands of a plan that is no longer the form's would be those of other tasks: the panel keeps what it has shown, the tasks have none.
  const detail = useDetail(engine, draft, stale ? null : view, cursor.shown);
  const states = useTaskStates(engine, run, run ? detail?.runId : undefined, scrub);
  const absence = useAbsence(engine, stale || run ? null : view, cursor.text, cursor.row);
  const compare = useCompare(engine, draft, run ? null : plan.plan);
  useSampleHistory(initial.fresh, plan, draft, actions.fillHistory);
  const [refused, setRefused] = useState(initial.refused);
  const [linked, setLinked] = useState<Linked | null>(initial);
  const onAddress = useCallback(
    (address: Address) => {
      setRefused(address.refused);
      setLinked(address);
      // The conf is only in the address when it was asked for.
      setDraft((before) => ({ ...address.draft, conf: address.draft.conf || before.conf }));
    },
    [setDraft],
  );
  const today = plan.plan;
  const link = useAddress(draft, cursor.text, today && today.total - today.counts.skip, onAddress);

  // Version stands for the columns' contents.
  const sums = useMemo(() => (view ? totals(view.days) : []), [view, version]);
  const samples = plan.answer?.samples ?? NO_SAMPLES;
  const madeUp = useMemo(() => (view ? madeUpBy(view, samples) : []), [view, samples]);
  const asked = run ? null : (plan.planned?.draft ?? null);
  const comparison = run || !compare || compare.error ? null : compare;
  const errors = run?.errors ?? NO_ERRORS;

  // Another DAG was chosen, whose plan is still to come.
  const isOther = run === null && plan.plan !== null && plan.plan.dagId !== draft.dagId;
  const obstacle = obstacleOf(draft, plan, stored);
  // Of what is shown: while a backfill is, the plan of the form may be another one.
  const starting = view ? view.total - view.counts.skip : 0;
  const ready = run === null && obstacle === null && starting > 0;
  const start = () => {
    history.pushState(null, "", location.href);
    setScrub(null);
    void actions.start();
  };
  const onRun = () => {
    if (!ready || !plan.plan) return;
    if (needsConfirmation(plan.plan)) setOpen({ name: "confirm" });
    else start();
  };
  useKeptFocus();
  const onRunNow = useRef(onRun);
  onRunNow.current = onRun;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) onRunNow.current();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);

  useDrop(run === null, (given) => setOpen({ name: "bring", given }));

  const [written, setWritten] = useState<number | null>(null);
  const exportPlan = async (format: ExportFormat) => {
    const reason = await writeFile(format, { engine, draft, plan, run, view, scrub }, setWritten);
    if (reason !== null) setOpen({ name: "no-file", reason });
  };
  const onExclude = useCallback(
    (day: string) => {
      setDraft((before) => ({
        ...before,
        exclude: before.exclude.includes(day)
          ? before.exclude.filter((each) => each !== day)
          : [...before.exclude, day].sort(),
      }));
    },
    [setDraft],
  );
  const onRange = useCallback((from: string, to: string) => change({ from, to }), [change]);
  const toggle = (token: number) =>
    setHidden((before) => {
      const after = new Set(before);
      if (!after.delete(token)) after.add(token);
      return after;
    });
  const form = (
    <PlanForm
      draft={draft}
      change={change}
      plan={plan}
      forget={() => setOpen({ name: "forget" })}
      fillHistory={() => void actions.fillHistory()}
    />
  );
  if (backfill.failure?.code === "WORKER_LOST" || plan.error?.code === "WASM_UNAVAILABLE")
    return <Refused failure={plan.error ?? backfill.failure ?? { code: "", message: "" }} />;

  return (
    <>
      <a className="skip" href="#plan">
        Skip to the plan
      </a>
      <Header
        draft={draft}
        change={change}
        theme={theme}
        undo={run === null && canUndo ? edits.undo : null}
        exportable={view !== null || plan.error !== null}
        written={written}
        past={run ? [] : stored.filter((one) => ["success", "failed", "canceled"].includes(one.state))}
        onReview={(one) => void actions.review(one)}
        dags={{
          own: own.dags,
          onOwn: (dag) => setDraft({ ...DEFAULT_DRAFT, ...dag }),
          onForget: own.forget,
          onExample: (example) => setDraft(example.draft),
        }}
        onLink={() => setOpen({ name: "link" })}
        onCode={(flavour) => setOpen({ name: "code", flavour })}
        onExport={(format) => void exportPlan(format)}
      />
      <Lead bring={run ? null : () => setOpen({ name: "bring", given: null })} />
      <Banners
        stored={stored}
        storage={backfill.storage}
        failure={backfill.failure}
        watching={run?.backfillId ?? null}
        resume={(one) => void actions.resumeStored(one)}
        review={(one) => void actions.review(one)}
        discard={(one) => setOpen({ name: "discard", one })}
        exportPlan={() => void exportPlan("json")}
        dismiss={actions.dismiss}
        refused={refused}
        surprise={run ? null : surpriseOf(linked, plan)}
        dismissRefused={() => setRefused(null)}
        unkept={own.unkept?.dagId === draft.dagId ? own.unkept : null}
        dismissUnkept={own.dismiss}
      />
      <div className="page">
        {!phone && <aside>{run ? <Frozen draft={draft} run={run} /> : form}</aside>}
        <main id="plan" tabIndex={-1}>
          <Suspense>
            {run && engine ? (
              <RunPanel
                run={run}
                sums={sums}
                model={engine.model}
                theme={theme.key}
                scrub={scrub}
                onScrub={setScrub}
                onSelect={cursor.chooseRow}
                actions={{
                  ...actions,
                  retry: () => void actions.retry(),
                  leave: () => {
                    setScrub(null);
                    actions.leave();
                  },
                }}
                onCancel={() => setOpen({ name: "cancel" })}
              />
            ) : (
              <section className="verdict-panel" aria-label="Verdict">
                <Trouble plan={plan} draft={draft} change={change} phone={phone} />
                {plan.plan ? (
                  <Verdict
                    draft={draft}
                    sums={sums}
                    estimate={plan.estimate}
                    stale={plan.stale}
                    planning={isOther}
                    samples={samples}
                    madeUp={madeUp}
                    outside={plan.stale ? 0 : outsideOf(plan.plan)}
                    obstacle={obstacle}
                    onRun={onRun}
                    onOwnDates={() => change((before) => keptRange(before, Date.now()))}
                  />
                ) : (
                  !plan.error && <p className="headline">Planning…</p>
                )}
              </section>
            )}
            {view && engine && !run && starting > 0 && (
              <Unfolded title="What would run when">
                <PlannedLanes
                  plan={view}
                  estimate={plan.estimate}
                  model={engine.model}
                  theme={theme.key}
                  onSelect={cursor.chooseRow}
                />
              </Unfolded>
            )}
            {draft.compare && !run && <ComparePanel draft={draft} view={compare} change={change} />}
          </Suspense>
          {view && (
            <>
              <section className={stale ? "stale" : undefined} aria-label="Calendar">
                {!comparison && <Legend asked={asked} sums={sums} hidden={hidden} toggle={toggle} />}
                <Suspense>
                  <PlanCalendar
                    plan={view}
                    version={version}
                    hidden={hidden}
                    exclude={draft.exclude}
                    comparison={comparison}
                    selected={cursor.day}
                    theme={theme.key}
                    phone={phone}
                    onSelect={cursor.chooseDay}
                    onHover={cursor.setHover}
                    onRange={run ? undefined : onRange}
                    onExclude={run ? undefined : onExclude}
                  />
                </Suspense>
                {!run && (
                  <p className="note">
                    <span className="by-mouse">Drag for a range, Ctrl+click or Space to take a day out.</span>
                    {view.clockChanges.length > 0 && " A corner marks a clock change."}
                  </p>
                )}
                {cursor.day !== null && (
                  <HourStrip plan={view} day={cursor.day} selected={cursor.row} onSelect={cursor.chooseRow} />
                )}
                <section className="chosen" aria-label="Chosen date" data-testid="why">
                  <Suspense>
                    <ChosenDate
                      plan={view}
                      version={version}
                      run={run && { plan: view }}
                      errors={errors}
                      day={cursor.shown === null ? cursor.day : dayOfRow(view, cursor.shown)}
                      row={cursor.shown}
                      detail={cursor.shown === null ? null : detail}
                      absence={absence}
                    />
                  </Suspense>
                </section>
                {engine && view.total > 0 && (
                  <Suspense>
                    <Intervals
                      plan={view}
                      version={version}
                      model={engine.model}
                      selected={cursor.row}
                      onSelect={cursor.chooseRow}
                    />
                  </Suspense>
                )}
                <ClockNotes
                  plan={view}
                  draft={draft}
                  change={run ? null : change}
                  onSelect={cursor.chooseDay}
                />
                <Notes
                  plan={view}
                  samples={samples}
                  onForget={
                    run || backfill.storage !== null ? null : () => setOpen({ name: "forget-samples" })
                  }
                  onNotDue={run || draft.notDue ? null : () => change({ notDue: true })}
                  onFailed={run ? null : () => change({ which: "failed" })}
                />
              </section>
              <div className="split">
                <DagPanel
                  draft={draft}
                  dag={plan.answer?.dag}
                  detail={stale ? null : detail}
                  states={states}
                  editable={run === null}
                  change={change}
                  phone={phone}
                />
                <div className={stale ? "stale" : undefined}>
                  <h2>Runs</h2>
                  <Suspense>
                    <PlanTable
                      plan={view}
                      version={version}
                      hidden={hidden}
                      selected={cursor.row}
                      errors={errors}
                      samples={samples}
                      onSelect={cursor.chooseRow}
                    />
                  </Suspense>
                  <p className="note" data-testid="timing" data-took={plan.took}>
                    {run
                      ? plural(view.total, "date")
                      : `${number(starting)} of ${plural(view.total, "date")} will run, planned in ${englishDuration(Math.max(1, plan.took))}`}
                  </p>
                </div>
              </div>
            </>
          )}
          {!view && (
            <DagPanel
              draft={draft}
              dag={plan.answer?.dag}
              detail={null}
              states={states}
              editable
              change={change}
              phone={phone}
            />
          )}
        </main>
      </div>
      {phone && run === null && (
        <section className="bottom-bar" aria-label="The plan in short">
          <span>
            {isOther ? "Planning…" : view ? plural(starting, "run") : "No plan yet"}
            {!isOther && plan.estimate && `, ${englishDuration(plan.estimate.makespan)}`}
          </span>
          <button type="button" onClick={() => setOpen({ name: "form" })}>
            Edit plan
          </button>
          <button type="button" className="primary" disabled={!ready} onClick={onRun}>
            Run
          </button>
        </section>
      )}
      {open && (
        <Dialogs
          open={open}
          close={close}
          engine={engine}
          draft={draft}
          onBrought={(dag) => {
            change(dag);
            own.keep(dag);
          }}
          onRecords={actions.replan}
          plan={plan}
          run={run}
          form={form}
          start={start}
          link={link}
          actions={{
            ...actions,
            forget: () => void actions.forget(),
            forgetSamples: () => void actions.forgetSamples(),
            discard: (one) => void actions.discard(one),
          }}
        />
      )}
    </>
  );
}
