// The object behind a RunContext.
import { DagfillError } from "./error.js";
import type { Json, JsonInput } from "./json.js";
import { type Macros, renderValue } from "./render.js";
import type { RunContext } from "./run_context.js";

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
  declare readonly executionDate: string;
  declare readonly previousDate: string | null;
  declare readonly action: RunContext["action"];
  #controller: AbortController | undefined;
  readonly #macros: () => Macros;

  constructor(data: Omit<RunContext, "signal" | "render">, macros: () => Macros) {
    Object.assign(this, data);
    this.#macros = macros;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  render(value: JsonInput): Json {
    const { executionDate: date, runId, attempt } = this;
    return renderValue(this.#macros(), value, { date, runId, attempt });
  }

  /** The macros of a run's templates, for the contexts of its tasks. */
  static macros(context: Context): () => Macros {
    return context.#macros;
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
