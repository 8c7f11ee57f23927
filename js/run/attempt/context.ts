// The context of one run: its plan's row, its conf, and the macros it may use.

import type { HostAbortSignal } from "../../abort_signal.js";
import type { CheckedDag } from "../../dag/dag.js";
import type { DagfillError } from "../../error.js";
import { type Inspect, inspect, inspected } from "../../inspect.js";
import type { Json, JsonInput } from "../../json.js";
import type { TemplateEnvironment } from "../../macros/environment.js";
import { type OnUnknown, onUnknown } from "../../macros/options.js";
import { RunTemplates } from "../../macros/run_templates.js";
import type { Unresolved } from "../../macros/unresolved.js";
import { fields } from "../../options.js";
import type { PlannedRun } from "../../plan/plan_data.js";
import { call } from "../../raw.js";
import type { TimetableWire } from "../../schedule/wire.js";
import type { DataInterval, RunState, RunType } from "../../store/store.js";
import type { ChunkOfRun, ContextData, JobData, RunContext } from "./run_context.js";

export type Render = (value: JsonInput, options?: { onUnknown?: OnUnknown }) => Json;

/** A context: the data of the run are its own members, so that it can be spread and printed; the signal is made when it is
 *  asked for, because most callbacks never look at it. */
export class Context {
  /** @internal Minifying renames classes. */
  static readonly name: string = "RunContext";
  readonly dagId: string;
  readonly runId: string;
  readonly attempt: number;
  readonly conf: Record<string, Json>;
  readonly executionDate: string;
  readonly localDate: string;
  readonly dataInterval: DataInterval;
  readonly runAfter: string;
  readonly previousDate: string | null;
  readonly nextDate: string | null;
  readonly action: RunContext["action"];
  readonly runType: RunContext["runType"];
  declare readonly existingState?: RunState;
  declare readonly backfillId?: string;
  declare readonly chunk?: ChunkOfRun;
  #controller: AbortController | undefined;
  readonly #templates: RunTemplates;
  #unresolved: Unresolved[] | undefined;
  readonly #makeKey: () => string;
  #key: string | undefined;

  constructor(data: ContextData, templates: RunTemplates, key: () => string, attempt = data.attempt) {
    // Member by member: a hundred thousand contexts are made, and a copy loop would cost as much as all else in one.
    this.dagId = data.dagId;
    this.runId = data.runId;
    this.executionDate = data.executionDate;
    this.localDate = data.localDate;
    this.dataInterval = { start: data.dataInterval.start, end: data.dataInterval.end };
    this.runAfter = data.runAfter;
    this.previousDate = data.previousDate;
    this.nextDate = data.nextDate;
    this.action = data.action;
    this.runType = data.runType;
    this.attempt = attempt;
    this.conf = data.conf;
    if (data.backfillId !== undefined) this.backfillId = data.backfillId;
    if (data.chunk !== undefined) this.chunk = data.chunk;
    if (data.existingState !== undefined) this.existingState = data.existingState;
    this.#templates = templates;
    this.#makeKey = key;
  }

  get key(): string {
    this.#key ??= this.#makeKey();
    return this.#key;
  }

  get signal(): HostAbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal as HostAbortSignal;
  }

  /** Text that nothing resolved, of what was rendered so far. */
  get unresolved(): readonly Unresolved[] {
    return Context.unresolved(this);
  }

  /** The option for unresolved text; `undefined` where it is not set. */
  get onUnknown(): OnUnknown | undefined {
    return this.#templates.onUnknown();
  }

  /** A function of its own, like all that a callback may take out of its context by name. */
  get render(): Render {
    return (value, options) =>
      this.#templates.render(value, this, readOnUnknown(options), Context.unresolved(this));
  }

  /** @internal The run as plain data, from which a worker elsewhere makes its context again. */
  toJobData(): JobData {
    const { chunk, ...data } = this as ContextData;
    return {
      version: 1,
      ...data,
      ...(chunk && { chunk: { dates: chunk.dates } }),
      ...this.#templates.portable,
    };
  }

  /** @internal */
  [inspect](depth: number | null, options: { depth: number | null }, show: Inspect): string {
    const name = this.constructor.name;
    return inspected(name, { ...this, key: this.key, signal: this.signal }, depth, options, show);
  }

  /** The templates of a run, for the contexts of its tasks. */
  static templates(context: Context): RunTemplates {
    return context.#templates;
  }

  /** The list that renderings of a context add to. */
  static unresolved(context: Context): Unresolved[] {
    context.#unresolved ??= [];
    return context.#unresolved;
  }

  /** Aborts the signal, also for a callback that asks for it only afterwards. */
  static abort(context: Context, reason: DagfillError): void {
    context.#controller ??= new AbortController();
    context.#controller.abort(reason);
  }
}

/** The option of a call of `render`. */
export function readOnUnknown(options: unknown): OnUnknown | undefined {
  return fields(options ?? {}, "options", { onUnknown }).onUnknown;
}

/** Freezes a JSON value all the way down. */
export function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) freeze(member);
  }
  return value;
}

/** Data that all runs of a backfill, or of a scheduler's DAG, share. */
export interface Origin {
  dag: CheckedDag;
  timetable: TimetableWire;
  runType: RunType;
  backfillId?: string;
  /** The templates of the runs of this type that have this conf. */
  templates: (conf: Record<string, Json>, runType: RunType) => RunTemplates;
}

/** An origin. Runs share their conf, and so what is made of it. */
export function originOf(
  dag: CheckedDag,
  timetable: TimetableWire,
  runType: RunType,
  environment: TemplateEnvironment,
  backfillId?: string,
): Origin {
  const made = new WeakMap<Record<string, Json>, RunTemplates>();
  const templates = (conf: Record<string, Json>, type: RunType) => {
    // Runs of another type are few: those by hand among the rows of a backfill.
    let known = type === runType ? made.get(conf) : undefined;
    if (known === undefined) {
      known = new RunTemplates(environment, timetable, type, conf);
      if (type === runType) made.set(conf, known);
    }
    return known;
  };
  return { dag, timetable, runType, templates, ...(backfillId === undefined ? {} : { backfillId }) };
}

/** `key` is asked for when somebody wants it: most callbacks never do. */
export function contextOf(
  origin: Origin,
  planned: PlannedRun,
  attempt: number,
  conf: Record<string, Json>,
  key: () => string,
  chunk?: ChunkOfRun,
): Context {
  const { dag, backfillId, templates } = origin;
  const { dagId } = dag;
  const { executionDate, localDate, dataInterval, runAfter, runId, previousDate, nextDate, existingState } =
    planned;
  const { runType = origin.runType } = planned;
  const data: ContextData = {
    dagId,
    runId,
    executionDate,
    localDate,
    dataInterval,
    runAfter,
    previousDate,
    nextDate,
    existingState,
    action: planned.action as ContextData["action"],
    backfillId,
    runType,
    attempt,
    conf: freeze(conf),
    chunk,
  };
  return new Context(data, templates(conf, runType), key);
}

/** `scope` is the backfill's id, or what was made up for a single run; `taskId` is empty for the run itself. */
export function attemptKey(
  scope: string,
  dagId: string,
  runId: string,
  taskId: string,
  attempt: number,
): string {
  return call((wasm) => wasm.attemptKey(scope, dagId, runId, taskId, attempt));
}
