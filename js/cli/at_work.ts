// The runs that were started and whose end the store has not acknowledged yet. Progress counts only runs whose
// callback is active, and so not those whose end is still being stored.
import type { BackfillEvent } from "../face.js";

export class AtWork {
  private readonly runs = new Set<string>();
  /** By run: the tasks that were started, and whether each waits for its next attempt. */
  private readonly tasks = new Map<string, Map<string, boolean>>();
  private waiting: (() => void)[] = [];

  see(event: BackfillEvent): void {
    switch (event.type) {
      case "run-started":
        this.runs.add(event.run.runId);
        break;
      case "run-succeeded":
      case "run-failed":
      case "run-retrying":
      case "run-canceled":
        this.runs.delete(event.run.runId);
        this.tasks.delete(event.run.runId);
        break;
      case "task-started":
        this.ofRun(event.runId).set(event.taskId, false);
        break;
      case "task-succeeded":
      case "task-failed":
      case "task-skipped":
        this.ofRun(event.runId).delete(event.taskId);
        break;
      case "warning": {
        const { code, runId, taskId } = event.warning;
        if (code === "task_retrying" && runId !== undefined && taskId !== undefined) this.wait(runId, taskId);
      }
    }
    if (this.waiting.length === 0 || !this.isIdle) return;
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  /** A task of a run waits for its next attempt. */
  wait(runId: string, taskId: string): void {
    this.ofRun(runId).set(taskId, true);
  }

  /** Whether runs are at work, and each of them has nothing but tasks that wait for their next attempt. */
  get onlyWaits(): boolean {
    return this.runs.size > 0 && this.isIdle;
  }

  /** Fulfils when no run is at work, or what is at work only waits for next attempts. */
  nothing(): Promise<void> {
    if (this.isIdle) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private get isIdle(): boolean {
    return [...this.runs].every((runId) => {
      const tasks = [...(this.tasks.get(runId)?.values() ?? [])];
      return tasks.length > 0 && tasks.every((waits) => waits);
    });
  }

  private ofRun(runId: string): Map<string, boolean> {
    const known = this.tasks.get(runId) ?? new Map<string, boolean>();
    this.tasks.set(runId, known);
    return known;
  }
}
