// Options of a driver.
import type { Breaker, Canary } from "../../plan/valve.js";
import type { WindowWire } from "../../schedule/wire.js";
import type { Hooks, Progress } from "../events/backfill_events.js";
import type { Notifier } from "../events/notifier.js";
import type { Executor } from "../host/executor.js";
import type { Context } from "../host/run_state.js";
import type { Writer } from "../writing/writer.js";
import type { Rows } from "./rows.js";
import type { RunSet } from "./run_set.js";
import type { StoredRun } from "./stored_run.js";

/** How to run, as the core reads it. Times in milliseconds. */
export interface CoreOptions {
  maxParallelRuns: number;
  rateCount?: number | undefined;
  ratePer?: number | undefined;
  retries?: number;
  retryDelay?: number;
  retryBackoff?: number;
  runTimeout?: number | undefined;
  reportsStart?: boolean;
  abortGrace: number;
  maxFailures?: number | undefined;
  dependsOnPast?: boolean;
  canary?: number | undefined;
  breaker?: Breaker | undefined;
  startWindows?: WindowWire[] | undefined;
}

export interface DriverOptions<R> {
  set: RunSet;
  core: CoreOptions;
  writer: Writer;
  /** The lease under which it runs, and which its records name. */
  owner: string;
  hooks: Hooks;
  now: () => number;
  execute: Executor;
  context: (row: number, attempt: number) => Context;
  /** Reads the stored state of rows that have begun. */
  reload: () => Promise<StoredRun[]>;
  /** Whether a run that a dead process left is called again as the same attempt. */
  attach: boolean;
  /** It was canceled before this process took it up. */
  canceling?: boolean;
  /** The canary's own answer. */
  approve?: Canary["approve"] | undefined;
  /** Texts of its templates that nothing resolves, as the plan knows them. */
  unresolved?: number;
  /** Makes the result when all has ended; it may emit a last event. */
  finish: (rows: Rows, progress: Progress, notifier: Notifier) => R;
}
