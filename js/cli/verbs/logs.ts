// dagfill logs: what the commands of a run printed.
import { closeSync, openSync, readSync } from "node:fs";
import { DagfillError } from "../../error.js";
import type { RunRecord, RunStore, TaskInstance } from "../../face.js";
import { shown } from "../../shown.js";
import { runsOfChunks } from "../chunk_runs.js";
import { firstFew } from "../first_few.js";
import { flags } from "../flags.js";
import { isDriven } from "../interrupted.js";
import { takeInterrupts } from "../interrupts.js";
import { localDate } from "../local_date.js";
import { exitCodes } from "../report_error.js";
import { chosenRuns, inOrder, noRun, type StoredDag, storedDag } from "../stored_dag.js";
import { attemptFile, attemptsOf, logFolder } from "../task_logs.js";
import type { Terminal } from "../terminal.js";
import type { Verb } from "../verb.js";
import { oneLine } from "../width.js";

const LOOK_MS = 200;

export const logs: Verb = {
  summary:
    "print the output of a run's commands and how they ended; --follow continues until the run has ended",
  positionals: ["DAG", "DATE|RUN", "[TASK]"],
  flags: [...flags.dag, ...flags.attempt, ...flags.follow, ...flags.store],
  async run(request) {
    const { positionals, values, terminal, notices, world } = request;
    const [dag = "", which = "", taskId] = positionals;
    const folder = logFolder(values.store);
    if (folder === undefined) {
      throw new DagfillError("INVALID_OPTION", "expected a store in a file, since logs are kept beside it", {
        field: "store",
        hint: "dagfill worker prints the output of the commands that it runs",
      });
    }
    const store = await world.openStore(values.store, "read", notices);
    const interrupts = takeInterrupts();
    try {
      const stored = await storedDag(dag, store, request);
      const { dagId } = stored;
      const chosen = await chosenRuns(store, stored, which, request);
      const [run, ...others] = await runsOfChunks(store, stored, chosen, request);
      if (run === undefined) throw noRun(stored, which, request);
      if (others.length > 0) notices.line(othersText(run, others, which, stored));
      const reader = new LogReader(folder, terminal, values.attempt as number | undefined);
      for (;;) {
        const tasks = inOrder(await tasksOf(store, dagId, run.runId, taskId), stored);
        const [now] = await chosenRuns(store, stored, run.runId, { values: {}, notices });
        for (const task of tasks) reader.print(task);
        const isOpen = values.follow === true && (await isDriven(store, now));
        if (!isOpen || interrupts.drain.aborted) break;
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
      if (!reader.found) {
        refuseAttempt(values.attempt, reader.attempts);
        const tasks = inOrder(await tasksOf(store, dagId, run.runId, taskId), stored);
        notices.line(`no logs of ${run.runId}${whyNone(tasks, stored, folder)}`);
      }
      return exitCodes.ok;
    } finally {
      interrupts.dispose();
      await store.close();
    }
  },
};

/** The notice for a day, or a local time that clocks show twice, with several runs: which one is shown, and the dates of the others. */
function othersText(
  run: RunRecord,
  others: readonly RunRecord[],
  which: string,
  { timeZone }: StoredDag,
): string {
  const dates = firstFew(others, 3, ({ executionDate }) => localDate(executionDate, timeZone));
  const are = others.length === 1 ? "another run is" : `${others.length} other runs are`;
  return `the run of ${localDate(run.executionDate, timeZone)}; ${are} at ${shown(which)}: ${dates}`;
}

/** Refuses an attempt that no task has had, with those that each has. */
function refuseAttempt(attempt: unknown, known: ReadonlyMap<string, readonly number[]>): void {
  const had = [...known].filter(([, attempts]) => attempts.length > 0);
  if (attempt === undefined || had.length === 0) return;
  const listed = had.slice(0, 10).map(([taskId, attempts]) => {
    const [first, last] = [attempts[0], attempts.at(-1)];
    if (first === last) return `${taskId} has attempt ${first}`;
    const isRow = attempts.length === Number(last) - Number(first) + 1;
    return `${taskId} has attempts ${isRow ? `${first}-${last}` : attempts.join(", ")}`;
  });
  throw new DagfillError("INVALID_OPTION", `expected an attempt that has a log, got ${attempt}`, {
    field: "--attempt",
    hint: `${listed.join("; ")}${had.length > 10 ? `; and ${had.length - 10} more` : ""}`,
  });
}

/** Why tasks of a run have no logs: they were not started, are no commands, or ran in a process that keeps no logs beside this store, such as
 *  a worker. */
function whyNone(tasks: readonly TaskInstance[], { commands }: StoredDag, folder: string): string {
  const waiting = tasks.filter(({ startedAt }) => startedAt === undefined);
  if (waiting.length > 0)
    return `: not started: ${firstFew(waiting, 10, ({ taskId, state }) => `${taskId} (${state})`)}`;
  const elsewhere = tasks.filter(({ taskId }) => commands?.has(taskId));
  if (elsewhere.length > 0) {
    const names = firstFew(elsewhere, 10, ({ taskId }) => taskId);
    return ` in ${folder}: the output of commands is where they ran, such as in that of dagfill worker: ${names}`;
  }
  const why = ": only commands, and functions that failed, have logs";
  return commands === undefined ? `${why}; dagfill worker prints the output of what it runs` : why;
}

async function tasksOf(
  store: RunStore,
  dagId: string,
  runId: string,
  taskId: string | undefined,
): Promise<TaskInstance[]> {
  const all = await store.listTaskInstances(dagId, runId);
  if (taskId === undefined) return all;
  const found = all.filter((task) => task.taskId === taskId);
  if (found.length > 0) return found;
  throw new DagfillError("UNKNOWN_TASK", `expected a task of ${runId}, got ${shown(taskId)}`, {
    ...(all.length > 0 && { hint: `it has ${all.map((task) => task.taskId).join(", ")}` }),
  });
}

/** Prints log files as they grow, each from the place that was read last. */
class LogReader {
  found = false;
  /** By task: the attempts that have a log. */
  readonly attempts = new Map<string, readonly number[]>();
  readonly #places = new Map<string, number>();
  readonly #told = new Set<string>();
  #last = "";

  constructor(
    private readonly folder: string,
    private readonly terminal: Terminal,
    private readonly attempt: number | undefined,
  ) {}

  print(task: TaskInstance): void {
    const { dagId, runId, taskId } = task;
    const attempts = attemptsOf(this.folder, dagId, runId, taskId);
    this.attempts.set(taskId, attempts);
    if (!attempts.includes(task.attempt)) this.#printError(task);
    for (const attempt of attempts.filter((one) => this.attempt === undefined || one === this.attempt)) {
      this.found = true;
      const path = attemptFile(this.folder, { dagId, runId, taskId, attempt });
      const text = this.#read(path);
      if (text === "") continue;
      const title = `${taskId}, attempt ${attempt}`;
      if (title !== this.#last) this.terminal.line(this.terminal.paint("bold", title));
      this.#last = title;
      for (const line of text.trimEnd().split("\n")) this.#line(line);
    }
  }

  /** Prints the stored error of a task that has no log, because it failed before its command was started, as by an unknown macro. */
  #printError({ taskId, attempt, finishedAt, error }: TaskInstance): void {
    if (error === undefined || finishedAt === undefined) return;
    if (this.attempt !== undefined && this.attempt !== attempt) return;
    this.found = true;
    const title = `${taskId}, attempt ${attempt}`;
    if (this.#told.has(title)) return;
    this.#told.add(title);
    this.#last = title;
    this.terminal.line(this.terminal.paint("bold", title));
    this.terminal.line(
      `${this.terminal.paint("yellow", `${finishedAt} end`)} ${oneLine(`${error.name}: ${error.message}`)}`,
    );
  }

  #line(line: string): void {
    const [time = "", source = "", ...words] = line.split(" ");
    const style = source === "out" || (source === "end" && line.endsWith(" exit code 0")) ? "dim" : "yellow";
    // The output of a command goes to the terminal as it is, as `run` does it.
    this.terminal.line(`${this.terminal.paint(style, `${time} ${source}`)} `, words.join(" "));
  }

  /** The complete lines that were appended since the last call. */
  #read(path: string): string {
    const from = this.#places.get(path) ?? 0;
    const file = openSync(path, "r");
    try {
      const parts: Buffer[] = [];
      let at = from;
      for (;;) {
        const part = Buffer.alloc(1 << 16);
        const count = readSync(file, part, 0, part.length, at);
        if (count === 0) break;
        parts.push(part.subarray(0, count));
        at += count;
      }
      const bytes = Buffer.concat(parts);
      const end = bytes.lastIndexOf(10) + 1;
      this.#places.set(path, from + end);
      return bytes.toString("utf8", 0, end);
    } finally {
      closeSync(file);
    }
  }
}
