// DAGs as users write them: their types, and the reader that checks them.

import { TRIGGER_RULES, type TriggerRule } from "../codes.js";
import { type Duration, duration, positiveDuration } from "../duration.js";
import { DagfillError } from "../error.js";
import type { Json, JsonInput } from "../json.js";
import { json, record } from "../json_input.js";
import {
  type CheckedTemplateOptions,
  macroTimeZone,
  type OnUnknown,
  onUnknown,
  type TemplateOptions,
  templateSpec,
} from "../macros/options.js";
import { nearest } from "../nearest.js";
import {
  callback,
  type DateValue,
  date,
  fields,
  flag,
  inside,
  integer,
  list,
  name,
  number,
  oneOf,
  placed,
  reading,
  type Spec,
  text,
  wrong,
} from "../options.js";
import { call, EdgeCode } from "../raw.js";
import type { ExecuteTask } from "../run/tasks/task_context.js";
import { type Calendars, merged } from "../schedule/calendar.js";
import type { DateInput, ScheduleInput, TimetableOptions } from "../schedule/input.js";
import type { dagFields } from "../schedule/options.js";
import { timetableOf, timetableSpec, wireOf } from "../schedule/timetable.js";
import type { TimetableWire } from "../schedule/wire.js";
import { shown } from "../shown.js";
import type { Warning } from "../warning.js";
import { type EditorFields, editorFields } from "./editor_fields.js";
import { type CheckedInput, type DagInput, dagInput } from "./inputs.js";
import { shortDurations } from "./short_durations.js";

export interface Task extends EditorFields {
  taskId: string;
  /** Ids of the tasks that must have ended first. */
  dependsOn?: readonly string[];
  /** Templated values: every string inside is resolved just before the task runs. */
  params?: JsonInput;
  /** Shell command, templated; run by `dagfill/shell`. Values of conf, params and XCom belong into its environment
   *  (`"$DAGFILL_CONF"`) or behind the filter `quote`: `load {{ params.table | quote }}`. */
  command?: string;
  /** Default "all_success". */
  triggerRule?: TriggerRule;
  /** Further attempts after a failure. Default 0. */
  retries?: number;
  /** Wait before another attempt. Default 0. */
  retryDelay?: Duration;
  /** Each further wait is this many times as long, up to a day. Default 1. */
  retryBackoff?: number;
  /** An attempt that takes longer is aborted and has failed. Default none. */
  timeout?: Duration;
  /** Only runs when the same task's previous logical date succeeded. Default false. */
  dependsOnPast?: boolean;
  /** The task's work, in place of the host's `executeTask`. */
  run?: ExecuteTask;
  /** Text of its templates that nothing resolves. Default: what the DAG says. */
  onUnknown?: OnUnknown;
}

/** The scheduler's treatment of missed dates. */
export type CatchupPolicy = "all" | "none" | "latest" | { last: number } | { window: Duration };

export interface Dag extends TimetableOptions, TemplateOptions, EditorFields {
  dagId: string;
  schedule: ScheduleInput;
  /** Bounds of the scheduler and of catchup; a backfill may go beyond them (warning outside_dag_dates). */
  startDate?: DateInput;
  endDate?: DateInput;
  /** true = "all", false = "latest". Default false. */
  catchup?: boolean | CatchupPolicy;
  /** For scheduled runs. Default 16. */
  maxActiveRuns?: number;
  /** Within one run. Default 16. */
  maxActiveTasks?: number;
  /** Runs in order, each after the success of the one before. Default false. */
  dependsOnPast?: boolean;
  /** Defaults that conf overrides. */
  params?: Record<string, JsonInput>;
  /** Zone in which templates write dates. Default: the schedule's. */
  macroTimeZone?: string;
  tasks?: readonly Task[];
  /** DAGs whose runs this one reads, and which of their dates one of ours needs: `preview({ cascade: true })` follows them. */
  inputs?: readonly DagInput[];
  /** Values of the fields that a task does not set itself. */
  taskDefaults?: TaskDefaults;
}

/** Fields of every task of a DAG; a task that sets one of them has its own value. */
export type TaskDefaults = Omit<Task, "taskId" | "dependsOn">;

/** A field of a Dag that `dagFields` does not list: there it would be refused where a Dag stands in the place of options. */
type Unlisted = Exclude<keyof Dag, keyof TimetableOptions | (typeof dagFields)[number] | `x-${string}`>;
true satisfies Unlisted extends never ? true : Unlisted;

/** A task with its defaults. Times in milliseconds. */
export interface CheckedTask {
  taskId: string;
  dependsOn: string[];
  params: Json;
  command?: string;
  triggerRule: TriggerRule;
  retries: number;
  retryDelay: number;
  retryBackoff: number;
  timeout?: number;
  dependsOnPast: boolean;
  run?: ExecuteTask;
  onUnknown?: OnUnknown;
}

/** A DAG with its defaults. */
export interface CheckedDag extends CheckedTemplateOptions {
  dagId: string;
  timetable: TimetableWire;
  hasSchedule: boolean;
  startDate?: DateValue;
  endDate?: DateValue;
  catchup: "all" | "none" | "latest" | { last: number } | { window: number };
  maxActiveRuns: number;
  maxActiveTasks: number;
  dependsOnPast: boolean;
  params: Record<string, Json>;
  macroTimeZone?: string;
  inputs: CheckedInput[];
  tasks: CheckedTask[];
  /** Warnings about the DAG itself, which every plan of it has. */
  warnings: Warning[];
}

const defaultsSpec: Spec<Omit<CheckedTask, "taskId" | "dependsOn">> = {
  params: json,
  command: text,
  triggerRule: oneOf(...TRIGGER_RULES),
  retries: integer(0),
  retryDelay: duration,
  retryBackoff: number(1),
  timeout: positiveDuration,
  dependsOnPast: flag,
  run: callback<ExecuteTask>(),
  onUnknown,
};

const taskDefaults = (value: unknown, path: string) => fields(value, path, defaultsSpec, editorFields);

type NamedTask = Partial<CheckedTask> & { taskId: string };

const task = (value: unknown, path: string): NamedTask => {
  const spec: Spec<CheckedTask> = { taskId: name, dependsOn: list(name), ...defaultsSpec };
  const read = fields<CheckedTask>(value, path, spec, editorFields);
  if (read.taskId === undefined) throw wrong(`${path}.taskId`, "a name", undefined, "INVALID_DAG");
  return { ...read, taskId: read.taskId };
};

/** A task's own fields before the DAG's defaults, and those before the library's. A task has one kind of work: its own `run` or
 *  `command` displaces both of the defaults. */
function complete(own: NamedTask, { run, command, ...defaults }: Partial<CheckedTask>): CheckedTask {
  const hasWork = own.run !== undefined || own.command !== undefined;
  return {
    dependsOn: [],
    params: {},
    triggerRule: "all_success",
    retries: 0,
    retryDelay: 0,
    retryBackoff: 1,
    dependsOnPast: false,
    ...defaults,
    ...(!hasWork && run !== undefined && { run }),
    ...(!hasWork && command !== undefined && { command }),
    ...own,
  };
}

const catchup = (value: unknown, path: string): CheckedDag["catchup"] => {
  if (typeof value === "boolean") return value ? "all" : "latest";
  if (typeof value !== "object" || value === null) return oneOf("all", "none", "latest")(value, path);
  const { last, window } = fields(value, path, {
    last: integer(0),
    window: duration,
  });
  if (last !== undefined && window === undefined) return { last };
  if (window !== undefined && last === undefined) return { window };
  throw wrong(path, "either last or window", value);
};

/** A DAG with its defaults filled in. INVALID_OPTION, INVALID_DAG and the errors of its schedule and its tasks' graph name
 *  the path of what is wrong. `shared`: calendars of the host, which those of the DAG go before. */
export function readDag(value: unknown, path: string, shared: Calendars = {}): CheckedDag {
  type Read = TimetableOptions &
    Omit<CheckedDag, "timetable" | "hasSchedule" | "tasks" | "warnings"> & {
      schedule: unknown;
      tasks: NamedTask[];
      taskDefaults: Partial<CheckedTask>;
    };
  const spec: Spec<Read> = {
    ...timetableSpec,
    dagId: name,
    schedule: (schedule) => ({ schedule }),
    startDate: date,
    endDate: date,
    catchup,
    maxActiveRuns: integer(1),
    maxActiveTasks: integer(1),
    dependsOnPast: flag,
    params: record,
    macroTimeZone,
    ...templateSpec,
    inputs: list(dagInput),
    tasks: list(task),
    taskDefaults,
  };
  const read = fields(value, path, spec, editorFields);
  const {
    dagId,
    schedule,
    timeZone,
    kind,
    dst,
    exclude,
    interval,
    calendars,
    roll,
    tasks,
    taskDefaults: defaults,
    ...rest
  } = read;
  const given = (schedule as { schedule: unknown } | undefined)?.schedule;
  if (dagId === undefined) throw wrong(inside(path, "dagId"), "a name", undefined, "INVALID_DAG");
  if (given === undefined)
    throw wrong(inside(path, "schedule"), "a schedule, or null", undefined, "INVALID_DAG");
  const timetable = wireOf(
    given,
    {
      timeZone,
      kind,
      dst,
      exclude,
      interval,
      roll,
      calendars: merged(shared, calendars),
    } as TimetableOptions,
    path,
  );
  const dag: CheckedDag = {
    catchup: "latest",
    maxActiveRuns: 16,
    maxActiveTasks: 16,
    dependsOnPast: false,
    params: {},
    inputs: [],
    tasks: (tasks ?? []).map((own) => complete(own, defaults ?? {})),
    ...rest,
    dagId,
    timetable,
    hasSchedule: given !== null,
    warnings: reading(path, () => shortDurations(value as Dag)),
  };
  under(path, () => {
    const dates = call(() => timetableOf(timetable));
    for (const [field, edge] of [
      ["startDate", EdgeCode.Start],
      ["endDate", EdgeCode.End],
    ] as const) {
      const bound = dag[field];
      if (bound !== undefined) at(field, () => call(() => dates.read(bound, edge)));
    }
    graph(dag.tasks);
  });
  return dag;
}

/** Order and layers of the tasks. */
function graph(tasks: readonly CheckedTask[]): { order: string[]; layers: string[][] } {
  return call((wasm) => {
    const dag = new wasm.RawDag(tasks);
    try {
      return dag.graph();
    } finally {
      dag.free();
    }
  });
}

/** Checks a DAG; throws CYCLE (with the path), DUPLICATE_TASK, UNKNOWN_TASK and whatever its schedule says. Returns the tasks in
 *  an order that runs, and in layers for drawing. */
export function validateDag(dag: Dag): { order: string[]; layers: string[][] } {
  return graph(readDag(dag, "dag").tasks);
}

/** Runs `check`; an error in it gets its field below `path`. */
function under<T>(path: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof DagfillError)) throw error;
    const field = error.field === undefined ? path : inside(path, error.field);
    throw new DagfillError(error.code, error.message, { ...error, field });
  }
}

/** Runs `check`; an error in it is about `field`. */
function at<T>(field: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw placed(error, field);
  }
}

/** Checked DAGs by id. DUPLICATE_DAG when two have one. */
export function readDags(value: unknown, path: string, shared?: Calendars): Map<string, CheckedDag> {
  const dags = new Map<string, CheckedDag>();
  const read = list((dag, at) => readDag(dag, at, shared));
  for (const [index, dag] of read(value, path).entries()) {
    if (dags.has(dag.dagId)) {
      throw new DagfillError(
        "DUPLICATE_DAG",
        `${path}[${index}]: there is another DAG ${JSON.stringify(dag.dagId)}`,
        { field: `${path}[${index}].dagId` },
      );
    }
    dags.set(dag.dagId, dag);
  }
  return dags;
}

/** The DAG of that id. UNKNOWN_DAG with the nearest name. */
export function findDag(dags: Map<string, CheckedDag>, dagId: string): CheckedDag {
  const dag = dags.get(dagId);
  if (dag !== undefined) return dag;
  const near = nearest(dagId, dags.keys());
  throw new DagfillError("UNKNOWN_DAG", `there is no DAG ${shown(dagId)}`, {
    field: "dagId",
    ...(near === undefined ? {} : { hint: `Did you mean ${near}?` }),
  });
}
