// What runs one attempt of one run: the host's callback, or the tasks of a DAG.
import type { EventBody } from "../events/backfill_events.js";
import type { Writer } from "../writing/writer.js";
import type { Context } from "./run_state.js";

/** Runs one attempt of one run and says once how it ended. It throws nothing. What it returns, if anything, is told when the
 *  run is to end early; else the context's signal says so. */
export type Executor = (start: {
  context: Context;
  row: number;
  /** The date whose tasks a task with dependsOnPast asks for; null where there is none. */
  past: () => string | null;
  writer: Writer;
  news: (news: EventBody) => void;
  settle: (success: boolean, value: unknown) => void;
}) => { abort: (reason: "timeout" | "cancel") => void } | undefined;
