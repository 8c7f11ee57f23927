// The object behind a RunContext.
import type { HostAbortSignal } from "../../abort_signal.js";
import type { DagfillError } from "../../error.js";
import { type Inspect, inspect, inspected } from "../../inspect.js";
import type { Json, JsonInput } from "../../json.js";
import { type OnUnknown, onUnknown } from "../../macros/options.js";
import type { RunTemplates } from "../../macros/run_templates.js";
import type { Unresolved } from "../../macros/unresolved.js";
import { fields } from "../../options.js";
import type { DataInterval, RunState } from "../../store/store.js";
import type { ContextData } from "./context_data.js";
import type { JobData } from "./job_data.js";
import type { ChunkOfRun, RunContext } from "./run_context.js";

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
  readonly #unresolved: Unresolved[] = [];

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
    return this.#unresolved;
  }

  /** The option for unresolved text; `undefined` where it is not set. */
  get onUnknown(): OnUnknown | undefined {
    return this.#templates.onUnknown();
  }

  render(value: JsonInput, options?: { onUnknown?: OnUnknown }): Json {
    return this.#templates.render(value, this, readOnUnknown(options), this.#unresolved);
  }

  /** @internal The run as plain data, from which a worker elsewhere makes its context again. */
  toJobData(): JobData {
    const { chunk, ...data } = this as ContextData;
    const dates = chunk === undefined ? {} : { chunk: { dates: chunk.dates } };
    return { version: 1, ...data, ...dates, ...this.#templates.portable };
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
  return fields<{ onUnknown: OnUnknown }>(options ?? {}, "options", { onUnknown }).onUnknown;
}

/** Freezes a JSON value all the way down. */
export function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) freeze(member);
  }
  return value;
}
