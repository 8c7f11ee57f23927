// Tasks that failed in runs that succeeded, and those that did not run therefore: which they are, and the line that runs them again.
import type { BackfillEvent } from "../face.js";
import { localDate } from "./local_date.js";
import { dagFlag, quoted, typedLine } from "./typed_line.js";

interface Place {
  file: string;
  dagId: string;
  timeZone: string | undefined;
  /** The values of the flags. */
  servers: { store?: unknown; engine?: unknown };
}

export class FailedTasks {
  private readonly open = new Map<string, Set<string>>();
  private readonly tasks = new Set<string>();
  private readonly dates: string[] = [];

  see(event: BackfillEvent): void {
    if (event.type === "task-failed" || event.type === "task-upstream-failed") {
      const failed = this.open.get(event.runId) ?? new Set();
      this.open.set(event.runId, failed.add(event.taskId));
    }
    if (!("run" in event)) return;
    const failed = this.open.get(event.run.runId);
    this.open.delete(event.run.runId);
    if (event.type === "run-succeeded" && failed !== undefined) this.add(failed, event.run.executionDate);
  }

  add(tasks: Iterable<string>, executionDate: string): void {
    for (const taskId of tasks) this.tasks.add(taskId);
    this.dates.push(executionDate);
  }

  /** The line to type; `undefined` where no such task was seen. */
  hint({ file, dagId, timeZone, servers }: Place): string | undefined {
    if (this.tasks.size === 0) return undefined;
    const sorted = [...this.dates].sort((one, other) => Date.parse(one) - Date.parse(other));
    const [from = "", to = ""] = [sorted[0], sorted.at(-1)].map((date) => localDate(date ?? "", timeZone));
    const names = quoted([...this.tasks].join(","));
    const which = `${quoted(file)}${dagFlag(dagId)}`;
    return typedLine("to run them again", `clear ${which} -t ${names} --from ${from} --to ${to}`, servers);
  }
}
