// The commands of tasks as they ran: values of XCom are known only then. Parts of them that stayed unresolved become a warning.
import type { RunContext, TaskContext } from "../../face.js";
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

  /** Calls the callback of a run or a task, keeps the command that a task was given, and tells what stayed unresolved. */
  async observe<Context extends RunContext>(
    context: Context,
    execute: ((context: Context) => unknown) | undefined,
  ): Promise<unknown> {
    try {
      return await execute?.(context);
    } finally {
      this.#keep(context);
    }
  }

  #keep(context: RunContext & Partial<Pick<TaskContext, "taskId" | "command">>): void {
    try {
      const { runId, taskId, command, executionDate, unresolved } = context;
      if (taskId !== undefined && command !== undefined) {
        const commands = this.#runs.get(runId) ?? new Map<string, string>();
        this.#runs.set(runId, commands.set(taskId, command));
        const oldest = this.#runs.keys().next().value;
        if (this.#runs.size > KEPT && oldest !== undefined) this.#runs.delete(oldest);
      }
      const said = new Set<string>();
      for (const { path, text } of unresolved) {
        const place = taskId === undefined ? path : `task ${taskId}, ${path}`;
        const message = `${runId}: ${place}: ${text} was not resolved, and ran as it stands`;
        if (said.has(message)) continue;
        said.add(message);
        const field = taskId === undefined ? {} : { taskId, field: path };
        this.#warnings.add({ code: "unresolved_template", message, at: executionDate, ...field });
      }
    } catch {
      // A template that is an error: the callback that read it has failed by it.
    }
  }
}
