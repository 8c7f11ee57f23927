// A task that is not tried again although it has retries left: its job at an engine was given up, and may still run.
import { LostRun, type Raw } from "../../raw.js";
import type { TaskGraph } from "./task_graph.js";
import { type Called, codeOf } from "./task_records.js";

/** Has the core count the retries of such a task as used. What the core is told of a task that was waiting changes nothing else of one that runs. */
export function spendRetries(raw: InstanceType<Raw["RawDagRun"]>, task: number, called: Called): void {
  const { attempt, spent } = called;
  if (spent !== undefined)
    raw.prior(task, codeOf("queued"), attempt, spent, Number.NaN, Number.NaN, LostRun.Restart);
}

/** The same for a task that ends now, asked of the machine of this moment. Where that is lost the next event finds out, and what takes its place is told, too. */
export function spendNow(
  machine: { ask(spend: (raw: InstanceType<Raw["RawDagRun"]>) => void): void },
  task: number,
  called: Called,
  graph: TaskGraph,
): void {
  called.spent = graph.task(task).retries;
  try {
    machine.ask((raw) => spendRetries(raw, task, called));
  } catch {}
}
