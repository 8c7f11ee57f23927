// A change, checked and turned into what is written. Every store does this to the whole batch when `apply` is called,
// before it touches anything: what the caller does to its objects afterwards is no longer seen.
import { name, prefixed, reading, wrong } from "../options.js";
import {
  type BackfillRow,
  backfillRow,
  changedColumns,
  type RequestRow,
  type RunRow,
  requestRow,
  runRow,
  type TaskRow,
  taskRow,
  type XcomRow,
  xcomRow,
} from "./row.js";
import type { RunState, StoreChange } from "./store.js";

export interface RunUpdate {
  type: "update-run";
  dagId: string;
  runId: string;
  columns: Partial<RunRow>;
  /** Present when the change repeats the execution date, which then has to be the run's own. */
  executionMs: number | undefined;
  ifState: readonly RunState[] | undefined;
}

export type Step =
  | { type: "create-run"; row: RunRow }
  | RunUpdate
  | { type: "clear-run"; dagId: string; runId: string }
  | { type: "save-task-instance"; row: TaskRow }
  | { type: "set-xcom"; row: XcomRow }
  | { type: "request"; row: RequestRow }
  | { type: "save-backfill"; row: BackfillRow };

export function steps(changes: readonly StoreChange[]): Step[] {
  return reading("changes", () => {
    if (!Array.isArray(changes)) throw wrong("changes", "a list of changes", changes);
    const read: Step[] = [];
    try {
      // One by one: an array with holes ends at the first of them.
      while (read.length < changes.length) read.push(step(changes[read.length]));
    } catch (error) {
      throw prefixed(error, `changes[${read.length}].`, { index: read.length });
    }
    return read;
  });
}

function step(change: StoreChange): Step {
  switch (change?.type) {
    case "create-run":
      return { type: "create-run", row: runRow(change.run) };
    case "update-run":
      return update(change);
    case "clear-run":
      return { type: "clear-run", dagId: name(change.dagId, "dagId"), runId: name(change.runId, "runId") };
    case "save-task-instance":
      return { type: "save-task-instance", row: taskRow(change.instance) };
    case "set-xcom":
      return { type: "set-xcom", row: xcomRow(change) };
    case "request":
      return { type: "request", row: requestRow(change) };
    case "save-backfill":
      return { type: "save-backfill", row: backfillRow(change) };
    default:
      throw wrong("type", "the type of a change", (change as { type?: unknown } | undefined)?.type);
  }
}

function update(change: Extract<StoreChange, { type: "update-run" }>): RunUpdate {
  const dagId = name(change.dagId, "dagId");
  const runId = name(change.runId, "runId");
  if (change.ifState !== undefined && !Array.isArray(change.ifState)) {
    throw wrong("ifState", "a list of states", change.ifState);
  }
  const { executionMs, ...columns } = changedColumns(change.change, { dagId, runId });
  return { type: "update-run", dagId, runId, columns, executionMs, ifState: change.ifState?.slice() };
}
