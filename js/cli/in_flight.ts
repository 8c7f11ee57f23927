// The callbacks that are at work, so that a process that leaves can wait for them.
import type { Callbacks } from "./verb.js";

export class InFlight {
  private readonly work = new Set<Promise<unknown>>();

  /** The same callbacks, counted. */
  count({ executeRun, executeTask, ...rest }: Callbacks): Callbacks {
    return {
      ...rest,
      ...(executeRun !== undefined && { executeRun: this.counted(executeRun) }),
      ...(executeTask !== undefined && { executeTask: this.counted(executeTask) }),
    };
  }

  /** Fulfils when nothing is at work. */
  async settled(): Promise<void> {
    while (this.work.size > 0) await Promise.all(this.work);
  }

  private counted<C>(execute: (context: C) => unknown): (context: C) => Promise<unknown> {
    return (context) => {
      // In an async function, so that what is thrown at once counts as a rejection.
      const work = (async () => execute(context))();
      const settled: Promise<unknown> = work.then(
        () => this.work.delete(settled),
        () => this.work.delete(settled),
      );
      this.work.add(settled);
      return work;
    };
  }
}
