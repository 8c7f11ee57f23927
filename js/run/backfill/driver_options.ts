// Options of a driver.
import type { Canary } from "../../plan/valve.js";
import type { Origin } from "../attempt/context.js";
import type { Executor } from "../attempt/executor.js";
import type { Hooks, Progress } from "../events/backfill_events.js";
import type { LeaseHandle } from "../writing/lease_handle.js";
import type { Writer } from "../writing/writer.js";
import type { Notifier } from "./notifier.js";
import type { Rows, StoredRun } from "./rows.js";
import type { RunSet } from "./run_set.js";
import type { CoreOptions } from "./snapshot.js";

export interface DriverOptions<R> {
  set: RunSet;
  core: CoreOptions;
  writer: Writer;
  /** Under which it runs, and which its records name. */
  lease: LeaseHandle;
  hooks: Hooks;
  now: () => number;
  execute: Executor;
  origin: Origin;
  /** Stored records of rows that have begun, where they are known; else they are read, and after a trap in any case. */
  known?: StoredRun[] | undefined;
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
