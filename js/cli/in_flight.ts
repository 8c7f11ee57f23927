// The callbacks that are at work: a process that leaves waits for them, and an uncaught error is attributed to one of them.
import { AsyncLocalStorage } from "node:async_hooks";
import type { Dag, ExecuteTask, RunContext } from "../face.js";
import { withFunctions } from "./task_functions.js";
import type { Callbacks } from "./verb.js";

/** The run or task that a callback works on; a run without tasks has no taskId. */
export type TaskAtWork = Pick<RunContext, "dagId" | "runId" | "attempt" | "executionDate" | "localDate"> & {
  taskId?: string;
};

export class InFlight {
  private readonly work = new Map<Promise<unknown>, TaskAtWork>();
  private readonly caller = new AsyncLocalStorage<TaskAtWork>();

  /** The same callbacks, counted. */
  count({ executeRun, executeTask, ...rest }: Callbacks): Callbacks {
    return {
      ...rest,
      ...(executeRun !== undefined && { executeRun: this.counted(executeRun) }),
      ...(executeTask !== undefined && { executeTask: this.counted(executeTask) }),
    };
  }

  /** The same DAGs, whose functions are counted. */
  countFunctions(dags: readonly Dag[]): Dag[] {
    return withFunctions(dags, (run: ExecuteTask) => this.counted(run));
  }

  /** Fulfils when nothing is at work, or only one of these, which may never end. */
  async settled(except: readonly TaskAtWork[] = []): Promise<void> {
    const others = () => [...this.work].filter(([, at]) => !except.includes(at));
    for (let work = others(); work.length > 0; work = others())
      await Promise.all(work.map(([settled]) => settled));
  }

  /** The callback whose code runs now, if that is known; else all that are at work. */
  suspects(): TaskAtWork[] {
    const caller = this.caller.getStore();
    return caller === undefined ? [...this.work.values()] : [caller];
  }

  private counted<C extends TaskAtWork>(execute: (context: C) => unknown): (context: C) => Promise<unknown> {
    return (context) => {
      const { dagId, runId, taskId, attempt, executionDate, localDate } = context;
      const run = { dagId, runId, attempt, executionDate, localDate };
      const at: TaskAtWork = taskId === undefined ? run : { ...run, taskId };
      // In an async function, so that what is thrown at once counts as a rejection.
      const work = this.caller.run(at, async () => execute(context));
      const settled: Promise<unknown> = work.then(
        () => this.work.delete(settled),
        () => this.work.delete(settled),
      );
      this.work.set(settled, at);
      return work;
    };
  }
}
