// What the host's callback gets.
import { DagfillError } from "./error.js";
import type { Json, JsonInput } from "./json.js";
import type { Action, PlannedRun } from "./plan_data.js";
import type { RunType } from "./store/store.js";

/** The shape of AbortSignal that dagfill needs, for places without its types. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** The platform's own AbortSignal where its types are loaded, else the structural one. */
export type HostAbortSignal = typeof globalThis extends { AbortSignal: { prototype: infer S } }
  ? S
  : AbortSignalLike;

export interface RunContext extends Omit<PlannedRun, "action"> {
  action: Exclude<Action, "skip">;
  dagId: string;
  backfillId?: string;
  runType: RunType;
  /** From 1. (runId, attempt) is an idempotency key: after a crash a run may be started again. */
  attempt: number;
  /** Frozen: every run of a backfill may share it. */
  conf: Record<string, Json>;
  /** Aborts on cancel({ running: "abort" }) and on runTimeout. */
  signal: HostAbortSignal;
  /** Resolves macros, as `render` does, with everything known of this run. */
  render(value: string): string;
  render(value: JsonInput): Json;
}

/** Its promise settles the run: fulfilled = success, rejected = failed. What it returns (JSON) is kept as the run's output. */
export type ExecuteRun = (run: RunContext) => unknown;

/** Why a signal was aborted: an error that says so. */
export function abortReason(reason: "timeout" | "cancel", runId: string): DagfillError {
  const what = reason === "timeout" ? "took longer than its timeout" : "was canceled";
  return new DagfillError("ABORTED", `run ${runId} ${what}`);
}

/** A context: the data of the run are its own members, so that it can be spread and printed; the signal is made when it is
 *  asked for, because most callbacks never look at it. */
export class Context {
  declare readonly dagId: string;
  declare readonly runId: string;
  declare readonly attempt: number;
  declare readonly conf: Record<string, Json>;
  #controller: AbortController | undefined;
  readonly #render: (value: JsonInput) => Json;

  constructor(data: Omit<RunContext, "signal" | "render">, render: (value: JsonInput) => Json) {
    Object.assign(this, data);
    this.#render = render;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  render(value: JsonInput): Json {
    return this.#render(value);
  }

  /** Aborts the signal, also for a callback that asks for it only afterwards. */
  static abort(context: Context, reason: DagfillError): void {
    context.#controller ??= new AbortController();
    context.#controller.abort(reason);
  }
}

/** Freezes a JSON value all the way down. */
export function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) freeze(member);
  }
  return value;
}
