// Warnings about the templates of a DAG, for the verbs that show no plan.
import { BackfillService, type Dag, MemoryStore } from "../face.js";
import type { Json } from "../json.js";
import type { Warning } from "../warning.js";
import type { Terminal } from "./terminal.js";
import type { Callbacks } from "./verb.js";

/** The warnings of a plan that are about commands, whatever the date. */
const CODES = [
  "unknown_macro",
  "missing_conf_key",
  "unknown_xcom",
  "unquoted_in_command",
  "work_not_imported",
];

/** The warnings that the plan of one date has of the DAG's templates. `conf`: what the run is started with; where that is not
 *  known yet, no key of it counts as missing. */
export async function templateWarnings(
  dag: Dag,
  callbacks: Callbacks,
  conf?: Record<string, unknown>,
): Promise<Warning[]> {
  const { dagId, startDate: _start, endDate: _end, ...rest } = dag;
  const day = "2024-01-01";
  const dags = [{ ...rest, dagId, schedule: { dates: [day] } }];
  const service = new BackfillService({ dags, store: new MemoryStore(), ...callbacks });
  const { warnings } = await service.preview({
    dagId,
    startDate: day,
    endDate: day,
    ...(conf !== undefined && { conf: conf as Record<string, Json> }),
  });
  return warnings.filter(
    ({ code }) => CODES.includes(code) && (conf !== undefined || code !== "missing_conf_key"),
  );
}

/** Writes the warnings of several DAGs, each with its DAG. */
export async function warnOfTemplates(
  dags: readonly Dag[],
  callbacks: Callbacks,
  conf: Record<string, unknown> | undefined,
  notices: Terminal,
): Promise<void> {
  for (const dag of dags) {
    for (const { code, message } of await templateWarnings(dag, callbacks, conf))
      notices.line(`${notices.paint("yellow", "warning")} ${dag.dagId}  ${code}: ${message}`);
  }
}
