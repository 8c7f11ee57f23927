// The settings that the templates of a DAG's runs share: those of its author, the service and the backfill.
import type { CheckedDag, CheckedTask } from "../dag/dag.js";
import type { CheckedLookups } from "./lookups.js";
import type { CheckedTemplateOptions, OnUnknown } from "./options.js";

/** How the templates of a DAG's runs are rendered. */
export interface TemplateEnvironment {
  dag: CheckedDag;
  /** `onUnknown` of the backfill; it wins over those of tasks and DAG. */
  asked: OnUnknown | undefined;
  macroTimeZone: string | undefined;
  /** `onUnknown` of the service. */
  fallback: OnUnknown | undefined;
  lookups: readonly CheckedLookups[];
  /** The host's clock, for `now()` and its kin. */
  now: (() => number) | undefined;
  /** Values of variables and connections are shown as `***`. */
  masked?: boolean;
  /** Texts that stayed as written in all renderings so far. */
  unresolved: number;
}

/** The template options of a service and a backfill as they hold for one DAG. */
export function environmentOf(
  dag: CheckedDag,
  host: CheckedTemplateOptions & { now?: () => number },
  options: { onUnknown?: OnUnknown; macroTimeZone?: string } = {},
): TemplateEnvironment {
  return {
    dag,
    asked: options.onUnknown,
    macroTimeZone: options.macroTimeZone ?? dag.macroTimeZone,
    fallback: host.onUnknown,
    lookups: [dag, host],
    now: host.now,
    unresolved: 0,
  };
}

/** The effective `onUnknown`: that of the call, else of the backfill, the task, the DAG, the service. `undefined` where none of them has
 *  one. */
export function onUnknownOf(
  { asked, dag, fallback }: TemplateEnvironment,
  task?: CheckedTask,
  own?: OnUnknown,
): OnUnknown | undefined {
  return own ?? asked ?? task?.onUnknown ?? dag.onUnknown ?? fallback;
}

const attributes = new WeakMap<CheckedDag, string>();

/** Attributes of a DAG as JSON text, without what templates reach by other ways. */
export function attributesOf(dag: CheckedDag): string {
  let text = attributes.get(dag);
  if (text === undefined) {
    const { tasks, timetable, params, variables, connections, macros, ...rest } = dag;
    text = JSON.stringify(rest);
    attributes.set(dag, text);
  }
  return text;
}

/** Further facts of a run, as JSON by the names that templates write: attributes of `dag`, `task` and `dag_run`, the time, and whether it is
 *  a preview. `undefined` where there is nothing of these that the template could read. */
export function knownText(
  { dag, now, masked }: TemplateEnvironment,
  template: string,
  run: {
    task?: CheckedTask | undefined;
    startedAt?: string | undefined;
    elsewhere?: string | undefined;
    chunk?: object | undefined;
    dataInterval?: { end: string } | undefined;
  },
): string | undefined {
  const { task, startedAt, elsewhere, chunk, dataInterval } = run;
  const parts: string[] = [];
  if (template.includes("dag")) {
    parts.push(`"dag":${attributesOf(dag)}`);
    if (startedAt !== undefined) parts.push(`"facts":{"dag_run.start_date":"${startedAt}"}`);
  }
  if (task !== undefined && template.includes("task")) parts.push(`"task":${JSON.stringify(task)}`);
  if (elsewhere !== undefined && template.includes("xcom_pull")) parts.push(`"elsewhere":${elsewhere}`);
  // A chunk covers more than its date does.
  if (chunk !== undefined && dataInterval !== undefined && template.includes("interval"))
    parts.push(`"until":${Date.parse(dataInterval.end)}`);
  if (masked) parts.push('"preview":true');
  if (now !== undefined && template.includes("now")) parts.push(`"now":${Math.round(now())}`);
  return parts.length === 0 ? undefined : `{${parts.join()}}`;
}
