// An Airflow DAG file, read statically: its syntax tree is walked, Python is never run.
import type { SyntaxNode } from "@lezer/common";
import type { Dag, Task } from "../../dag/dag.js";
import { shown } from "../../shown.js";
import { noteBash, noteXcom } from "../bash.js";
import { activeTasksNote, Collector, type ImportedDags, triggerRule } from "../dags.js";
import { isEmpty, leftOutCommand, leftOutNote } from "../left_out.js";
import { withTaskParams } from "../task_params.js";
import { AIRFLOW_2, type AirflowVersion, airflowVersion } from "./airflow_version.js";
import { ArgumentReader } from "./arguments.js";
import { boundsOf } from "./bounds.js";
import { LimitReached } from "./budget.js";
import { children, evaluate } from "./evaluate.js";
import { unbalanced } from "./faults.js";
import { isPython, parsePython } from "./parse.js";
import { Reader } from "./reader.js";
import { SCHEDULE_ARGUMENTS, scheduleOf } from "./schedule.js";
import { runBody } from "./statements.js";
import { type DagObject, Name, numberOf, type TaskObject, toJson, Unknown, type Value } from "./value.js";

/** Reads the DAGs of a Python file; what was not understood is noted with its line. `undefined` for a text that is no Python. */
export function pythonDags(text: string, fileName?: string): ImportedDags | undefined {
  // Python reads every line ending as one character, also inside of a text.
  const source = text.replaceAll("\r\n", "\n");
  const found = new Collector();
  const reader = new Reader(source, found, fileName);
  const parsed = parsePython(source);
  const { tree, faults, isCut } = parsed;
  if (faults.length > 0 && !isPython(parsed)) return undefined;
  noteFaults(source, faults, found, reader);
  const last = faults.at(-1);
  if (isCut && last !== undefined) reader.note("the text after this line is not read", last);
  const first = children(tree.topNode)[0]?.firstChild;
  if (first?.name === "String") reader.assign("__doc__", evaluate(first, reader));
  try {
    runBody(tree.topNode, reader);
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error;
  }
  const version = airflowVersion(source);
  for (const dag of reader.dags) found.dags.push(dagOf(dag, found, version));
  if (reader.dags.length === 0)
    found.note("no DAG was found: expected DAG(...) or a call of a function under @dag");
  return found.result();
}

const WHAT = "Python that cannot be parsed here";

/** The fault that explains the others, else each place at which reading went wrong. */
function noteFaults(source: string, faults: readonly SyntaxNode[], found: Collector, reader: Reader): void {
  if (faults.length === 0) return;
  const fault = unbalanced(source);
  const lost = "DAGs and tasks near it may be missing";
  if (fault !== undefined) {
    const { at, expected, got } = fault;
    found.note(`${WHAT}: expected ${expected}, got ${got}: ${lost}`, reader.lineAt(at), {
      severity: "error",
    });
    return;
  }
  const lines = source.split("\n");
  for (const node of faults) {
    const line = reader.line(node);
    const text = lines[line - 1]?.trim() ?? "";
    const message = `${WHAT}: expected a statement, got ${shown(text)}: ${lost}`;
    found.note(message, line, { severity: "error" });
  }
}

function dagOf(dag: DagObject, found: Collector, ofFile: AirflowVersion): Dag {
  // Airflow 3 refuses this argument.
  const version = dag.args.has("concurrency") ? AIRFLOW_2 : ofFile;
  const note = (message: string) => found.note(`${dag.id}: ${message}`, dag.line);
  const given = dag.args.get("default_args");
  const defaults = given instanceof Map ? given : new Map<Value, Value>();
  const args = new ArgumentReader(dag.args, [], note);
  const inherited = new ArgumentReader(dag.args, [defaults], note);
  const bounds = boundsOf(inherited);
  const schedule = scheduleOf(args, version, note);
  const timeZone = schedule.timeZone ?? bounds.zone;
  const tasks = dag.tasks.map((task) => taskOf(task, defaults, dag.id, found));
  noteXcom(tasks, (taskId, message) => {
    const line = dag.tasks.find(({ id }) => id === taskId)?.line;
    found.note(`${dag.id}.${taskId}: ${message}`, line);
  });
  noteMailAndDisplay(dag, defaults, note);
  const params = withTaskParams(paramsOf(args.members("params"), note), tasks, note);
  const description = args.text("description") ?? args.text("doc_md");
  const tags = tagsOf(args.value("tags"), note);
  const { catchup } = schedule;
  if (dag.tasks.length === 0) note("no task of this DAG was found");
  const [runs, active] = [args.number("max_active_runs"), args.number("max_active_tasks", "concurrency")];
  const limit = active === undefined ? undefined : activeTasksNote(active, version);
  if (limit !== undefined) note(limit);
  const owner = inherited.text("owner");
  if (args.get("dagrun_timeout") !== undefined)
    note("dagrun_timeout is not imported: set the option runTimeout of a backfill");
  const macros = args.get("user_defined_macros");
  if (macros !== undefined)
    note(
      `user_defined_macros${namesIn(macros)} are not imported: a task whose template names one fails; give them as macros of the DAG in a JavaScript file`,
    );
  const filters = args.get("user_defined_filters");
  if (filters !== undefined)
    note(
      `user_defined_filters${namesIn(filters)} are not imported: a task whose template names one fails; write what they do into the template`,
    );
  args.skip("start_date", "end_date", ...SCHEDULE_ARGUMENTS);
  remaining("is", args.unread(dag.args.keys()), note);
  noteDefaults(given, note);
  for (const group of dag.groups) {
    const name = group.id === "" ? "a group" : `group ${group.id}`;
    noteDefaults(group.given, (message) => found.note(`${dag.id}: ${name}: ${message}`, group.line));
  }
  return {
    dagId: dag.id,
    schedule: schedule.schedule,
    ...schedule.options,
    // Airflow's macros are in UTC, whatever the zone of the DAG.
    ...(timeZone === undefined || timeZone === "UTC" ? {} : { timeZone, macroTimeZone: "UTC" }),
    ...bounds.in(timeZone),
    ...(catchup === undefined ? {} : { catchup }),
    ...(runs === undefined ? {} : { maxActiveRuns: runs }),
    ...(active === undefined ? {} : { maxActiveTasks: active }),
    ...(params === undefined ? {} : { params }),
    tasks,
    ...(description === undefined ? {} : { description }),
    ...(tags === undefined ? {} : { tags }),
    ...(owner === undefined ? {} : { owner }),
  } as unknown as Dag;
}

/** Says what of the `default_args` of a DAG or a group is not taken over. */
function noteDefaults(given: Value | undefined, note: (message: string) => void): void {
  if (given === undefined || given === null) return;
  if (!(given instanceof Map)) {
    note("default_args are not known");
    return;
  }
  const read = new ArgumentReader(new Map(), [], note);
  read.skip("start_date", "end_date", ...TASK_ARGUMENTS);
  remaining("in default_args is", read.unread(given.keys()), note);
}

const TASK_ARGUMENTS = [
  ...[
    "retries",
    "retry_delay",
    "retry_exponential_backoff",
    "execution_timeout",
    "trigger_rule",
    "depends_on_past",
    "params",
  ],
];

/** Mail and what only Airflow's page shows: one note a DAG. */
const MAIL_AND_DISPLAY = [
  "email",
  "email_on_failure",
  "email_on_retry",
  "is_paused_upon_creation",
  "default_view",
  "orientation",
];

function noteMailAndDisplay(
  dag: DagObject,
  defaults: ReadonlyMap<Value, Value>,
  note: (message: string) => void,
): void {
  const places: ReadonlyMap<Value, Value>[] = [dag.args, defaults, ...dag.tasks.map(({ args }) => args)];
  const isGiven = (name: string) =>
    places.some((place) => ![undefined, null, false].some((none) => none === place.get(name)));
  const given = MAIL_AND_DISPLAY.filter(isGiven);
  if (given.length > 0)
    note(
      `${given.join(", ")}: not imported; mail is sent by your own code (onEvent), and nothing is paused before it has begun`,
    );
}

/** The keys of a dict, in parentheses after a space; empty where they are not known. */
function namesIn(value: Value): string {
  const names = value instanceof Map ? [...value.keys()].filter((key) => typeof key === "string") : [];
  const more = names.length > MOST_NAMED ? `, and ${names.length - MOST_NAMED} more` : "";
  return names.length === 0 ? "" : ` (${names.slice(0, MOST_NAMED).join(", ")}${more})`;
}

const MOST_NAMED = 10;

/** The tags that are texts. */
function tagsOf(value: Value | undefined, note: (message: string) => void): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  const tags = Array.isArray(value) ? value.filter((tag) => typeof tag === "string") : [];
  const unknown = Array.isArray(value) ? value.filter((tag) => typeof tag !== "string") : [value];
  if (unknown.length > 0) {
    const names = unknown.map((tag) =>
      tag instanceof Unknown ? tag.text : tag instanceof Name ? tag.path : "a value that is no text",
    );
    note(`tags that are not known are left out: ${names.join(", ")}`);
  }
  return tags;
}

/** Each argument that has no counterpart is told by itself. */
function remaining(where: string, names: readonly string[], note: (message: string) => void): void {
  for (const name of names) note(`${name} ${where} not imported`);
}

function paramsOf(
  value: ReadonlyMap<Value, Value> | undefined,
  note: (message: string) => void,
): Record<string, unknown> | undefined {
  if (value === undefined) return undefined;
  const params: [string, unknown][] = [];
  for (const [name, inner] of value) {
    const json = toJson(inner);
    if (json === undefined) note(`param ${String(name)} is not known`);
    else params.push([String(name), json]);
  }
  return Object.fromEntries(params);
}

/** Arguments of every operator that change how a task runs and have no counterpart. */
const OF_EVERY_TASK = new Set([
  ...[
    "wait_for_downstream",
    "wait_for_past_depends_before_skipping",
    "max_retry_delay",
    "start_date",
    "end_date",
    "sla",
  ],
  ...[
    "pool",
    "pool_slots",
    "queue",
    "priority_weight",
    "weight_rule",
    "executor",
    "executor_config",
    "run_as_user",
  ],
  ...[
    "max_active_tis_per_dag",
    "max_active_tis_per_dagrun",
    "task_concurrency",
    "resources",
    "inlets",
    "outlets",
  ],
  ...[
    "on_execute_callback",
    "on_failure_callback",
    "on_retry_callback",
    "on_success_callback",
    "on_skipped_callback",
  ],
  ...["pre_execute", "post_execute", "ignore_first_depends_on_past", "map_index_template"],
]);

function taskOf(
  task: TaskObject,
  defaults: ReadonlyMap<Value, Value>,
  dagId: string,
  found: Collector,
): Task {
  const note = (message: string) => found.note(`${dagId}.${task.id}: ${message}`, task.line);
  const own = task.args.get("default_args");
  const ofGroup = task.group?.defaults;
  const around = ofGroup === undefined ? [defaults] : [ofGroup, defaults];
  const args = new ArgumentReader(task.args, own instanceof Map ? [own, ...around] : around, note);
  const text = args.text("bash_command");
  // The command of a mapped task is one for each element of its arguments.
  const given = task.isMapped ? undefined : text;
  const isLeftOut = given === undefined && !isEmpty(task.operator);
  if (isLeftOut) note(leftOutNote(task.operator, numberOf(args.get("retries"))));
  if (given !== undefined) noteBash(given, note);
  const command = isLeftOut ? leftOutCommand(task.operator, task.id) : given;
  const rule = triggerRuleOf(args.get("trigger_rule"), note);
  const params = paramsOf(args.members("params"), note);
  const environment = args.get("env");
  if (environment !== undefined && given !== undefined)
    note(
      `env${namesIn(environment)} is not imported: set its variables where dagfill runs, or in the command`,
    );
  const asked = args.number("retries");
  // A command that must fail is not worth a wait.
  const retries = isLeftOut && asked !== undefined ? 0 : asked;
  const backoff = backoffOf(args.value("retry_exponential_backoff"));
  const isPast = args.flag("depends_on_past") === true;
  const [delay, timeout] = [args.duration("retry_delay"), args.duration("execution_timeout")];
  const left = args.unread(task.args.keys());
  // The work of another operator is not imported, so its own arguments are not noted either.
  remaining(
    "is",
    task.args.has("bash_command") ? left : left.filter((name) => OF_EVERY_TASK.has(name)),
    note,
  );
  return {
    taskId: task.id,
    ...(task.upstream.size === 0 ? {} : { dependsOn: Array.from(task.upstream, (other) => other.id) }),
    ...(command === undefined ? {} : { command }),
    ...(params === undefined ? {} : { params }),
    ...(rule === undefined || rule === "all_success" ? {} : { triggerRule: rule }),
    ...(asked === undefined || asked === 0 ? {} : { retries }),
    ...(delay === undefined || (retries ?? 0) === 0 ? {} : { retryDelay: delay }),
    ...(backoff === undefined || (retries ?? 0) === 0 ? {} : { retryBackoff: backoff }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(isPast ? { dependsOnPast: true } : {}),
    meta: { operator: task.operator },
  } as Task;
}

/** True doubles each wait; Airflow 3.2 takes the factor, too. */
function backoffOf(value: Value | undefined): number | undefined {
  if (value === true) return 2;
  const factor = numberOf(value);
  return factor !== undefined && factor >= 1 ? factor : undefined;
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
  return triggerRule(name, note);
}
