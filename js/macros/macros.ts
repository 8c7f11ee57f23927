// Templates: `{{ ds }}` and its kin, conf, params and XCom.
import { RUN_TYPES } from "../codes.js";
import type { Json, JsonInput } from "../json.js";
import { record } from "../json_input.js";
import { type DateValue, date, fields, name, oneOf, type Spec, text } from "../options.js";
import { call } from "../raw.js";
import type { DateInput, ScheduleInput, TimetableOptions } from "../schedule/input.js";
import { instantsOf } from "../schedule/instants.js";
import { dagsOwn, timetable } from "../schedule/options.js";
import { timetableSpec, wireOf } from "../schedule/timetable.js";
import type { RunType } from "../store/store.js";
import { lookupHost } from "./lookups.js";
import { type CheckedTemplateOptions, type TemplateOptions, templateSpec } from "./options.js";
import { type MacroSettings, macrosKey, macrosOf, piecewise, renderText, renderValue } from "./render.js";

export interface MacroOptions<Values extends object = Record<string, JsonInput>> extends TemplateOptions {
  conf?: Values;
  params?: Values;
  dagId?: string;
  /** Default: `<run type>__<logical date in UTC>`. */
  runId?: string;
  taskId?: string;
  /** Default "backfill". */
  runType?: RunType;
  /** Zone in which dates are written. Default: the schedule's. "UTC" gives Airflow's output. */
  macroTimeZone?: string;
}

export interface RenderContext<Values extends object = Record<string, JsonInput>>
  extends TimetableOptions,
    MacroOptions<Values> {
  executionDate: DateInput;
  schedule?: ScheduleInput;
  /** By task id, then key. */
  xcom?: Record<string, Record<string, Json>>;
}

type Settings = TimetableOptions &
  MacroSettings &
  CheckedTemplateOptions & { runId?: string; taskId?: string };

const spec: Spec<Settings> = {
  ...timetableSpec,
  conf: record,
  params: record,
  dagId: name,
  runId: name,
  taskId: name,
  runType: oneOf(...RUN_TYPES),
  macroTimeZone: name,
  ...templateSpec,
};

/** Resolves `{{ ds }}`-style macros, conf and params. What cannot be resolved, and conf keys that are absent, stay exactly as
 *  written; so do XCom references.
 *
 *  ```js
 *  resolveDateMacros("s3://bucket/{{ ds_nodash }}/", "2024-01-31"); // "s3://bucket/20240131/"
 *  ``` */
export function resolveDateMacros(
  template: string,
  executionDate: DateInput,
  schedule: ScheduleInput = null,
  options: TimetableOptions & MacroOptions<object> = {},
): string {
  const read = fields<Settings>(options, "options", spec, dagsOwn);
  const [source, at] = [text(template, "template"), date(executionDate, "executionDate")];
  const macros = macrosOf(macrosKey(wireOf(schedule, read as TimetableOptions), read));
  const { runId, taskId } = read;
  return renderText(macros, source, { date: at, runId, taskId, host: lookupHost([read]) });
}

/** Resolves `{{ xcom.task.key }}` and `{{ ti.xcom_pull(task_ids='task', key='key') }}`. Absent values, and all else, stay as written. */
export function resolveXcom(template: string, xcom: Record<string, Record<string, Json>>): string {
  const [source, values] = [text(template, "template"), JSON.stringify(record(xcom, "xcom"))];
  return piecewise(source, (part) => call((wasm) => wasm.resolveXcom(part, values)));
}

/** Resolves XCom first, then date macros over the result, through every string of a JSON value, keys too. Values of XCom are
 *  templates; those of conf, and what macros print, are data and never scanned again. */
export function render(value: string, context: RenderContext<object>): string;
export function render(value: JsonInput, context: RenderContext<object>): Json;
export function render(value: JsonInput, context: RenderContext<object>): Json {
  const { executionDate, schedule, xcom, ...read } = fields<
    Settings & { executionDate: DateValue; schedule: unknown; xcom: Record<string, Json> }
  >(
    context,
    "context",
    {
      ...spec,
      executionDate: date,
      // Read below, together with the options that belong to it.
      schedule: (given) => ({ given }),
      xcom: record,
    },
    dagsOwn,
  );
  const at = date(executionDate, "executionDate");
  const given = (schedule as { given: unknown } | undefined)?.given ?? null;
  const macros = macrosOf(macrosKey(wireOf(given, read as TimetableOptions), read));
  const values = xcom === undefined ? undefined : JSON.stringify(xcom);
  const run = {
    date: at,
    runId: read.runId,
    taskId: read.taskId,
    xcom: values === undefined ? undefined : () => values,
    host: lookupHost([read]),
  };
  return renderValue(macros, value, run);
}

/** One template over many dates in one call, for previews of large ranges. */
export function renderRange(
  template: string,
  dates: Float64Array | readonly DateInput[],
  schedule: ScheduleInput,
  options: TimetableOptions & MacroOptions<object> = {},
): string[] {
  const read = fields<Settings>(options, "options", spec, dagsOwn);
  const wire = wireOf(schedule, read as TimetableOptions);
  const source = text(template, "template");
  const instants = instantsOf(timetable(schedule, read as TimetableOptions), dates);
  const macros = macrosOf(macrosKey(wire, read));
  const { runId, taskId } = read;
  const host = lookupHost([read]);
  if (host !== undefined || !source.isWellFormed()) {
    return Array.from(instants, (at) => renderText(macros, source, { date: at, runId, taskId, host }));
  }
  const rendered = call(() => macros.raw.renderRange(source, instants, runId, taskId));
  const [all, ends] = [rendered.takeText(), rendered.takeEnds()];
  rendered.free();
  const texts: string[] = new Array(ends.length);
  let start = 0;
  for (let row = 0; row < ends.length; row++) {
    const end = ends[row] as number;
    texts[row] = all.slice(start, end);
    start = end;
  }
  return texts;
}

/** The names that a template uses, and the tags in it that cannot be resolved, with spans and "did you mean". */
export function inspectTemplate(template: string): {
  macros: string[];
  confKeys: string[];
  /** `dagId` where it is another DAG's, `prior` where runs on earlier dates may have left it. */
  xcoms: { taskId: string; key: string; dagId?: string; prior?: boolean }[];
  /** `message` names the construct: "macros.datatime: no such macro, did you mean macros.datetime?". */
  unknown: { text: string; start: number; end: number; message: string; suggestion?: string }[];
  dependsOnDate: boolean;
  /** Whether it tells the time of its own rendering. */
  usesNow: boolean;
  /** Variables and connections, as they are written: `var.value.x`, `conn.x`. */
  lookups: string[];
  /** Every macro, filter, method, test, key and statement, in order. */
  uses: { name: string; kind: string; start: number; end: number }[];
} {
  const source = text(template, "template");
  return call((wasm) => wasm.inspectTemplate(source));
}
