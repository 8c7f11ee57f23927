// Warnings about the DAGs of a file, for the verbs that show no plan.
import { BackfillService, type Dag, MemoryStore, nextDates, previousDates } from "../face.js";
import type { Json } from "../json.js";
import type { Warning } from "../warning.js";
import type { Terminal } from "./terminal.js";
import type { Callbacks } from "./verb.js";

/** The codes of warnings about durations and commands, which do not depend on the date. */
const CODES = [
  "short_duration",
  "unknown_macro",
  "missing_conf_key",
  "undefined_param",
  "unknown_xcom",
  "unquoted_in_command",
  "work_not_imported",
];

/** The warnings about a DAG that do not depend on a range of dates, from the plan of one date. `conf` is that of the run; if it is not
 *  known yet, no key of it counts as missing. */
export async function dagWarnings(
  dag: Dag,
  callbacks: Callbacks,
  conf?: Record<string, unknown>,
): Promise<Warning[]> {
  const { dagId, startDate: _start, endDate: _end, ...rest } = dag;
  const { schedule, date } = sampleOf(dag);
  const dags = [{ ...rest, dagId, schedule }];
  const service = new BackfillService({ dags, store: new MemoryStore(), ...callbacks });
  const { warnings } = await service.preview({
    dagId,
    startDate: date,
    endDate: date,
    includeNotDue: true,
    ...(conf !== undefined && { conf: conf as Record<string, Json> }),
  });
  return warnings.filter(
    ({ code }) => CODES.includes(code) && (conf !== undefined || code !== "missing_conf_key"),
  );
}

const DAY = "2024-01-01T00:00:00Z";

/** A date of the DAG's schedule, so that it has the neighbours that `prev_ds` and `next_ds` name. A DAG without dates is rendered as one that
 *  runs daily: its runs by hand have these names, too. */
function sampleOf(dag: Dag): { schedule: NonNullable<Dag["schedule"]>; date: string } {
  const { schedule, startDate = DAY } = dag;
  if (schedule !== null) {
    const [date] = [...nextDates(schedule, startDate, 1, dag), ...previousDates(schedule, startDate, 1, dag)];
    if (date !== undefined) return { schedule, date };
  }
  return { schedule: { dates: ["2023-12-31", DAY, "2024-01-02"] }, date: DAY };
}

/** Writes the warnings of several DAGs, each with its DAG. */
export async function warnOfDags(
  dags: readonly Dag[],
  callbacks: Callbacks,
  conf: Record<string, unknown> | undefined,
  notices: Terminal,
): Promise<void> {
  for (const dag of dags) {
    for (const { code, message } of await dagWarnings(dag, callbacks, conf))
      notices.line(`${notices.paint("yellow", "warning")} ${dag.dagId}  ${code}: ${message}`);
  }
}
