// Collects the failed tasks of each run from their events, so that the line of a failed run names all of them.
import type { BackfillEvent } from "../face.js";

const mostNamed = 4;

export class TasksOfRuns {
  /** By run and task: the message of its failure. */
  private readonly runs = new Map<string, Map<string, string>>();

  /** The event as it is shown: a run that failed names all of its failed tasks, where the core names the first. */
  told(event: BackfillEvent): BackfillEvent {
    if ("taskId" in event) {
      if (event.type === "task-failed")
        this.runs.get(event.runId)?.set(event.taskId, event.error?.message ?? "");
      return event;
    }
    if (!("run" in event)) return event;
    const { runId } = event.run;
    if (event.type === "run-started" || event.type === "run-attached") {
      this.runs.set(runId, new Map());
      return event;
    }
    const failed = this.runs.get(runId) ?? new Map<string, string>();
    this.runs.delete(runId);
    const { error } = event.run;
    if (error === undefined || failed.size < 2) return event;
    return { ...event, run: { ...event.run, error: { ...error, message: messageOf(failed) } } };
  }
}

/** All names before the first message: a line is cut at its end. */
function messageOf(failed: ReadonlyMap<string, string>): string {
  const names = [...failed.keys()];
  const rest = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : "";
  const [first = "", message = ""] = failed.entries().next().value ?? [];
  return `tasks ${names.slice(0, mostNamed).join(", ")}${rest} failed; ${first}: ${message}`;
}
