// The backfill service: preview, start, resume, discard, list. It opens what a backfill needs and closes it again; what runs
// when is the driver's and the core's business.

import { findDag } from "../../dag/dag.js";
import { DagfillError } from "../../error.js";
import { nearest } from "../../nearest.js";
import { fields, flag, name, oneOf, wrong } from "../../options.js";
import {
  type BackfillLimits,
  type BackfillOptions,
  type CheckedOptions,
  readLimits,
  readOptions,
} from "../../plan/backfill_options.js";
import { pastDurations } from "../../plan/estimate.js";
import { isSameHistory, keepKnown } from "../../plan/known_records.js";
import { type BackfillPreview, Preview } from "../../plan/plan.js";
import type { PlanData } from "../../plan/plan_data.js";
import type { Request } from "../../store/store.js";
import { iso } from "../../time.js";
import {
  type BackfillResult,
  type Hooks,
  hookSpec,
  type RunResult,
  readHooks,
  refuseAborted,
} from "../events/backfill_events.js";
import { executorOf, type Host, knownExecutor, readHost } from "../host/host.js";
import type { HostOptions, ServeOptions, TriggerOptions } from "../host/options.js";
import { acquireDagLease, acquireInTime, type LeaseHandle } from "../writing/lease_handle.js";
import { askStore } from "../writing/store_watchdog.js";
import type { Backfill } from "./backfill.js";
import type { BackfillHandle } from "./backfill_handle.js";
import { close, finishCancel } from "./close.js";
import { changedSince } from "./definition.js";
import { drive } from "./drive.js";
import { downstreamPlans, planOn, templatesOn } from "./host_plan.js";
import { stored } from "./interrupted.js";
import { enqueue, newSnapshot } from "./new_snapshot.js";
import { recall } from "./packed.js";
import { refusals, refuseCascade, refuseInterrupted, refuseKnown } from "./refusals.js";
import { answered, ask, obeyStored, type RequestReader } from "./requests.js";
import { readServe, Server } from "./serve.js";
import type { Snapshot } from "./snapshot.js";
import { type BackfillSummary, listOf } from "./summary.js";
import { readTrigger, trigger } from "./trigger.js";

export class BackfillService {
  /** @internal Minifying renames classes. */
  static readonly name: string = "BackfillService";
  /** @internal This and the next three: the components take from the package's entry what it has, instead of carrying it twice. */
  static readonly keepKnown = keepKnown;
  /** @internal */
  static readonly isSameHistory = isSameHistory;
  /** @internal */
  static readonly nearest = nearest;
  /** @internal */
  static readonly listOf = listOf;
  readonly #host: Host;
  /** Of the backfills that this service drives. */
  readonly #readers = new Map<string, RequestReader>();

  /** `store` defaults to a new MemoryStore, which forgets everything with the process. `now` is the clock, epoch milliseconds. */
  constructor(options: HostOptions) {
    this.#host = readHost(options);
  }

  /** Plans a backfill with these options as of now. Nothing is written. */
  async preview(
    options: BackfillOptions<object>,
    hooks: Pick<Hooks, "signal"> = {},
  ): Promise<BackfillPreview> {
    return this.#preview(readOptions(options), readHooks(hooks));
  }

  /** With `dryRun` the preview, else the result when all has ended. Options that are typed as `BackfillOptions` may be either, and so may the
   *  answer: `answer.state` is undefined of a preview, and `start(options)` has the result alone. */
  backfill(options: BackfillOptions<object> & { dryRun: true }, hooks?: Hooks): Promise<BackfillPreview>;
  backfill(options: BackfillOptions<object> & { dryRun?: false }, hooks?: Hooks): Promise<BackfillResult>;
  backfill(options: BackfillOptions<object>, hooks?: Hooks): Promise<BackfillResult | BackfillPreview>;
  async backfill(
    options: BackfillOptions<object>,
    hooks: Hooks = {},
  ): Promise<BackfillResult | BackfillPreview> {
    const read = readOptions(options);
    if (read.dryRun) return this.#preview(read, readHooks(hooks));
    const backfill = await this.#start(read, hooks);
    return backfill.result;
  }

  /** Starts a backfill; it is stored when the promise fulfils. Failed runs never reject `result`. */
  async start(options: BackfillOptions<object>, hooks: Hooks = {}): Promise<Backfill> {
    return this.#start(readOptions(options), hooks);
  }

  async #preview(read: CheckedOptions, hooks: Hooks): Promise<BackfillPreview> {
    refuseAborted(hooks);
    const { taskIds, withUpstream } = read;
    const choice = taskIds === undefined ? undefined : { taskIds, withUpstream };
    const dag = findDag(this.#host.dags, read.dagId);
    return askStore(async () => {
      const refused = refusals(this.#host.store, dag, read);
      const plan = await planOn(this.#host, dag, read, this.#host.now());
      if (read.cascade) plan.downstream = await downstreamPlans(this.#host, plan, read.maxRuns);
      plan.warnings = [...(await refused(plan)), ...plan.warnings];
      refuseAborted(hooks);
      const past = () => askStore(() => pastDurations(this.#host.store, dag, choice));
      return new Preview(plan, templatesOn(this.#host, dag, read, plan), past);
    }, hooks.signal);
  }

  async #start(read: CheckedOptions, given: Hooks): Promise<Backfill> {
    const hooks = readHooks(given);
    if (read.dryRun) throw wrong("dryRun", "false (use preview or backfill for a dry run)", true);
    if (read.cascade) refuseCascade(this.#host, read.dagId);
    const dag = findDag(this.#host.dags, read.dagId);
    const execute = executorOf(this.#host, dag, read);
    const backfillId = read.backfillId ?? crypto.randomUUID();
    const lease = await this.#acquire(dag.dagId, hooks);
    const host = this.#host;
    const prepare = async () => {
      await refuseKnown(host.store, backfillId);
      const now = host.now();
      const plan = await planOn(host, dag, read, now, lease.fence.lease);
      await refuseInterrupted(host.store, plan);
      return { snapshot: newSnapshot(dag, read, plan, now), fresh: true };
    };
    const { approve } = read.canary ?? {};
    return drive({
      ...{ host, dag, backfillId, lease, execute, hooks, approve },
      ...{ readers: this.#readers, prepare },
    });
  }

  /** Stores a backfill for whoever serves, with the plan of this moment, and tells its id. BACKFILL_EXISTS when one that has not ended has some
   *  of its dates. */
  async enqueue(options: BackfillOptions<object>): Promise<string> {
    const read = readOptions(options);
    if (read.dryRun) throw wrong("dryRun", "false (use preview for a dry run)", true);
    return askStore(() => enqueue(this.#host, findDag(this.#host.dags, read.dagId), read));
  }

  /** Drives what is enqueued or was interrupted, of this service's DAGs, until the signal aborts. Any number of machines may serve one store.
   *  `hooks` hear of all of it; warnings `not_taken_up` and `let_go` name a backfill that could not be driven, `dag_changed`
   *  a DAG that is another one here than where the backfill was stored. ENGINE_FAILED where the engine refuses for good when it begins, such as a
   *  wrong password.
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
  async trigger(options: TriggerOptions<object>): Promise<RunResult> {
    const read = readTrigger(options);
    const dag = findDag(this.#host.dags, read.dagId);
    return askStore(() => trigger(dag, read, this.#host, executorOf(this.#host, dag)));
  }

  /** Goes on with a backfill whose process died: same plan, same dates, same options but for `limits`, which are kept with it. What had
   *  succeeded is not run again. The warning `dag_changed` says that the DAG's schedule, tasks or params are others than those it was stored with. One that had been canceled ends as canceled, and starts nothing; one that was paused stays so. */
  async resume(backfillId: string, hooks: Hooks & { limits?: BackfillLimits } = {}): Promise<Backfill> {
    return this.#resume(backfillId, readResume(hooks));
  }

  async #resume(
    backfillId: string,
    { limits, ...hooks }: ReturnType<typeof readResume>,
  ): Promise<BackfillHandle> {
    const { dagId, options } = await this.#unfinished(backfillId, hooks);
    const host = this.#host;
    const { store, now } = host;
    const dag = findDag(host.dags, dagId);
    const execute = executorOf(host, dag, options);
    const lease = await this.#acquire(dagId, hooks);
    // Between the first look and the lease, its last driver may have brought it to an end.
    const prepare = async () => {
      const { enqueued, ...found } = await this.#unfinished(backfillId, hooks);
      const snapshot = withLimits(found, await recall(store, found.plan, lease.fence.lease), limits);
      await obeyStored(store, backfillId, snapshot);
      await finishCancel({ store, backfillId, snapshot, fence: lease.fence, now: now(), execute });
      if (enqueued) snapshot.startedAt = iso(now());
      return { snapshot, fresh: enqueued === true, changed: changedSince(snapshot.definition, dag) };
    };
    return drive({ host, dag, backfillId, lease, execute, hooks, readers: this.#readers, prepare });
  }

  /** Closes an interrupted backfill: what did not end is recorded as canceled. */
  async discard(backfillId: string, hooks: Pick<Hooks, "signal"> = {}): Promise<void> {
    const waiting = readHooks(hooks);
    refuseAborted(waiting);
    const { dagId, options } = await this.#unfinished(backfillId, waiting);
    const lease = await this.#acquire(dagId, waiting);
    try {
      const snapshot = await this.#unfinished(backfillId, waiting);
      const { store, now, dags } = this.#host;
      const dag = dags.get(dagId);
      const execute = dag === undefined ? undefined : knownExecutor(this.#host, dag, options);
      const closing = { store, backfillId, snapshot, fence: lease.fence, now: now(), execute };
      await askStore(() => close(closing), waiting.signal);
    } finally {
      await lease.release();
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
    const { running = "finish" } = fields(options, "options", {
      running: oneOf("finish", "abort"),
    });
    return this.#request(backfillId, running);
  }

  /** Answers a canary that waits for approval; false cancels the backfill. INVALID_OPTION for a backfill that does not wait for it,
   *  or whose canary has the other answer already. */
  async approve(backfillId: string, verdict = true): Promise<void> {
    const request = flag(verdict, "verdict") ? "approve" : "reject";
    const { approval = "not yet", obeyed, options } = await this.#unfinished(backfillId, {});
    const before = await askStore(() => answered(this.#host.store, backfillId, obeyed));
    if (approval === "awaiting" && (before ?? request) === request) return this.#request(backfillId, request);
    const why =
      options.canary === undefined
        ? "it has no canary"
        : `approval: ${before === undefined ? approval : `${before} was asked before`}`;
    const got = `${backfillId} (${why})`;
    throw wrong("backfillId", "a backfill that waits for approval", got);
  }

  async #request(backfillId: string, request: Request): Promise<void> {
    await this.#unfinished(backfillId, {});
    await askStore(() => ask(this.#host.store, backfillId, request));
    await this.#readers.get(backfillId)?.look();
  }

  /** Every backfill that the store knows, oldest first. */
  async list(
    filter: { dagId?: string; unfinished?: boolean } = {},
    hooks: Pick<Hooks, "signal"> = {},
  ): Promise<BackfillSummary[]> {
    return listOf(this.#host.store, filter, readHooks(hooks));
  }

  async #unfinished(backfillId: string, hooks: Hooks): Promise<Snapshot> {
    name(backfillId, "backfillId");
    const snapshot = await askStore(() => stored(this.#host.store, backfillId), hooks.signal);
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

  #acquire(dagId: string, { signal }: Hooks): Promise<LeaseHandle> {
    const { store, leaseTime } = this.#host;
    const isAborted = () => signal?.aborted === true;
    return askStore(() => acquireInTime(acquireDagLease(store, dagId, leaseTime), isAborted));
  }
}

type Limits = ReturnType<typeof readLimits>;

function readResume(hooks: unknown): Hooks & { limits?: Limits } {
  return fields<Hooks & { limits: Limits }>(hooks, "hooks", { ...hookSpec, limits: readLimits });
}

/** A stored backfill with other limits, and the plan that was read for it. */
function withLimits(snapshot: Snapshot, plan: PlanData, limits: Limits = {}): Snapshot {
  const options = { ...snapshot.options, ...limits };
  const { maxParallelRuns, rate } = options;
  return {
    ...snapshot,
    options,
    plan: { ...plan, maxParallelRuns, ...(rate === undefined ? {} : { rate }) },
  };
}
