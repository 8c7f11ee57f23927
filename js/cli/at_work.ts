// The runs that were started and whose end the store has not acknowledged yet. Progress counts only runs whose
// callback is active, and so not those whose end is still being stored.
import type { BackfillEvent } from "../face.js";

export class AtWork {
  private readonly runs = new Set<string>();
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
    }
    if (this.runs.size > 0) return;
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  /** Fulfils when no run is at work. */
  nothing(): Promise<void> {
    if (this.runs.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}
