// Airflow's own JSON: a serialized DAG (table serialized_dag, dag.json), and the REST API's details of a DAG with its tasks.
import type { Dag, Task } from "../dag/dag.js";
import { iso } from "../time.js";
import { scheduleOf, zoneName } from "./airflow_schedule.js";
import { member } from "./airflow_values.js";
import { noteBash, noteXcom } from "./bash.js";
import { activeTasksNote, Collector, type ImportedDags, isoDuration, triggerRule } from "./dags.js";
import { asList, asNumber, asObject, asText, asTexts, type Fields } from "./json_values.js";
import { isEmpty, leftOutCommand, leftOutNote } from "./left_out.js";
import type { AirflowVersion } from "./python/airflow_version.js";
import { withTaskParams } from "./task_params.js";

/** Airflow 2 writes version 1, Airflow 3 the others. */
const SERIALIZED_VERSIONS: readonly unknown[] = [1, 2, 3];

/** Reads what `serialized_dag.data` holds: `{ "__version": 1, "dag": { ... } }`. `undefined` for anything else. */
export function serializedDags(root: Fields): ImportedDags | undefined {
  const found = new Collector();
  const version = root.__version;
  if (version !== undefined && !SERIALIZED_VERSIONS.includes(version))
    found.note(
      `version ${JSON.stringify(version)} of serialized DAGs is not known: read as version ${SERIALIZED_VERSIONS.at(-1)}`,
    );
  airflowDag(asObject(root.dag) ?? {}, found, {
    number: version === 1 ? 2 : 3,
    isSure: SERIALIZED_VERSIONS.includes(version),
  });
  return found.dags.length === 0 ? undefined : found.result();
}

/** Reads `GET /dags/{id}/details` together with `GET /dags/{id}/tasks`: an array of the two, or one object with both; of several DAGs one
 *  after the other. Also `GET /dags`, whose DAGs have no tasks. `undefined` for anything else. */
export function restDags(documents: readonly Fields[]): ImportedDags | undefined {
  const found = new Collector();
  const all = documents.flatMap((document) =>
    asList(document.dags)
      .map((dag) => asObject(dag) ?? {})
      .concat(document),
  );
  const details = new Map<string, Fields>();
  const tasks = new Map<string, unknown[]>();
  let dagId = all.map((document) => asText(document.dag_id)).find((id) => id !== undefined);
  if (dagId === undefined) return undefined;
  for (const document of all) {
    // An answer of /tasks does not name its DAG: it is that of the details before it.
    dagId = asText(document.dag_id) ?? dagId;
    if (asText(document.dag_id) !== undefined) details.set(dagId, { ...details.get(dagId), ...document });
    const own = tasks.get(dagId) ?? [];
    tasks.set(dagId, own);
    for (const task of asList(document.tasks)) own.push(task);
  }
  missingPages(documents, "dags", found);
  for (const document of documents) missingPages([document], "tasks", found);
  for (const [id, fields] of details) {
    const own = tasks.get(id) ?? [];
    if (own.length === 0) found.note(`${id}: no tasks: add the answer of /dags/${id}/tasks`);
    airflowDag({ ...fields, tasks: own }, found, versionOf(fields));
  }
  return found.result();
}

/** A list that says to be longer than it is goes on in answers that are not in the text. */
function missingPages(documents: readonly Fields[], name: "dags" | "tasks", found: Collector): void {
  const pages = documents.filter((document) => Array.isArray(document[name]));
  const all = Math.max(0, ...pages.map((page) => asNumber(page.total_entries) ?? 0));
  const read = pages.reduce((sum, page) => sum + asList(page[name]).length, 0);
  if (all > read)
    found.note(`${all - read} of ${all} ${name} are on further pages: add them (limit and offset)`);
}

/** Airflow writes the limit of a DAG that has none of its own, too. */
const DEFAULT_TASKS = 16;

/** The version that wrote the details of a DAG, by members that only one of them has. */
function versionOf(fields: Fields): AirflowVersion {
  return {
    number: "schedule_interval" in fields ? 2 : 3,
    isSure: "schedule_interval" in fields || "timetable_summary" in fields,
  };
}

function airflowDag(fields: Fields, found: Collector, version: AirflowVersion): void {
  const dagId = asText(member(fields, "dag_id"));
  if (dagId === undefined) return;
  const note = (message: string) => found.note(`${dagId}: ${message}`);
  const rule = scheduleOf(fields, note);
  const zone = rule.timeZone ?? zoneName(asText(member(fields, "timezone")));
  const defaults = asObject(member(fields, "default_args")) ?? {};
  const [start, end] = (["start_date", "end_date"] as const).map((name) =>
    instant(member(fields, name) ?? defaults[name]),
  );
  const [runs, active] = [
    asNumber(member(fields, "max_active_runs")),
    asNumber(member(fields, "max_active_tasks")),
  ];
  const limit =
    active === undefined || active === DEFAULT_TASKS ? undefined : activeTasksNote(active, version);
  if (limit !== undefined) note(limit);
  const tags = asList(member(fields, "tags")).flatMap(
    (tag) => asText(tag) ?? asText(asObject(tag)?.name) ?? [],
  );
  const description = asText(member(fields, "description"));
  const catchup = member(fields, "catchup");
  if ((member(fields, "dagrun_timeout") ?? null) !== null)
    note("dagrun_timeout is not imported: set the option runTimeout of a backfill");
  const tasks = tasksOf(asList(member(fields, "tasks")), defaults, note);
  noteXcom(tasks, (taskId, message) => note(`task ${taskId}: ${message}`));
  const params = withTaskParams(paramsOf(member(fields, "params")), tasks, note);
  found.dags.push({
    dagId,
    schedule: rule.schedule,
    ...(rule.kind === undefined ? {} : { kind: rule.kind }),
    ...(rule.interval === undefined ? {} : { interval: rule.interval }),
    // Airflow's macros are in UTC, whatever the zone of the DAG.
    ...(zone === undefined || zone === "UTC" ? {} : { timeZone: zone, macroTimeZone: "UTC" }),
    ...(start === undefined ? {} : { startDate: start }),
    ...(end === undefined ? {} : { endDate: end }),
    ...(typeof catchup === "boolean" ? { catchup } : {}),
    ...(runs === undefined ? {} : { maxActiveRuns: runs }),
    ...(active === undefined ? {} : { maxActiveTasks: active }),
    ...(params === undefined ? {} : { params }),
    tasks,
    ...(description === undefined ? {} : { description }),
    ...(tags.length === 0 ? {} : { tags }),
  } as Dag);
}

/** Seconds since 1970 in a serialized DAG, a text in the REST API. */
function instant(value: unknown): string | undefined {
  const seconds = asNumber(value);
  return seconds === undefined ? asText(value) : iso(Math.round(seconds * 1000));
}

/** Params by name: an object, or the list of pairs that later versions write to keep their order. */
function paramsOf(value: unknown): Record<string, unknown> | undefined {
  const pairs = Array.isArray(value)
    ? value.filter((pair) => Array.isArray(pair) && typeof pair[0] === "string")
    : Object.entries(asObject(value) ?? {});
  if (pairs.length === 0) return undefined;
  return Object.fromEntries(pairs.map(([name, param]) => [name, paramValue(param)]));
}

/** A param's value, which Airflow wraps together with its schema. A value of one's own that is an object stays as it is. */
function paramValue(param: unknown): unknown {
  const object = asObject(param);
  if (object === undefined) return param;
  const hasValue = "value" in object || "default" in object;
  if (!("__class" in object) && !("schema" in object && hasValue)) return param;
  return ("value" in object ? object.value : object.default) ?? null;
}

function tasksOf(list: readonly unknown[], defaults: Fields, note: (message: string) => void): Task[] {
  const upstream = new Map<string, string[]>();
  const read = list.map((value) => {
    const outer = asObject(value) ?? {};
    const fields = asObject(outer.__var) ?? outer;
    const taskId = asText(member(fields, "task_id")) ?? asText(fields.label) ?? "unnamed";
    for (const next of asTexts(member(fields, "downstream_task_ids"))) {
      upstream.set(next, [...(upstream.get(next) ?? []), taskId]);
    }
    return { fields, taskId };
  });
  const taken = new Set<string>();
  for (const { taskId } of read) {
    if (taken.has(taskId)) note(`task ${taskId} is there twice`);
    taken.add(taskId);
  }
  for (const [next, before] of upstream)
    if (!taken.has(next)) note(`${next}, which ${before.join(", ")} precede, is no task here: left out`);
  return read.map(({ fields, taskId }) => {
    const operator =
      asText(fields._task_type) ??
      asText(fields.task_type) ??
      asText(fields.operator_name) ??
      asText(asObject(fields.class_ref)?.class_name);
    const command = asText(member(fields, "bash_command"));
    const setting = (name: string) => member(fields, name) ?? defaults[name];
    const rule = asText(setting("trigger_rule"));
    const ofTask = (message: string) => note(`task ${taskId}: ${message}`);
    const known = rule === undefined ? undefined : triggerRule(rule, ofTask);
    if (command !== undefined) noteBash(command, ofTask);
    if (fields.is_mapped === true || fields._is_mapped === true)
      note(`task ${taskId} is mapped: it is one task here`);
    const isLeftOut = command === undefined && (operator === undefined || !isEmpty(operator));
    const asked = asNumber(setting("retries"));
    if (isLeftOut && operator !== undefined) ofTask(leftOutNote(operator, asked));
    // A command that must fail is not worth a wait.
    const retries = isLeftOut && asked !== undefined ? 0 : asked;
    const time = (name: string) => {
      const value = setting(name);
      const ms =
        asNumber(asObject(value)?.ms) ??
        (asNumber(value) === undefined ? undefined : (value as number) * 1000);
      return ms === undefined ? undefined : isoDuration(ms);
    };
    const params = paramsOf(member(fields, "params"));
    const backoff = setting("retry_exponential_backoff");
    if (setting("wait_for_downstream") === true) note(`task ${taskId}: wait_for_downstream is not imported`);
    const pool = asText(setting("pool"));
    if (pool !== undefined && pool !== "default_pool") note(`task ${taskId}: pool is not imported`);
    const [delay, timeout] = [time("retry_delay"), time("execution_timeout")];
    return {
      taskId,
      ...(upstream.has(taskId) ? { dependsOn: upstream.get(taskId) } : {}),
      ...(isLeftOut ? { command: leftOutCommand(operator ?? "task", taskId) } : {}),
      ...(command === undefined ? {} : { command }),
      ...(params === undefined ? {} : { params }),
      ...(known === undefined || known === "all_success" ? {} : { triggerRule: known }),
      ...(asked === undefined || asked === 0 ? {} : { retries }),
      ...(delay === undefined || (retries ?? 0) === 0 ? {} : { retryDelay: delay }),
      ...(backoff === true && (retries ?? 0) > 0 ? { retryBackoff: 2 } : {}),
      ...(timeout === undefined ? {} : { timeout }),
      ...(setting("depends_on_past") === true ? { dependsOnPast: true } : {}),
      ...(operator === undefined ? {} : { meta: { operator } }),
    } as Task;
  });
}
