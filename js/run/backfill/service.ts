// The backfill service: preview, start, resume, discard, list. It opens what a backfill needs and closes it again; what runs
// when is the driver's and the core's business.

import { type CheckedDag, findDag } from "../../dag/dag.js";
import { DagfillError } from "../../error.js";
import { environmentOf } from "../../macros/environment.js";
import { fields, flag, name, oneOf, wrong } from "../../options.js";
import {
  type BackfillLimits,
  type BackfillOptions,
  type CheckedOptions,
  readOptions,
} from "../../plan/backfill_options.js";
import { pastDurations } from "../../plan/estimate.js";
import { type BackfillPreview, Preview } from "../../plan/plan.js";
import { unresolvedTexts } from "../../plan/template_warnings.js";
import type { Canary } from "../../plan/valve.js";
import { storeFailure } from "../../store/failure.js";
import type { Request } from "../../store/store.js";
import { iso } from "../../time.js";
import type { BackfillResult, Hooks, RunResult } from "../events/backfill_events.js";
import { originOf } from "../host/context.js";
import type { Executor } from "../host/executor.js";
import { executorOf, type Host, knownExecutor, readHost } from "../host/host.js";
import type { HostOptions } from "../host/host_options.js";
import { trigger } from "../trigger/trigger.js";
import { readTrigger, type TriggerOptions } from "../trigger/trigger_options.js";
import { acquireDagLease, acquireInTime, type LeaseHandle } from "../writing/lease_handle.js";
import { waitForStore } from "../writing/store_watchdog.js";
import { Writer } from "../writing/writer.js";
import type { Backfill } from "./backfill.js";
import { BackfillHandle } from "./backfill_handle.js";
import { close, finishCancel } from "./close.js";
import { downstreamPlans, refuseCascade } from "./downstream.js";
import { Driver } from "./driver.js";
import { enqueue, refuseKnown } from "./enqueue.js";
import { planOn, templatesOn } from "./host_plan.js";
import { stored, storedRuns } from "./interrupted.js";
import { newSnapshot } from "./new_snapshot.js";
import { resultOf } from "./progress.js";
import { ask, obeyStored, RequestReader } from "./requests.js";
import { readHooks, readResume, withLimits } from "./resume_options.js";
import { backfillRuns, succeededIds } from "./run_set.js";
import { readServe, Server } from "./serve.js";
import type { ServeOptions } from "./serve_options.js";
import { coreOptions, type Snapshot } from "./snapshot.js";
import { refusals, refuseInterrupted } from "./start_warnings.js";
import { recall } from "./stored_existing.js";
import { type BackfillSummary, summarize } from "./summary.js";

export class BackfillService {
  /** @internal Minifying renames classes. */
  static readonly name: string = "BackfillService";
  readonly #host: Host;
  /** Of the backfills that this service drives. */
  readonly #readers = new Map<string, RequestReader>();

  /** `store` defaults to a new MemoryStore, which forgets everything with the process. `now` is the clock, epoch milliseconds. */
  constructor(options: HostOptions) {
    this.#host = readHost(options);
  }

  /** Plans a backfill with these options as of now. Nothing is written. */
  async preview(options: BackfillOptions, hooks: Pick<Hooks, "signal"> = {}): Promise<BackfillPreview> {
    return this.#preview(readOptions(options), readHooks(hooks));
  }

  /** With `dryRun` the preview, else the result when all has ended. */
  backfill(options: BackfillOptions & { dryRun: true }, hooks?: Hooks): Promise<BackfillPreview>;
  backfill(options: BackfillOptions & { dryRun?: false }, hooks?: Hooks): Promise<BackfillResult>;
  backfill(options: BackfillOptions, hooks?: Hooks): Promise<BackfillResult | BackfillPreview>;
  async backfill(options: BackfillOptions, hooks: Hooks = {}): Promise<BackfillResult | BackfillPreview> {
    const read = readOptions(options);
    if (read.dryRun) return this.#preview(read, readHooks(hooks));
    const backfill = await this.#start(read, hooks);
    return backfill.result;
  }

  /** Starts a backfill; it is stored when the promise fulfils. Failed runs never reject `result`. */
  async start(options: BackfillOptions, hooks: Hooks = {}): Promise<Backfill> {
    return this.#start(readOptions(options), hooks);
  }

  async #preview(read: CheckedOptions, hooks: Hooks): Promise<BackfillPreview> {
    const { taskIds, withUpstream } = read;
    const choice = taskIds === undefined ? undefined : { taskIds, withUpstream };
    const dag = findDag(this.#host.dags, read.dagId);
    return guard(async () => {
      const plan = await planOn(this.#host, dag, read, this.#host.now());
      if (read.cascade) plan.downstream = await downstreamPlans(this.#host, plan);
      plan.warnings = [...(await refusals(this.#host.store, plan)), ...plan.warnings];
      const past = () => guard(() => pastDurations(this.#host.store, dag, choice));
      return new Preview(plan, templatesOn(this.#host, dag, read, plan), past);
    }, hooks);
  }

  async #start(read: CheckedOptions, hooks: Hooks): Promise<Backfill> {
    const listeners = readHooks(hooks);
    if (read.dryRun) throw wrong("dryRun", "false (use preview or backfill for a dry run)", true);
    if (read.cascade) refuseCascade(this.#host, read.dagId);
    const dag = findDag(this.#host.dags, read.dagId);
    const execute = executorOf(this.#host, dag, read);
    const backfillId = read.backfillId ?? crypto.randomUUID();
    const held = await this.#hold(dag.dagId, listeners);
    return this.#drive(
      held,
      dag,
      backfillId,
      execute,
      listeners,
      async () => {
        await refuseKnown(this.#host.store, backfillId);
        const now = this.#host.now();
        const plan = await planOn(this.#host, dag, read, now, held.fence.lease);
        await refuseInterrupted(this.#host.store, plan);
        return { snapshot: newSnapshot(dag, read, plan, now), fresh: true };
      },
      read.canary?.approve,
    );
  }

  /** Stores a backfill for whoever serves, with the plan of this moment, and tells its id. BACKFILL_EXISTS when one that has not ended has some
   *  of its dates. */
  async enqueue(options: BackfillOptions): Promise<string> {
    const read = readOptions(options);
    if (read.dryRun) throw wrong("dryRun", "false (use preview for a dry run)", true);
    return guard(() => enqueue(this.#host, findDag(this.#host.dags, read.dagId), read));
  }

  /** Drives what is enqueued or was interrupted, of this service's DAGs, until the signal aborts. Any number of machines may serve one store.
   *  `hooks` hear of all of it; warnings `not_taken_up` and `let_go` name a backfill that could not be driven.
   *
   *  ```js
   *  await service.serve({ signal: stop.signal, maxBackfills: 8 }, { onEvent: (event) => log(event) });
   *  ``` */
  async serve(options: ServeOptions, hooks: Hooks = {}): Promise<void> {
    const { signal: _, ...listeners } = readHooks(hooks);
    const resume = (id: string) => this.#resume(id, listeners);
    return new Server(this.#host, readServe(options), listeners, resume).run();
  }

  /** One run for one date, now: run type "manual". A run that fails does not reject; RUN_EXISTS when the date has a run. */
  async trigger(options: TriggerOptions): Promise<RunResult> {
    const read = readTrigger(options);
    const dag = findDag(this.#host.dags, read.dagId);
    return guard(() => trigger(dag, read, this.#host, executorOf(this.#host, dag)));
  }

  /** Goes on with a backfill whose process died: same plan, same dates, same options but for `limits`, which are kept with it. What had
   *  succeeded is not run again. One that had been canceled ends as canceled, and starts nothing; one that was paused stays so. */
  async resume(backfillId: string, hooks: Hooks & { limits?: BackfillLimits } = {}): Promise<Backfill> {
    return this.#resume(backfillId, readResume(hooks));
  }

  async #resume(
    backfillId: string,
    { limits, ...listeners }: ReturnType<typeof readResume>,
  ): Promise<BackfillHandle> {
    const { dagId, options } = await this.#unfinished(backfillId, listeners);
    const dag = findDag(this.#host.dags, dagId);
    const execute = executorOf(this.#host, dag, options);
    const held = await this.#hold(dagId, listeners);
    // Between the first look and the lease, its last driver may have brought it to an end.
    return this.#drive(held, dag, backfillId, execute, listeners, async () => {
      const { store, now } = this.#host;
      const { enqueued, ...found } = await this.#unfinished(backfillId, listeners);
      const snapshot = withLimits(found, await recall(store, found.plan, held.fence.lease), limits);
      await obeyStored(store, backfillId, snapshot);
      await finishCancel({ store, backfillId, snapshot, fence: held.fence, now: now(), execute });
      if (enqueued) snapshot.startedAt = iso(now());
      return { snapshot, fresh: enqueued === true };
    });
  }

  /** Closes an interrupted backfill: what did not end is recorded as canceled. */
  async discard(backfillId: string, hooks: Pick<Hooks, "signal"> = {}): Promise<void> {
    const waiting = readHooks(hooks);
    const { dagId, options } = await this.#unfinished(backfillId, waiting);
    const held = await this.#hold(dagId, waiting);
    try {
      const snapshot = await this.#unfinished(backfillId, waiting);
      const { store, now, dags } = this.#host;
      const dag = dags.get(dagId);
      const execute = dag === undefined ? undefined : knownExecutor(this.#host, dag, options);
      await guard(
        () => close({ store, backfillId, snapshot, fence: held.fence, now: now(), execute }),
        waiting,
      );
    } finally {
      await held.release();
    }
  }

  /** Asks whoever drives the backfill, in whatever process, to start nothing more; obeyed within 5 seconds, or when it is resumed. The
   *  promise fulfils when that is stored. UNKNOWN_BACKFILL for one that has ended. */
  pause(backfillId: string): Promise<void> {
    return this.#request(backfillId, "pause");
  }

  /** Asks for the end of a pause. */
  unpause(backfillId: string): Promise<void> {
    return this.#request(backfillId, "unpause");
  }

  /** Asks for what `cancel` of a `Backfill` does. One that nobody drives is canceled when it is resumed; `discard` closes it. */
  async cancel(backfillId: string, options: { running?: "finish" | "abort" } = {}): Promise<void> {
    const { running = "finish" } = fields<{ running?: "finish" | "abort" }>(options, "options", {
      running: oneOf("finish", "abort"),
    });
    return this.#request(backfillId, running);
  }

  /** Answers a canary that waits for approval; false cancels the backfill. INVALID_OPTION for a backfill that does not wait for it. */
  async approve(backfillId: string, verdict = true): Promise<void> {
    const isApproved = flag(verdict, "verdict");
    const { approval = "not yet" } = await this.#unfinished(backfillId, {});
    if (approval === "awaiting") return this.#request(backfillId, isApproved ? "approve" : "reject");
    throw wrong("backfillId", "a backfill that waits for approval", `${backfillId} (approval: ${approval})`);
  }

  async #request(backfillId: string, request: Request): Promise<void> {
    await this.#unfinished(backfillId, {});
    await guard(() => ask(this.#host.store, backfillId, request));
    await this.#readers.get(backfillId)?.look();
  }

  /** Every backfill that the store knows, oldest first. */
  async list(
    filter: { dagId?: string; unfinished?: boolean } = {},
    hooks: Pick<Hooks, "signal"> = {},
  ): Promise<BackfillSummary[]> {
    const waiting = readHooks(hooks);
    const summaries: BackfillSummary[] = [];
    const read = fields<{ dagId?: string; unfinished?: boolean }>(filter, "filter", {
      dagId: name,
      unfinished: flag,
    });
    for (const { id, snapshot } of await guard(() => this.#host.store.listBackfills(read), waiting)) {
      summaries.push(await guard(() => summarize(this.#host.store, id, snapshot), waiting));
    }
    return summaries;
  }

  async #unfinished(backfillId: string, hooks: Hooks): Promise<Snapshot> {
    name(backfillId, "backfillId");
    const snapshot = await guard(() => stored(this.#host.store, backfillId), hooks);
    if (snapshot.state === "running" || snapshot.state === "paused") return snapshot;
    throw new DagfillError(
      "UNKNOWN_BACKFILL",
      `backfill ${backfillId} has ended (${snapshot.state}): expected one that has not`,
      {
        input: backfillId,
        details: { state: snapshot.state },
      },
    );
  }

  #hold(dagId: string, hooks: Hooks = {}): Promise<LeaseHandle> {
    return guard(() =>
      acquireInTime(
        acquireDagLease(this.#host.store, dagId, this.#host.leaseTime),
        () => hooks.signal?.aborted === true,
      ),
    );
  }

  /** Drives what `prepare` makes, under a lease that is held until all has ended. */
  async #drive(
    held: LeaseHandle,
    dag: CheckedDag,
    backfillId: string,
    execute: Executor,
    hooks: Hooks,
    prepare: () => Promise<{ snapshot: Snapshot; fresh: boolean }>,
    approve?: Canary["approve"],
  ): Promise<BackfillHandle> {
    try {
      await execute.check?.();
      const { snapshot, fresh } = await guard(prepare, hooks);
      const environment = environmentOf(dag, this.#host, snapshot.options);
      const set = backfillRuns(backfillId, snapshot);
      // Of runs that had succeeded when this process took over; those that succeed from then on are told by warnings.
      let failedBefore = fresh ? 0 : undefined;
      const driver: Driver<BackfillResult> = new Driver<BackfillResult>({
        set,
        core: coreOptions(snapshot),
        writer: new Writer(this.#host.store, held.fence),
        lease: held,
        hooks,
        now: this.#host.now,
        execute,
        origin: originOf(dag, snapshot.plan.timetable, "backfill", environment, backfillId),
        known: fresh ? [] : undefined,
        reload: async () => {
          const known = await storedRuns(this.#host.store, backfillId, snapshot);
          failedBefore ??= (await execute.failedTasks?.(dag.dagId, succeededIds(set, known))) ?? 0;
          return known;
        },
        attach: this.#host.inFlight === "attach",
        canceling: snapshot.canceling === true,
        approve,
        unresolved: unresolvedTexts(snapshot.plan.warnings),
        finish: (rows, progress, notifier) => {
          const result = resultOf(
            backfillId,
            snapshot,
            rows,
            progress,
            (failedBefore ?? 0) + notifier.failedTasks,
            environment.unresolved,
          );
          notifier.emit({ type: "finished", result });
          return result;
        },
      });
      const reader = new RequestReader(this.#host.store, backfillId, snapshot, driver);
      this.#readers.set(backfillId, reader);
      const result = driver.result.finally(() => {
        reader.end();
        this.#readers.delete(backfillId);
        return held.release();
      });
      result.catch(() => {});
      if (snapshot.state === "paused") driver.pause();
      await driver.begin();
      return new BackfillHandle(backfillId, snapshot.plan, driver, snapshot.options.abortGrace, result);
    } catch (error) {
      await held.release();
      throw storeFailure(error);
    }
  }
}

/** Errors of a store as STORE_FAILED, and its silence too once the signal is aborted. */
async function guard<T>(work: () => Promise<T>, { signal }: Hooks = {}): Promise<T> {
  try {
    return await waitForStore(work(), () => signal?.aborted === true);
  } catch (error) {
    throw storeFailure(error);
  }
}
