// Task logs: the output of commands and the stacks of functions that failed, in STORE.logs/DAG/RUN/TASK/ATTEMPT.log. Each line begins
// with its time and its stream; the last one, of the stream "end", says how the attempt ended.
import { appendFileSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { inspect } from "node:util";
import type { Dag, ExecuteTask } from "../face.js";
import { failure } from "../failure.js";
import type { CommandError, ShellLine } from "../shell.js";
import type { TaskAtWork } from "./in_flight.js";
import { storeNamed } from "./store_name.js";
import { withFunctions } from "./task_functions.js";
import { oneLine } from "./width.js";

/** Bytes of an attempt that are kept. */
const MOST_BYTES = 10 * 1024 * 1024;
const FLUSH_MS = 200;
const FLUSH_BYTES = 256 * 1024;

type Attempt = Omit<ShellLine, "text" | "source">;

/** The folder of a store's logs; undefined where the store is no file. */
export function logFolder(store: unknown): string | undefined {
  const named = storeNamed(store);
  return named.kind === "file" ? `${resolve(named.path)}.logs` : undefined;
}

/** Buffers lines and writes them later, so that a task that prints much is not slowed down. */
export class TaskLogs {
  readonly #folder: string | undefined;
  readonly #files = new Map<string, { bytes: number; pending: string[] }>();
  readonly #print: ((line: ShellLine) => void) | undefined;
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `print`: where stacks go as well, of a process whose store has no files here. */
  constructor(store: unknown, print?: (line: ShellLine) => void) {
    this.#folder = logFolder(store);
    this.#print = print;
  }

  write(line: ShellLine): void {
    this.#append(line, line.source === "stderr" ? "err" : "out", line.text);
  }

  /** The same callback; of a task that has a command, the log gets a last line that says how it ended. */
  withEnds(execute: ExecuteTask): ExecuteTask {
    return async (task) => {
      if (task.command === undefined) return execute(task);
      try {
        const value = await execute(task);
        this.#append(task, "end", "exit code 0");
        return value;
      } catch (error) {
        this.#append(task, "end", endText(error));
        throw error;
      }
    };
  }

  /** The same function; where it fails, the log gets the stack of its error with that of its cause, or the value that it has thrown. */
  withStack(execute: ExecuteTask): ExecuteTask {
    return async (task) => {
      try {
        return await execute(task);
      } catch (error) {
        if (!isSkip(error)) this.#appendThrown(task, error);
        this.#append(task, "end", endText(error));
        throw error;
      }
    };
  }

  /** The same DAGs, whose functions have logs. */
  withStacks(dags: readonly Dag[]): Dag[] {
    return withFunctions(dags, (run) => this.withStack(run));
  }

  /** An error that ends the process while this task is at work. */
  uncaught({ taskId, ...run }: TaskAtWork, error: unknown): void {
    if (taskId === undefined) return;
    const task = { ...run, taskId };
    this.#appendThrown(task, error);
    this.#append(task, "end", `interrupted: ${endText(error)} (uncaught)`);
  }

  #appendThrown(task: Attempt, error: unknown): void {
    const { dagId, runId, taskId, attempt, executionDate, localDate } = task;
    for (const text of thrownText(error).split("\n")) {
      this.#append(task, "err", text);
      this.#print?.({ dagId, runId, taskId, attempt, executionDate, localDate, source: "stderr", text });
    }
  }

  #append(attempt: Attempt, stream: "out" | "err" | "end", line: string): void {
    if (this.#folder === undefined) return;
    const path = attemptFile(this.#folder, attempt);
    const file = this.#files.get(path) ?? { bytes: sizeOf(path), pending: [] };
    this.#files.set(path, file);
    const isEnd = stream === "end";
    if (file.bytes > MOST_BYTES && !isEnd) return;
    const text = `${new Date().toISOString()} ${stream} ${line}\n`;
    file.bytes += Buffer.byteLength(text);
    const isCut = file.bytes > MOST_BYTES && !isEnd;
    file.pending.push(
      isCut ? `${new Date().toISOString()} cut more than 10 MiB: the rest is not kept\n` : text,
    );
    this.#waiting += text.length;
    if (this.#waiting > FLUSH_BYTES) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS).unref();
  }

  /** Writes the lines that are buffered. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = 0;
    for (const [path, { pending }] of this.#files) {
      if (pending.length === 0) {
        // This attempt printed nothing lately. If it prints again, the file's size is read again.
        this.#files.delete(path);
        continue;
      }
      try {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        appendFileSync(path, pending.join(""), { mode: 0o600 });
      } catch {
        // A log that cannot be written is no reason to fail a task.
      }
      pending.length = 0;
    }
  }
}

/** Whether what was thrown skips its task. */
const isSkip = (error: unknown) => failure(error).name === "TaskSkipped";

/** The stack of an error with that of its cause; another value as it is. */
export function thrownText(error: unknown): string {
  try {
    return error instanceof Error ? inspect(error) : `thrown: ${inspect(error)}`;
  } catch {
    return failure(error).message;
  }
}

/** How an attempt ended, on one line: the exit code or signal of its command, a timeout, or what was thrown. */
function endText(error: unknown): string {
  const { message } = failure(error);
  if (isSkip(error)) return `skipped: ${oneLine(message)}`;
  const { exitCode, signal } = (error ?? {}) as Partial<CommandError>;
  if (typeof exitCode === "number") return `exit code ${exitCode}`;
  return typeof signal === "string" ? `signal ${signal}` : oneLine(message);
}

/** The attempts of a task of a run that have a log, oldest first. */
export function attemptsOf(folder: string, dagId: string, runId: string, taskId: string): number[] {
  const path = join(folder, ...[dagId, runId, taskId].map(fileName));
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .map((name) => Number.parseInt(name, 10))
    .filter((attempt) => !Number.isNaN(attempt))
    .sort((one, other) => one - other);
}

export function attemptFile(
  folder: string,
  { dagId, runId, taskId, attempt }: Pick<Attempt, "dagId" | "runId" | "taskId" | "attempt">,
): string {
  return join(folder, ...[dagId, runId, taskId].map(fileName), `${attempt}.log`);
}

/** An id as the name of a file on every system; a long one by its hash. */
function fileName(id: string): string {
  const name = encodeURIComponent(id).replace(/[*.~]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  if (name.length <= 120) return name;
  // Loaded here, since node:crypto takes half as long to load as Node itself and nearly no id is so long.
  const { createHash } = createRequire(import.meta.url)("node:crypto") as typeof import("node:crypto");
  return `${name.slice(0, 80)}_${createHash("sha256").update(id).digest("hex").slice(0, 16)}`;
}

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}
