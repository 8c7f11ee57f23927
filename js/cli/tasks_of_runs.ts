// What the events of tasks say of their runs: which tasks of a run have failed, and which date a retry is of.
import type { BackfillEvent } from "../face.js";

const mostNamed = 4;

interface SeenRun {
  executionDate: string;
  /** By task: the message of its failure. */
  failed: Map<string, string>;
}

export class TasksOfRuns {
  private readonly runs = new Map<string, SeenRun>();

  /** The event as it is shown: a run that failed names all of its failed tasks, where the core names the first. */
  told(event: BackfillEvent): BackfillEvent {
    if ("taskId" in event) {
      if (event.type === "task-failed")
        this.runs.get(event.runId)?.failed.set(event.taskId, event.error?.message ?? "");
      return event;
    }
    if (!("run" in event)) return event;
    const { runId, executionDate } = event.run;
    if (event.type === "run-started" || event.type === "run-attached") {
      this.runs.set(runId, { executionDate, failed: new Map() });
      return event;
    }
    const { failed = new Map<string, string>() } = this.runs.get(runId) ?? {};
    this.runs.delete(runId);
    const { error } = event.run;
    if (error === undefined || failed.size < 2) return event;
    return { ...event, run: { ...event.run, error: { ...error, message: messageOf(failed) } } };
  }

  /** The logical date of the run of a task. */
  dateOf({ runId }: { runId: string }): string | undefined {
    return this.runs.get(runId)?.executionDate;
  }
}

/** All names before the first message: a line is cut at its end. */
function messageOf(failed: ReadonlyMap<string, string>): string {
  const names = [...failed.keys()];
  const rest = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : "";
  const [first = "", message = ""] = failed.entries().next().value ?? [];
  return `tasks ${names.slice(0, mostNamed).join(", ")}${rest} failed; ${first}: ${message}`;
}
