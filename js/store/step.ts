// A change, checked and turned into what is written. Every store does this to the whole batch when `apply` is called,
// before it touches anything: what the caller does to its objects afterwards is no longer seen.
import { reading } from "../options.js";
import { name } from "./member.js";
import { invalid, invalidArgument } from "./refusal.js";
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
    if (!Array.isArray(changes)) throw invalidArgument("changes", "a list of changes", changes);
    // One by one: an array with holes ends at the first of them.
    const read: Step[] = [];
    for (let index = 0; index < changes.length; index += 1)
      read.push(step(changes[index] as StoreChange, index));
    return read;
  });
}

function step(change: StoreChange, index: number): Step {
  switch (change?.type) {
    case "create-run":
      return { type: "create-run", row: runRow(change.run, index) };
    case "update-run":
      return update(change, index);
    case "clear-run":
      return {
        type: "clear-run",
        dagId: name(change.dagId, index, "dagId"),
        runId: name(change.runId, index, "runId"),
      };
    case "save-task-instance":
      return { type: "save-task-instance", row: taskRow(change.instance, index) };
    case "set-xcom":
      return { type: "set-xcom", row: xcomRow(change, index) };
    case "request":
      return { type: "request", row: requestRow(change, index) };
    case "save-backfill":
      return { type: "save-backfill", row: backfillRow(change, index) };
    default:
      throw invalid(index, "type", "the type of a change", (change as { type?: unknown } | undefined)?.type);
  }
}

function update(change: Extract<StoreChange, { type: "update-run" }>, index: number): RunUpdate {
  const dagId = name(change.dagId, index, "dagId");
  const runId = name(change.runId, index, "runId");
  if (change.ifState !== undefined && !Array.isArray(change.ifState)) {
    throw invalid(index, "ifState", "a list of states", change.ifState);
  }
  const { executionMs, ...columns } = changedColumns(change.change, dagId, runId, index);
  return { type: "update-run", dagId, runId, columns, executionMs, ifState: change.ifState?.slice() };
}
