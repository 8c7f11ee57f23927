// The interface of the command's verbs.
import type { EngineWorker, WorkerOptions } from "../engine/worker_options.js";
import type { Engine, ExecuteRun, ExecuteTask, RunStore } from "../face.js";
import type { ShellLine } from "../shell.js";
import type { Arguments } from "./args.js";
import type { Flag } from "./flags.js";
import type { DagFile } from "./load_dag.js";
import type { ExitCode } from "./report_error.js";
import type { TaskLogs } from "./task_logs.js";
import type { Terminal } from "./terminal.js";

export interface Verb {
  /** A summary in one line. */
  summary: string;
  /** Names of the positional arguments, in order; one in brackets is optional. */
  positionals: readonly string[];
  flags: readonly Flag[];
  run(request: Request): Promise<ExitCode>;
}

export interface Request extends Arguments {
  /** The name of the verb, such as `run`. */
  verb: string;
  /** Where the answer goes: stdout. */
  terminal: Terminal;
  /** Where notices go that are no part of the answer: stderr. */
  notices: Terminal;
  /** Whether programs read the answer. */
  json: boolean;
  world: World;
}

/** The stores and engines that main.ts chose. */
export interface World {
  /** Opens the store of `--store`. "read": a store that is not there yet is not made, and counts as empty; when it was asked for
   *  by name, `notices` says so. */
  openStore(path: unknown, purpose: "read" | "write", notices: Terminal): Promise<RunStore>;
  /** The callbacks that run a file's DAGs. Lines printed by commands go to `logs` and to `print`. */
  callbacks(file: DagFile, print: (line: ShellLine) => void, logs?: TaskLogs): Callbacks;
  /** The engine of `--engine`, or of the file. */
  engine(file: DagFile, url: unknown): Promise<Engine | undefined>;
  worker(url: string, options: WorkerOptions): Promise<EngineWorker>;
}

export interface Callbacks {
  executeRun?: ExecuteRun;
  executeTask?: ExecuteTask;
  onUnknown: "keep" | "error" | "empty";
}
