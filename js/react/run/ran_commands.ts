// The commands of tasks as they ran: values of XCom are known only then. Parts of them that stayed unresolved become a warning.
import type { ExecuteTask, RunContext, TaskContext } from "../../face.js";
import type { RunWarnings } from "./run_warnings.js";

/** Runs whose commands are kept. */
const KEPT = 2_000;

export class RanCommands {
  readonly #warnings: RunWarnings;
  readonly #runs = new Map<string, Map<string, string>>();

  constructor(warnings: RunWarnings) {
    this.#warnings = warnings;
  }

  /** By task id; empty for a run that no callback of this page was called for. */
  of(runId: string): ReadonlyMap<string, string> {
    return this.#runs.get(runId) ?? new Map();
  }

  /** Calls a task's callback and keeps the command that it was given. */
  async observeTask(task: TaskContext, executeTask: ExecuteTask | undefined): Promise<unknown> {
    try {
      return await executeTask?.(task);
    } finally {
      this.#keep(task);
    }
  }

  /** Calls a run's callback; what it rendered without success is told. */
  async observeRun<Run extends RunContext>(run: Run, executeRun: ((run: Run) => unknown) | undefined) {
    try {
      return await executeRun?.(run);
    } finally {
      this.#tell(run, null);
    }
  }

  #keep(task: TaskContext): void {
    try {
      const { runId, taskId, command } = task;
      if (command !== undefined) {
        const commands = this.#runs.get(runId) ?? new Map<string, string>();
        this.#runs.set(runId, commands.set(taskId, command));
        const oldest = this.#runs.keys().next().value;
        if (this.#runs.size > KEPT && oldest !== undefined) this.#runs.delete(oldest);
      }
      this.#tell(task, taskId);
    } catch {
      // A template that is an error: the callback that read it has failed by it.
    }
  }

  #tell({ runId, executionDate, unresolved }: RunContext, taskId: string | null): void {
    const said = new Set<string>();
    for (const { path, text } of unresolved) {
      const place = taskId === null ? path : `task ${taskId}, ${path}`;
      const message = `${runId}: ${place}: ${text} was not resolved, and ran as it stands`;
      if (said.has(message)) continue;
      said.add(message);
      const field = taskId === null ? {} : { taskId, field: path };
      this.#warnings.add({ code: "unresolved_template", message, at: executionDate, ...field });
    }
  }
}
