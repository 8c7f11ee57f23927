import {
  type DateInput,
  expandRange,
  explainSchedule,
  inspectTemplate,
  nextDates,
  previousDates,
  validateDag,
} from "dagfill";
import { dayText, parseDay } from "dagfill/planning";
import { failureOf } from "../failure";
import type { DagView, Draft, DraftTask, EngineError, ScheduleView, UnknownMacro } from "../model";
import { dagOf, isPeriod, optionsOf, scheduleOf } from "../request";

/** The form's own texts as the package reads them: beside the plan, which is the model's. */

/** Options of the schedule as a `Dag` has them: a period without an anchor counts from the DAG's startDate, as in its plan. */
const timetableOf = ({ dagId, timeZone, kind, dst, rest = {} }: Draft) => ({
  ...{ dagId, schedule: null, timeZone: timeZone.trim(), kind, dst: rest.dst ?? dst },
  ...(rest.startDate === undefined ? {} : { startDate: rest.startDate }),
});

export function readSchedule(draft: Draft, now: number): ScheduleView {
  try {
    const schedule = scheduleOf(draft.schedule);
    if (schedule === null) {
      const message = "There is no schedule: write one, such as @daily";
      return { text: "", warnings: [], next: [], error: { code: "NO_SCHEDULE", message } };
    }
    const view = explainSchedule(schedule, { ...timetableOf(draft), now, count: 3 });
    const origin = isPeriod(schedule) && schedule.anchor === undefined ? draft.rest?.startDate : undefined;
    const text = origin === undefined ? view.text : `${view.text}, counted from ${origin}`;
    return { ...view, text, error: null };
  } catch (thrown) {
    return { text: "", warnings: [], next: [], error: failureOf(thrown) };
  }
}

/** Layers for drawing, or why there are none; unknown macros of every task. Parts that an edit does not change are not read again: a DAG may
 *  have thousands of tasks, and each key in the command of one is an edit. */
export function readDag(draft: Draft): DagView {
  if (latest === null || !hasSameGraph(latest.draft, draft)) latest = { draft, graph: readGraph(draft) };
  const unknown = new Map<string, readonly UnknownMacro[]>();
  for (const task of draft.tasks) {
    const found = unknownIn(task);
    if (found.length) unknown.set(task.taskId, found);
  }
  return { ...latest.graph, unknown };
}

type Graph = Omit<DagView, "unknown">;

let latest: { draft: Draft; graph: Graph } | null = null;

/** Whether two drafts have the same graph: it does not depend on the commands of tasks. */
function hasSameGraph(a: Draft, b: Draft): boolean {
  return (
    a.dagId === b.dagId &&
    a.rest === b.rest &&
    a.tasks.length === b.tasks.length &&
    a.tasks.every((task, at) => {
      const other = b.tasks[at];
      return (
        task === other ||
        (task.taskId === other?.taskId && task.dependsOn === other.dependsOn && task.rest === other.rest)
      );
    })
  );
}

function readGraph(draft: Draft): Graph {
  try {
    const { layers } = validateDag(dagOf({ ...draft, schedule: "@daily", timeZone: "UTC" }));
    return { layers, error: null, cycle: [] };
  } catch (thrown) {
    const error = failureOf(thrown);
    return { layers: [], error, cycle: error.code === "CYCLE" ? cycleOf(error) : [] };
  }
}

const unknownBy = new WeakMap<DraftTask, readonly UnknownMacro[]>();

function unknownIn(task: DraftTask): readonly UnknownMacro[] {
  let unknown = unknownBy.get(task);
  if (unknown === undefined) {
    try {
      unknown = inspectTemplate(task.command).unknown;
    } catch {
      // A template that cannot be read passes through as it stands.
      unknown = [];
    }
    unknownBy.set(task, unknown);
  }
  return unknown;
}

function cycleOf(error: EngineError): string[] {
  const details = error.details;
  const path = details && typeof details === "object" ? Object.values(details).find(Array.isArray) : null;
  return (path ?? []).map(String);
}

/** The first date behind a range that has none. */
export function firstAfter(draft: Draft, end: string): string | null {
  try {
    return nextDates(scheduleOf(draft.schedule), end, 1, timetableOf(draft))[0] ?? null;
  } catch {
    return null;
  }
}

/** A plan that is too large still says where it begins. */
export function withEnds(error: EngineError, draft: Draft, now: number): EngineError {
  if (error.code !== "RANGE_TOO_LARGE") return error;
  try {
    const { startDate, endDate } = optionsOf(draft, now);
    const options = { ...timetableOf(draft), limit: 1 };
    const schedule = scheduleOf(draft.schedule);
    const first = expandRange(schedule, startDate, endDate, options)[0];
    const last = previousDates(schedule, readEnd(endDate), 1, timetableOf(draft))[0];
    if (first === undefined) return error;
    const from = new Date(first).toISOString().slice(0, 16);
    return { ...error, hint: `They go from ${from}Z to ${last?.slice(0, 16)}Z` };
  } catch {
    return error;
  }
}

/** A civil day as an end is the day behind it as a point. */
function readEnd(end: DateInput): DateInput {
  const day = typeof end === "string" && end.length === 10 ? parseDay(end) : null;
  return day === null ? end : dayText(day + 1);
}
