// The parts of a plan's hash beside its rows, as canonical texts: the schedule, the DAG's tasks, the macro options and the options
// of the runs. A name that is not listed here as left out goes in, so that a new option is covered from the start.

import type { CheckedDag } from "../dag/dag.js";
import { canonical } from "../json.js";
import type { CheckedTemplateOptions } from "../macros/options.js";
import type { CheckedOptions } from "./backfill_options.js";

/** Fields of a DAG that shape no run of a backfill: they describe it, or are for the scheduler alone. */
const DAG_ELSEWHERE = [
  "dagId",
  "hasSchedule",
  "startDate",
  "endDate",
  "catchup",
  "maxActiveRuns",
  "dependsOnPast",
  "inputs",
  "calendars",
  "warnings",
];
const DESCRIPTIVE = ["description", "tags", "owner", "position", "meta", "$schema"];
/** Their values are not covered, because they are secrets and may change at any time: only whether they are there. */
const LOOKUPS = ["variables", "connections", "macros"];
const MACRO_OPTIONS = ["params", "onUnknown", "macroTimeZone", ...LOOKUPS];
/** Options that the rows show already, the pace, and what only names or shows a backfill. */
const OPTIONS_ELSEWHERE = [
  "dagId",
  "startDate",
  "endDate",
  "dryRun",
  "rerunFailed",
  "resetDagRun",
  "reprocess",
  "conf",
  "confFor",
  "excludeDates",
  "dates",
  "order",
  "includeNotDue",
  "runBackwards",
  "coverage",
  "maxRuns",
  "planHash",
  "backfillId",
  "taskIds",
  "withUpstream",
  "maxParallelRuns",
  "rate",
  "cascade",
  "labels",
  "note",
];

function without(value: object, ...lists: readonly string[][]): Record<string, unknown> {
  const left = new Set(lists.flat());
  return Object.fromEntries(Object.entries(value).filter(([key]) => !left.has(key) && !key.startsWith("x-")));
}

function macroOptions(value: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, member]) => MACRO_OPTIONS.includes(key) && member !== undefined)
      .map(([key, member]) => [key, LOOKUPS.includes(key) ? "given" : member]),
  );
}

/** `conf` with whether there is a `confFor`; "" where there is neither. */
export function confText({ conf, confFor }: CheckedOptions): string {
  const text = conf === undefined ? "" : canonical(conf);
  return confFor === undefined ? text : `${text} function`;
}

/** The texts of the DAG alone, without its macro options. */
export function hashedDag(dag: CheckedDag) {
  const { timetable, tasks, ...rest } = without(
    dag,
    DAG_ELSEWHERE,
    DESCRIPTIVE,
    MACRO_OPTIONS,
  ) as unknown as CheckedDag;
  return {
    // The core hashes the zone by its own name.
    schedule: canonical({ ...timetable, timeZone: undefined }),
    tasks: canonical([rest, ...tasks.map((task) => without(task, DESCRIPTIVE))]),
  };
}

/** `host`: the service's options of templates, which hold where neither the backfill nor the DAG sets them. */
export function hashedTexts(dag: CheckedDag, options: CheckedOptions, host: CheckedTemplateOptions) {
  const onUnknown = options.onUnknown ?? dag.onUnknown ?? host.onUnknown ?? "keep";
  return {
    ...hashedDag(dag),
    // The effective value counts, whether the backfill, the DAG or the service sets it; an unset one is the default.
    templates: canonical(
      [
        { ...dag, onUnknown: undefined },
        { ...options, onUnknown: undefined },
        { ...host, onUnknown },
      ].map(macroOptions),
    ),
    options: canonical(without(options, OPTIONS_ELSEWHERE, MACRO_OPTIONS)),
  };
}
