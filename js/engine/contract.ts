// The contract of an engine, as one suite of tests. The engines of this package run it, and an engine of your own may.

import type { ExecuteRun } from "../run/attempt/run_context.js";
import type { ExecuteTask } from "../run/tasks/task_context.js";
import type { ContractHost } from "../store/contract.js";
import { backfillsContract } from "./contract/backfills.js";
import { endsContract } from "./contract/ends.js";
import { jobsContract } from "./contract/jobs.js";
import { lossesContract } from "./contract/losses.js";
import { suiteOf, workOf } from "./contract/scene.js";
import type { Engine } from "./engine.js";

export type { ContractHost } from "../store/contract.js";

/** Abilities that an engine may lack; the tests that need them are skipped with the reason. */
export type EngineLack =
  | "output"
  | "errors"
  | "ids"
  | "templates"
  | "tasks"
  | "timeout"
  | "signal"
  | "waiting"
  | "again"
  | "kill"
  | "away"
  | "unanswered"
  | "watch";

/** An engine for one test, with a worker that executes its jobs. */
export interface OpenedEngine {
  engine: Engine;
  /** Another engine over the same jobs, as another process would have it. The suite closes it. */
  again?: () => Promise<Engine>;
  /** How often the job of a key was started, where the suite's callbacks cannot count that. */
  starts?: (key: string) => Promise<number> | number;
  /** Jobs that the worker runs at once. Default 1. */
  slots?: number;
  /** Jobs of the test with many, default 1,000; dates of the backfills, default 20. For engines that are slow. */
  many?: number;
  days?: number;
  /** Kills the worker as `kill -9` does, and starts another one; needs `starts`. `whileDead` is called, and awaited, in between. Of engines that were
   *  opened for it, see `OpenEngine`. */
  kill?: (whileDead?: () => Promise<void>) => Promise<void>;
  /** Takes the server of the engine away, and gives what brings it back with its jobs. Of engines that were opened for it. */
  away?: () => Promise<() => Promise<void>>;
  /** From now on the engine's calls arrive at its server, and the connection ends before each answer, until what this gives is called; `again` is
   *  an engine whose calls are answered all the same. Of engines that were opened for it. */
  unanswered?: () => Promise<() => unknown>;
  /** The abilities that it lacks, with the reasons. */
  without?: { readonly [lack in EngineLack]?: string };
  /** Called when the test has ended and the engine is closed: ends the worker. */
  done?: () => unknown;
}

/** Makes an empty engine whose worker executes jobs with these callbacks. An engine whose work is defined elsewhere does by itself what `conf`
 *  says: waits for `ms`, then ends as `act` says ("succeed" with `value`, "nothing", "fail" and "error" with `value`).
 *
 *  `wanted` is what the test will do: with "kill" the worker is best a process of its own that executes `contractWork`, and the engine has
 *  `kill`; with "away" it has `away`, with "unanswered" `unanswered`. A test whose engine has not what it wants is skipped, with the reason in
 *  `without`. */
export type OpenEngine = (
  work: { executeRun: ExecuteRun; executeTask: ExecuteTask },
  wanted: "kill" | "away" | "unanswered" | undefined,
) => Promise<OpenedEngine>;

/** The callbacks of the contract for a worker in a process of its own; `started` is called with the key of each job that begins. */
export function contractWork(started: (key: string) => void = () => {}): {
  executeRun: ExecuteRun;
  executeTask: ExecuteTask;
} {
  return workOf({ started, aborted: new Set() }) as never;
}

/** Declares the tests of the engine contract; `name` begins their names.
 *
 *  ```js
 *  const open = async (work) => {
 *    const worker = await startMyWorker({ ...work, concurrency: 4 });
 *    return { engine: myEngine(), slots: 4, done: () => worker.close() };
 *  };
 *  // `test` of node:test, `assert` of node:assert/strict
 *  engineContract("my engine", open, { test, assert });
 *  ``` */
export function engineContract(name: string, open: OpenEngine, host: ContractHost): void {
  const suite = suiteOf(name, open, host);
  jobsContract(suite);
  endsContract(suite);
  backfillsContract(suite);
  lossesContract(suite);
}
