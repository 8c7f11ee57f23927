// Events of a scheduler and their listeners.
import { DagfillError } from "../../error.js";
import { failure } from "../../failure.js";
import { iso } from "../../time.js";
import type { Warning } from "../../warning.js";
import { callListener, type RunResult } from "./backfill_events.js";

export type SchedulerEvent = { at: string } & (
  | {
      /** All DAGs were looked at: how many runs that began, and when the next one is due. */
      type: "tick";
      due: number;
      nextRunAt: string | null;
    }
  /** So many dates were missed, and the DAG's catchup policy leaves them out. */
  | { type: "missed"; dagId: string; count: number }
  /** Something that a person should know, and that stops nothing. */
  | { type: "warning"; dagId: string; warning: Warning }
  | { type: "run-started" | "run-succeeded" | "run-failed"; run: RunResult }
  /** Something could not be done now; it is tried again at the next look. */
  | { type: "error"; error: DagfillError }
);

/** An event without what all events carry. */
export type SchedulerEventBody = SchedulerEvent extends infer E
  ? E extends unknown
    ? Omit<E, "at">
    : never
  : never;

export type SchedulerListener = (event: SchedulerEvent) => void;

/** A listener that throws harms nobody; the first that does is reported as an error. */
export class SchedulerListeners {
  // One entry a registration: a function that is registered twice is called twice.
  readonly #listeners = new Set<{ call: SchedulerListener }>();
  readonly #now: () => number;
  #reported = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(listener: SchedulerListener): () => void {
    const entry = { call: listener };
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  tell(news: SchedulerEventBody): void {
    const event = { at: iso(this.#now()), ...news } as SchedulerEvent;
    for (const { call } of [...this.#listeners])
      callListener(
        () => call(event),
        (error) => this.#report(error),
      );
  }

  #report(thrown: unknown): void {
    if (this.#reported) return;
    this.#reported = true;
    const { name, message } = failure(thrown);
    const error = new DagfillError("INVALID_OPTION", `a listener threw ${name}: ${message}`, {
      field: "listener",
      cause: thrown,
    });
    this.tell({ type: "error", error });
  }
}
