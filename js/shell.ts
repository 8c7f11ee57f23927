// The entry `dagfill/shell`: runs a task's rendered `command` in a child process of Node.
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { DagfillError } from "./error.js";
import { failure } from "./failure.js";
import type { Json } from "./json.js";
import { type ExecuteTask, type TaskContext, TaskSkipped } from "./run/tasks/task_context.js";
import { type Ending, runCommand } from "./shell/command.js";
import { LONGEST_LINE, Tail } from "./shell/lines.js";
import { shown } from "./shown.js";
import { suggestion } from "./suggest.js";

/** The default of `skip_on_exit_code` of Airflow's BashOperator. */
const SKIP_EXIT_CODE = 99;

export interface ShellOptions {
  /** Folder in which the commands run. Default: the one of this process. */
  cwd?: string;
  /** Variables beside those of this process; `undefined` takes one away. */
  env?: Record<string, string | undefined>;
  /** The shell's program. Default: `/bin/sh`, on Windows `cmd.exe`. */
  shell?: string;
  /** Receives every line that a command prints, as it is printed. Default: lines are dropped. Errors that it throws are ignored. */
  onLine?: (line: ShellLine) => void;
  /** What happens to a command that has text which no macro resolves, where neither backfill, task, DAG nor service says: it fails
   *  ("error", the default) or runs as it is ("keep"). */
  onUnknown?: "error" | "keep";
  /** Milliseconds that an aborted command has to end (SIGTERM) before it is killed (SIGKILL). Default 5000. */
  killGrace?: number;
}

/** A line that a command printed, without its line feed. Lines longer than 1 MiB are cut, and end with words that say so. */
export interface ShellLine {
  text: string;
  source: "stdout" | "stderr";
  dagId: string;
  runId: string;
  taskId: string;
  executionDate: string;
  localDate: string;
  attempt: number;
}

/**
 * Makes the `executeTask` that runs each task's `command`, with its templates resolved, in the platform's shell.
 *
 * - A task without a command does nothing and succeeds, as Airflow's EmptyOperator.
 * - The environment carries `DAGFILL_DAG_ID`, `DAGFILL_RUN_ID`, `DAGFILL_TASK_ID`, `DAGFILL_RUN_TYPE`, `DAGFILL_ATTEMPT`,
 *   `DAGFILL_EXECUTION_DATE`, `DAGFILL_LOCAL_DATE`, `DAGFILL_DATA_INTERVAL_START`, `DAGFILL_DATA_INTERVAL_END`,
 *   `DAGFILL_BACKFILL_ID` (in a backfill), and as JSON `DAGFILL_CONF` and `DAGFILL_PARAMS`.
 * - The last line on stdout of the form `xcom:{"rows": 3}` is the task's XCom: each key for itself (`{{ xcom.task.rows }}`), and the
 *   whole object as `return_value`, unless it has a key of that name. `xcom:` before any other JSON gives `return_value` alone.
 * - Exit code 99 skips the task, as Airflow's BashOperator has it. Any other code than 0 fails it; the message ends with the last lines of stderr.
 * - Abort ends everything that the command started, not only the shell: SIGTERM, then SIGKILL after `killGrace`.
 * - What a command leaves running in the background when it ends by itself goes on, and holds nothing up.
 *
 * **Values from outside are not part of the command.** A template's value becomes text of the shell: with a conf of
 * `{"region": "eu; touch x"}` the command `load --region {{ dag_run.conf.region }}` runs `touch x`, and the same holds for params and XCom.
 * Read them from the environment in double quotes, or quote them with the filter `quote`:
 *
 * ```ts
 * const tasks = [
 *   { taskId: "extract", command: 'extract --conf "$DAGFILL_CONF" --date {{ ds }}' },
 *   { taskId: "load", dependsOn: ["extract"], command: "load --region {{ dag_run.conf.region | quote }}" },
 * ];
 * const service = new BackfillService({ dags: [{ dagId: "sales", schedule: "@daily", tasks }], executeTask: shellTasks() });
 * ```
 *
 * Dates (`{{ ds }}`, `{{ ts }}`) have no characters that a shell acts on.
 */
export function shellTasks(options: ShellOptions = {}): ExecuteTask {
  const {
    cwd,
    env,
    shell = defaultShell(),
    onLine,
    killGrace = 5_000,
    onUnknown = "error",
  } = checked(options);
  return async (task) => {
    // Airflow's EmptyOperator: a task that only joins others.
    if (task.command === undefined) return undefined;
    const variables = { ...env, ...variablesOf(task) };
    refuseNul({ command: task.command, ...variables });
    if (task.signal.aborted) throw abortError(task, "was not started");
    if ((task.onUnknown ?? onUnknown) === "error" && (task.unresolved ?? []).length > 0)
      throw unresolvedError(task);
    const tail = { stdout: new Tail(20, 2_000), stderr: new Tail(20, 2_000) };
    let xcom: { text: string; cut: boolean } | undefined;
    const ending = await runCommand({
      file: shell,
      args: shellArguments(shell, task.command),
      cwd,
      env: { ...process.env, ...variables },
      signal: task.signal,
      killGrace,
      onLine(source, text, cut) {
        tail[source].push(text);
        if (source === "stdout" && text.startsWith(xcomMark))
          xcom = { text: text.slice(xcomMark.length), cut };
        try {
          onLine?.({ text: cut ? text + cutMark : text, source, ...identity(task) });
        } catch {
          // A log that fails is no reason to fail the task.
        }
      },
    }).catch((error: unknown) => {
      throw notStarted(error, shell, cwd);
    });
    if (ending.aborted) throw abortError(task, "was ended", ending.ranFor);
    if (ending.code === SKIP_EXIT_CODE)
      throw new TaskSkipped(`the command ended with exit code ${SKIP_EXIT_CODE}`);
    if (ending.code !== 0) throw new CommandError(ending, tail.stderr.text() || tail.stdout.text());
    return xcom === undefined ? undefined : pushXcom(task, xcom.text, xcom.cut);
  };
}

/** A process gets its command and its variables as texts that end at the character NUL. */
function refuseNul(texts: Record<string, string | undefined>): void {
  for (const [field, text] of Object.entries(texts)) {
    const at = text?.indexOf("\0") ?? -1;
    if (text === undefined || at < 0) continue;
    const around = text.slice(Math.max(0, at - 40), at + 40);
    throw new DagfillError(
      "INVALID_OPTION",
      `expected ${field} without the character NUL, which no process can be given, got ${shown(around)}`,
      {
        field,
        hint: 'a value of conf or params can be read from "$DAGFILL_CONF" and "$DAGFILL_PARAMS", where it is escaped',
      },
    );
  }
}

/** A command with braces in it is not what its author meant to run. */
function unresolvedError({ taskId, unresolved }: TaskContext): DagfillError {
  const [first] = unresolved as readonly { path: string; text: string; suggestion?: string }[];
  const more = unresolved.length > 1 ? ` and ${unresolved.length - 1} more` : "";
  return new DagfillError(
    "UNKNOWN_MACRO",
    `task "${taskId}", ${first?.path}: nothing resolves ${first?.text}${more}; the command was not run`,
    {
      ...(first === undefined ? {} : { input: first.text, field: first.path }),
      hint:
        first?.suggestion === undefined
          ? 'onUnknown: "keep" runs it as it is, for text that another engine reads'
          : `did you mean ${first.suggestion}?`,
    },
  );
}

/** A command that ended with another code than 0, or by a signal that was not ours. */
export class CommandError extends Error {
  /** @internal Minifying renames classes. */
  static override readonly name: string = "CommandError";
  readonly exitCode: number | null;
  readonly signal: string | null;

  constructor(ending: Ending, tail: string) {
    const how = ending.signal === null ? `with exit code ${ending.code}` : `by ${ending.signal}`;
    super(`the command ended ${how}${tail && `:\n${tail}`}`);
    this.name = "CommandError";
    this.exitCode = ending.code;
    this.signal = ending.signal;
  }
}

const xcomMark = "xcom:";
const cutMark = "... (cut: the line is longer than 1 MiB)";

function pushXcom(task: TaskContext, text: string, cut: boolean): Json | undefined {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    // `xcom: pushed` is a word in a log; a brace says that a value was meant, and losing it in silence would be worse.
    if (!text.trimStart().startsWith("{")) return undefined;
    const got = cut ? `a line of more than ${LONGEST_LINE} characters` : (error as Error).message;
    throw new DagfillError(
      "INVALID_OPTION",
      `expected JSON after "${xcomMark}" in the output of "${task.taskId}", got ${got}`,
      {
        input: text.slice(0, 1_000),
        hint: 'print one line, such as xcom:{"rows": 3}; large values belong into a file whose path is the XCom',
      },
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  for (const [key, part] of Object.entries(value)) {
    if (key !== "return_value") task.xcomPush(key, part);
  }
  return Object.hasOwn(value, "return_value") ? value.return_value : value;
}

const kinds = {
  cwd: "string",
  env: "object",
  shell: "string",
  onLine: "function",
  killGrace: "number",
  onUnknown: "string",
} as const;

function checked(options: ShellOptions): ShellOptions {
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(kinds, name)) {
      const meant = suggestion(name, Object.keys(kinds));
      throw new DagfillError("INVALID_OPTION", `expected an option of shellTasks, got "${name}"`, {
        field: name,
        ...(meant !== undefined && { hint: `did you mean "${meant}"?` }),
      });
    }
    const kind = kinds[name as keyof ShellOptions];
    const fits = typeof value === kind && value !== null && !(kind === "number" && !(Number(value) >= 0));
    if (value === undefined || fits) continue;
    const expected = kind === "number" ? "a number of milliseconds from 0 on" : `a ${kind}`;
    throw new DagfillError("INVALID_OPTION", `expected "${name}" to be ${expected}, got ${String(value)}`, {
      field: name,
    });
  }
  return options;
}

function identity({ dagId, runId, taskId, executionDate, localDate, attempt }: TaskContext) {
  return { dagId, runId, taskId, executionDate, localDate, attempt };
}

function variablesOf(task: TaskContext): Record<string, string | undefined> {
  return {
    DAGFILL_DAG_ID: task.dagId,
    DAGFILL_RUN_ID: task.runId,
    DAGFILL_TASK_ID: task.taskId,
    DAGFILL_RUN_TYPE: task.runType,
    DAGFILL_ATTEMPT: String(task.attempt),
    DAGFILL_EXECUTION_DATE: task.executionDate,
    DAGFILL_LOCAL_DATE: task.localDate,
    DAGFILL_DATA_INTERVAL_START: task.dataInterval.start,
    DAGFILL_DATA_INTERVAL_END: task.dataInterval.end,
    // Set to undefined rather than left out: a command that itself runs dagfill must not hand on its own.
    DAGFILL_BACKFILL_ID: task.backfillId,
    DAGFILL_CONF: JSON.stringify(task.conf),
    DAGFILL_PARAMS: JSON.stringify(task.params ?? null),
  };
}

function defaultShell(): string {
  return process.platform === "win32" ? (process.env.ComSpec ?? "cmd.exe") : "/bin/sh";
}

function shellArguments(shell: string, command: string): string[] {
  // cmd.exe has its own quoting: /s takes away exactly the outer quotes and leaves the rest as it was written.
  return basename(shell).toLowerCase().startsWith("cmd")
    ? ["/d", "/s", "/c", `"${command}"`]
    : ["-c", command];
}

/** With the reason of the abort: a timeout, a cancel, a lost lease. */
function abortError(task: TaskContext, what: string, ranFor?: number): DagfillError {
  const { reason } = task.signal;
  const { message } = failure(reason);
  const because = message.replace(/^timed out: /, "");
  const start =
    because === message || ranFor === undefined ? "" : `timed out after ${Math.round(ranFor / 100) / 10} s: `;
  const why = `${start}the command of "${task.taskId}" ${what}: ${because}`;
  return new DagfillError("ABORTED", why, { cause: reason });
}

function notStarted(error: unknown, shell: string, cwd: string | undefined): DagfillError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "E2BIG") {
    return new DagfillError(
      "INVALID_OPTION",
      "expected a command and environment that the system can pass on, got more than it allows",
      {
        cause: error,
        hint: "pass large values in files; conf and params are in the environment too",
      },
    );
  }
  // The system says ENOENT for the folder as for the program.
  const missing = code === "ENOENT" && cwd !== undefined && !existsSync(cwd) ? `no folder ${cwd}` : message;
  return new DagfillError("INVALID_OPTION", `expected a shell that starts, got ${missing}`, {
    cause: error,
    field: missing === message ? "shell" : "cwd",
    input: missing === message ? shell : String(cwd),
  });
}
