// An Airflow DAG file, read statically: its syntax tree is walked, Python is never run.
import type { Dag, Task } from "../../dag/dag.js";
import { isEmpty } from "../airflow_json.js";
import { Collector, everyOf, type ImportedDags, isoDuration, triggerRule } from "../dags.js";
import { LimitReached } from "./budget.js";
import { isPython, parsePython } from "./parse.js";
import { Reader } from "./reader.js";
import { runBody } from "./statements.js";
import {
  type DagObject,
  Duration,
  Moment,
  Name,
  type TaskObject,
  Timetable,
  toJson,
  Unknown,
  type Value,
} from "./value.js";

/** Reads the DAGs of a Python file; what was not understood is noted with its line. `undefined` for a text that is no Python. */
export function pythonDags(source: string, fileName?: string): ImportedDags | undefined {
  const found = new Collector();
  const reader = new Reader(source, found, fileName);
  const parsed = parsePython(source);
  const { tree, faults, isCut } = parsed;
  if (faults.length > 0 && !isPython(parsed)) return undefined;
  for (const fault of faults) reader.note("Python that cannot be parsed here", fault);
  const last = faults.at(-1);
  if (isCut && last !== undefined) reader.note("what comes behind this line is not read", last);
  try {
    runBody(tree.topNode, reader);
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error;
  }
  for (const dag of reader.dags) found.dags.push(dagOf(dag, found));
  if (reader.dags.length === 0)
    found.note("no DAG was found: expected DAG(...) or a call of a function under @dag");
  return found.result();
}

/** One argument after another, each with a note when it cannot be known. */
class ArgumentReader {
  constructor(
    readonly args: ReadonlyMap<string, Value>,
    /** Where else an argument may stand, the first of them first. */
    readonly defaults: readonly ReadonlyMap<Value, Value>[],
    readonly note: (message: string) => void,
  ) {}

  get(name: string): Value | undefined {
    const given = this.args.get(name);
    if (given !== undefined) return given;
    return this.defaults.find((some) => some.get(name) !== undefined)?.get(name);
  }

  value(...names: string[]): Value | undefined {
    for (const name of names) {
      const value = this.get(name);
      if (value === undefined) continue;
      if (value instanceof Unknown || value instanceof Name) {
        this.note(`${name} is not known: ${value instanceof Name ? value.path : value.text}`);
        return undefined;
      }
      return value;
    }
    return undefined;
  }

  text(name: string): string | undefined {
    const value = this.value(name);
    return typeof value === "string" ? value : undefined;
  }

  number(...names: string[]): number | undefined {
    const value = this.value(...names);
    return typeof value === "number" ? value : undefined;
  }

  flag(name: string): boolean | undefined {
    const value = this.value(name);
    return typeof value === "boolean" ? value : undefined;
  }

  /** timedelta, or seconds. */
  duration(name: string): string | undefined {
    const value = this.value(name);
    if (value instanceof Duration) return isoDuration(value.ms);
    return typeof value === "number" ? isoDuration(value * 1000) : undefined;
  }

  moment(name: string): Moment | undefined {
    const value = this.value(name);
    if (typeof value === "string") return new Moment(value);
    return value instanceof Moment ? value : undefined;
  }
}

function dagOf(dag: DagObject, found: Collector): Dag {
  const note = (message: string) => found.note(`${dag.id}: ${message}`, dag.line);
  const given = dag.args.get("default_args");
  const defaults = given instanceof Map ? given : new Map<Value, Value>();
  if (given !== undefined && !(given instanceof Map)) note("default_args are not known");
  const args = new ArgumentReader(dag.args, [], note);
  const inherited = new ArgumentReader(dag.args, [defaults], note);
  const [start, end] = [inherited.moment("start_date"), inherited.moment("end_date")];
  const schedule = scheduleOf(args, note);
  const timeZone = schedule.timeZone ?? start?.zone;
  const params = paramsOf(args.value("params"), note);
  const description = args.text("description") ?? args.text("doc_md");
  const tags = args.value("tags");
  const catchup = args.flag("catchup");
  const [runs, active] = [args.number("max_active_runs"), args.number("max_active_tasks", "concurrency")];
  const owner = inherited.text("owner");
  return {
    dagId: dag.id,
    schedule: schedule.schedule,
    ...schedule.options,
    ...(timeZone === undefined || timeZone === "UTC" ? {} : { timeZone }),
    ...(start === undefined ? {} : { startDate: start.text }),
    ...(end === undefined ? {} : { endDate: end.text }),
    ...(catchup === undefined ? {} : { catchup }),
    ...(runs === undefined ? {} : { maxActiveRuns: runs }),
    ...(active === undefined ? {} : { maxActiveTasks: active }),
    ...(params === undefined ? {} : { params }),
    tasks: dag.tasks.map((task) => taskOf(task, defaults, dag.id, found)),
    ...(description === undefined ? {} : { description }),
    ...(Array.isArray(tags) ? { tags: tags.filter((tag) => typeof tag === "string") } : {}),
    ...(owner === undefined ? {} : { owner }),
  } as unknown as Dag;
}

interface Rule {
  schedule: unknown;
  options?: { kind?: string; interval?: string };
  timeZone?: string | undefined;
}

function scheduleOf(args: ArgumentReader, note: (message: string) => void): Rule {
  const value = args.value("schedule", "schedule_interval", "timetable");
  if (value === null) return { schedule: null };
  if (typeof value === "string") return { schedule: value === "None" ? null : value };
  if (value instanceof Duration) {
    if (value.months === 0) return { schedule: everyOf(value.ms) };
    if (value.ms === 0) return { schedule: { every: `P${value.months}M` } };
  }
  if (value instanceof Timetable) {
    const interval = value.interval === undefined ? {} : { interval: isoDuration(value.interval.ms) };
    return { schedule: value.cron, options: { kind: value.kind, ...interval }, timeZone: value.zone };
  }
  const names = ["schedule", "schedule_interval", "timetable"];
  if (value !== undefined)
    note("the schedule is none that has dates (a dataset, or a timetable of its own): imported without one");
  else if (!names.some((name) => args.args.has(name)))
    note("no schedule is given: Airflow 2 takes a day, Airflow 3 none; imported without one");
  return { schedule: null };
}

function paramsOf(value: Value | undefined, note: (message: string) => void): unknown {
  if (!(value instanceof Map)) return undefined;
  const params: [string, unknown][] = [];
  for (const [name, inner] of value) {
    const json = toJson(inner);
    if (json === undefined) note(`param ${String(name)} is not known`);
    else params.push([String(name), json]);
  }
  return Object.fromEntries(params);
}

function taskOf(
  task: TaskObject,
  defaults: ReadonlyMap<Value, Value>,
  dagId: string,
  found: Collector,
): Task {
  const note = (message: string) => found.note(`${dagId}.${task.id}: ${message}`, task.line);
  const own = task.args.get("default_args");
  const args = new ArgumentReader(task.args, own instanceof Map ? [own, defaults] : [defaults], note);
  const command = args.text("bash_command");
  if (!task.args.has("bash_command") && !isEmpty(task.operator))
    note(`the work of a ${task.operator} is not imported`);
  const rule = triggerRuleOf(args.get("trigger_rule"), note);
  const params = paramsOf(args.args.get("params"), note);
  const environment = task.args.get("env");
  if (environment !== undefined) note("env is not taken over: set it where dagfill runs");
  const retries = args.number("retries");
  const [delay, timeout] = [args.duration("retry_delay"), args.duration("execution_timeout")];
  return {
    taskId: task.id,
    ...(task.upstream.size === 0 ? {} : { dependsOn: Array.from(task.upstream, (other) => other.id) }),
    ...(command === undefined ? {} : { command }),
    ...(params === undefined ? {} : { params }),
    ...(rule === undefined || rule === "all_success" ? {} : { triggerRule: rule }),
    ...(retries === undefined || retries === 0 ? {} : { retries }),
    ...(delay === undefined || (retries ?? 0) === 0 ? {} : { retryDelay: delay }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(args.flag("depends_on_past") === true ? { dependsOnPast: true } : {}),
    meta: { operator: task.operator },
  } as Task;
}

/** "all_done" or `TriggerRule.ALL_DONE`. */
function triggerRuleOf(value: Value | undefined, note: (message: string) => void): Task["triggerRule"] {
  const name =
    value instanceof Name ? value.path.slice(value.path.lastIndexOf(".") + 1).toLowerCase() : value;
  if (name === undefined) return undefined;
  if (typeof name !== "string") {
    note("the trigger rule is not known: all_success");
    return undefined;
  }
  const rule = triggerRule(name);
  if (rule === undefined) note(`trigger rule ${name} is not known: all_success`);
  return rule;
}
