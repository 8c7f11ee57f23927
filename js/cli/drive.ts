// Runs a backfill to its end, or until Ctrl-C. Shared by `run`, `resume`, `retry` and `clear`.
import { writeSync } from "node:fs";
import { DagfillError } from "../error.js";
import {
  type Backfill,
  type BackfillEvent,
  type BackfillOptions,
  BackfillService,
  type Hooks,
  type Progress,
} from "../face.js";
import type { ShellLine } from "../shell.js";
import { shortened } from "../visible.js";
import { AtWork } from "./at_work.js";
import { confirmed } from "./confirm.js";
import { type DetachableStore, detachable } from "./detachable.js";
import { type Executors, executorsOf } from "./executors.js";
import { warnOfRunsInFlight } from "./in_flight_warning.js";
import { aborted, graceOf, type Interrupts, settling, takeInterrupts } from "./interrupts.js";
import type { DagFile } from "./load_dag.js";
import { localDate } from "./local_date.js";
import { Outcome } from "./outcome.js";
import { planSummary, showPlan } from "./plan_view.js";
import { endedOf } from "./progress.js";
import { type ExitCode, exitCodes, reportError } from "./report_error.js";
import { type Reporter, reporterFor } from "./reporter.js";
import { type RetryWait, retryWaits } from "./retry_waits.js";
import { TaskLogs } from "./task_logs.js";
import { quoted, typedLine } from "./typed_line.js";
import type { UncaughtError } from "./uncaught.js";
import { keepsTasks, warningsOfUnrecordedRuns, warnOfUnrecordedTasks } from "./unrecorded_tasks.js";
import type { Request } from "./verb.js";
import { whenFree } from "./when_free.js";

/** The service and the functions that a verb runs its backfill with. */
export interface Session {
  service: BackfillService;
  /** Begins a backfill, shows its plan, or what is left of it where it is resumed, and waits for its end or for Ctrl-C. */
  follow(begin: (hooks: Hooks) => Promise<Backfill>, how?: { resumed?: boolean }): Promise<ExitCode>;
  /** The options to start with, after the warning of failed runs that have no tasks to keep, and the question before a large plan. */
  agreed(options: BackfillOptions): Promise<BackfillOptions>;
  /** Begins when the process that drove the DAG before has let go of it, or turns out to be dead. */
  whenFree<T>(dagId: string, begin: () => Promise<T>): Promise<T>;
}

/** Opens the store, takes Ctrl-C over, and gives `job` what it needs. */
export async function drive(
  request: Request,
  file: DagFile,
  job: (session: Session) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { world, values, notices } = request;
  const engine = await world.engine(file, values.engine);
  const store = detachable(await world.openStore(values.store, "write", notices));
  // Read when it is needed: the service has said by then what is wrong with it.
  const interrupts = takeInterrupts(graceOf(values.abortGrace));
  let reporter = reporterFor(request);
  const print = (line: ShellLine) => reporter.log(line);
  const executors = executorsOf(file, world, { logs: new TaskLogs(values.store), print });
  const { callbacks, dags, inFlight, uncaught } = executors;
  const { onUnknown } = callbacks;
  const how = engine === undefined ? callbacks : { engine, onUnknown };
  const service = new BackfillService({ dags, store, ...how });
  const report = (next: Reporter) => {
    reporter = next;
  };
  const parts = { request, file, store, service, interrupts, inFlight, uncaught, report };
  const frame: Frame = { ...parts, isFollowing: false };
  const onExit = () => {
    if (frame.isFollowing && !interrupts.abort.aborted) exitedEarly(file, values);
  };
  process.on("exit", onExit);
  const session: Session = {
    service,
    async agreed(options) {
      const mayWarn = keepsTasks(options) && engine === undefined;
      if (values.yes === true && !mayWarn) return options;
      const plan = await service.preview(options);
      if (mayWarn) {
        for (const { code, message } of await warningsOfUnrecordedRuns(plan, options, file, store))
          notices.line(`${notices.paint("yellow", "warning")} ${code}: ${message}`);
      }
      return confirmed(plan, options, request);
    },
    follow: (begin, how = {}) => follow(begin, how, frame),
    whenFree: (dagId, begin) => whenFree(begin, { dagId, store, notices, stop: interrupts.drain }),
  };
  try {
    // A backfill that is followed is left so that it can be resumed.
    const early = uncaught.failed.catch((error) => {
      if (!frame.isFollowing) throw error;
      return new Promise<never>(() => {});
    });
    return await Promise.race([job(session), early]);
  } catch (error) {
    // Ctrl-C before anything was started.
    if (interrupts.drain.aborted && error instanceof DagfillError && error.code === "ABORTED")
      return exitCodes.interrupted;
    throw error;
  } finally {
    reporter.end();
    executors.dispose();
    interrupts.dispose();
    process.off("exit", onExit);
    await engine?.close();
    await store.close();
  }
}

/** Handles a process that a function of the DAG has ended: its exit code must not say that all is done. */
function exitedEarly({ name }: DagFile, values: Request["values"]): void {
  if (process.exitCode === undefined || process.exitCode === exitCodes.ok)
    process.exitCode = exitCodes.interrupted;
  writeSync(
    2,
    `interrupted: the process ended while a backfill was running, for example because a task called process.exit(); ${typedLine("to continue it", `resume ${quoted(name)}`, values)}\n`,
  );
}

interface Frame extends Pick<Executors, "inFlight" | "uncaught"> {
  request: Request;
  file: DagFile;
  store: DetachableStore;
  interrupts: Interrupts;
  service: BackfillService;
  /** From now on, what commands print goes to this reporter. */
  report: (reporter: Reporter) => void;
  isFollowing: boolean;
}

async function follow(
  begin: (hooks: Hooks) => Promise<Backfill>,
  how: { resumed?: boolean },
  frame: Frame,
): Promise<ExitCode> {
  const { request } = frame;
  frame.isFollowing = true;
  // Runs start before `begin` fulfils; their events are kept until the plan has been printed.
  const began = Date.now();
  const early: BackfillEvent[] = [];
  let tell = (event: BackfillEvent) => {
    early.push(event);
  };
  const backfill = await begin({ onEvent: (event) => tell(event) });
  const outcome = new Outcome(backfill, request, began);
  const isLeaving = () => frame.interrupts.drain.aborted;
  const reporter = reporterFor(request, {
    backfillId: backfill.backfillId,
    timeZone: backfill.preview.timeZone,
    isLeaving,
  });
  frame.report(reporter);
  const atWork = new AtWork();
  const dag = frame.file.dags.find(({ dagId }) => dagId === backfill.preview.dagId);
  let waits: RetryWait[] = [];
  if (how.resumed === true) {
    waits = dag === undefined ? [] : await retryWaits(frame.store, dag, backfill.backfillId);
    for (const { runId, taskId } of waits) atWork.wait(runId, taskId);
  } else {
    warnOfRunsInFlight(backfill.preview);
    await warnOfUnrecordedTasks(backfill.preview, dag, frame.store, request);
  }
  if (how.resumed === true && !request.json) showResumed(backfill, waits, request);
  else showBegin(backfill, request);
  tell = (event) => {
    outcome.see(event);
    reporter.event(event);
    atWork.see(event);
  };
  for (const event of early) tell(event);
  const left = leave(backfill, frame, atWork).then((interrupted) => ({ interrupted }));
  const end = await Promise.race([backfill.result, left]);
  reporter.end();
  return "interrupted" in end ? outcome.showInterrupted(end.interrupted) : outcome.showResult(end);
}

function showBegin({ backfillId, preview }: Backfill, request: Request): void {
  const { json, terminal } = request;
  if (json) terminal.line(JSON.stringify({ type: "plan", backfillId, ...planSummary(preview) }));
  else showPlan(preview, request, "none");
}

/** Prints how much of a resumed backfill is left. Its plan was shown when it was started. */
function showResumed(
  { backfillId, preview, progress }: Backfill,
  waits: readonly RetryWait[],
  { terminal }: Request,
): void {
  const { total, remaining, canceled } = progress;
  const others = canceled === 0 ? "" : `, ${canceled} ${canceled === 1 ? "was" : "were"} canceled`;
  const dagId = terminal.paint("bold", shortened(preview.dagId, 200));
  terminal.line(
    `${dagId}  resuming ${backfillId}: ${endedOf(progress)} of ${total} dates have ended${others}, ${remaining} are left`,
  );
  const date = (utc: string) => localDate(utc, preview.timeZone);
  for (const { executionDate, taskId, until, attempt } of waits.slice(0, 5))
    terminal.line(
      `  ${date(executionDate)}: task ${shortened(taskId, 200)} waits until ${date(until)} for attempt ${attempt}`,
    );
  if (waits.length > 5) terminal.line(`  and ${waits.length - 5} more tasks wait`);
}

/** Waits for Ctrl-C, or an uncaught error, then takes this process out of the backfill so that another can continue it. Fulfils
 *  with the counts that the store has, as `list` shows them: in this process an abort also counts what it only gave up here. */
async function leave(backfill: Backfill, frame: Frame, atWork: AtWork): Promise<Progress> {
  const { store, service, interrupts, uncaught } = frame;
  const first = await Promise.race([aborted(interrupts.drain), uncaught.thrown]);
  const thrown = first ?? (await drain(backfill, frame, atWork));
  if (thrown !== undefined) await leaveAtOnce(backfill, frame, thrown);
  await store.releaseLeases();
  const { backfillId, preview } = backfill;
  const known = await service.list({ dagId: preview.dagId });
  return known.find((one) => one.backfillId === backfillId)?.progress ?? backfill.progress;
}

/** After Ctrl-C: runs in flight may finish, until they only wait for next attempts, or Ctrl-C comes again. Fulfils with an uncaught error that comes before. */
async function drain(
  backfill: Backfill,
  { request: { notices }, store, interrupts, inFlight, uncaught }: Frame,
  atWork: AtWork,
): Promise<UncaughtError | undefined> {
  if (!atWork.onlyWaits)
    notices.line(
      `stopping: no further runs start, and those in flight (${backfill.progress.running}) may finish; Ctrl-C again aborts them`,
    );
  backfill.pause({ stored: false });
  const thrown = await Promise.race([atWork.nothing(), aborted(interrupts.abort), uncaught.thrown]);
  if (thrown !== undefined) return thrown;
  const isAborted = interrupts.abort.aborted;
  if (isAborted || atWork.onlyWaits) {
    notices.line(
      isAborted
        ? "aborting the runs in flight"
        : "stopping: the runs in flight only wait for next attempts of tasks, which a resume makes",
    );
    await abortHere(backfill, store, inFlight.settled());
  } else {
    await store.detach();
  }
  return undefined;
}

/** The error may leave work half done, so the callback that it comes from is not waited for. */
async function leaveAtOnce(
  backfill: Backfill,
  { request: { notices, json }, store, inFlight }: Frame,
  { error, stack, suspects }: UncaughtError,
): Promise<void> {
  if (!json) notices.line(stack);
  reportError(error, notices, json, []);
  await abortHere(backfill, store, inFlight.settled(suspects.length === 1 ? suspects : []));
}

/** Detached first: the cancel is for the callbacks' signals alone. In the store the runs stay as they are, as if this process had been
 *  killed, and a resume starts them again. */
async function abortHere(backfill: Backfill, store: DetachableStore, settled: Promise<void>): Promise<void> {
  await store.detach();
  backfill.cancel({ running: "abort" }).catch(() => {});
  await settling(settled);
}
