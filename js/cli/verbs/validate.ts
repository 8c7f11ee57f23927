// dagfill validate: checks the DAGs of a file, and prints the schedule and the tasks of each.
import { DagfillError } from "../../error.js";
import { type Dag, explainSchedule, validateDag } from "../../face.js";
import { flags } from "../flags.js";
import { loadDagFile } from "../load_dag.js";
import { exitCodes } from "../report_error.js";
import { shortDurations } from "../short_durations.js";
import { templateWarnings } from "../template_warnings.js";
import type { Verb } from "../verb.js";

export const validate: Verb = {
  summary:
    "check the DAGs of a file: fields, schedules, the order of tasks, templates; a warning leaves the exit code 0",
  positionals: ["FILE"],
  flags: [...flags.json],
  async run({ positionals: [path = ""], terminal, json, world }) {
    const file = await loadDagFile(path);
    const callbacks = world.callbacks(file, () => {});
    const checked = [];
    for (const dag of file.dags) {
      const { order, layers } = validateDag(dag);
      const { text, warnings } = explainSchedule(dag.schedule, dag);
      checked.push({
        dagId: dag.dagId,
        schedule: text,
        order,
        layers,
        warnings: [...warnings, ...shortDurations(dag), ...(await templateWarnings(dag, callbacks))],
      });
    }
    refuseDuplicates(file.dags);
    if (json) {
      terminal.line(JSON.stringify(checked));
      return exitCodes.ok;
    }
    for (const { dagId, schedule, layers, warnings } of checked) {
      terminal.line(`${terminal.paint("green", "ok")} ${terminal.paint("bold", dagId)}  ${schedule}`);
      for (const layer of layers) terminal.line(`  ${layer.join(", ")}`);
      for (const { code, message } of warnings) {
        terminal.line(`  ${terminal.paint("yellow", "warning")} ${code}: ${message}`);
      }
    }
    return exitCodes.ok;
  },
};

/** DUPLICATE_DAG when two DAGs have one id, as each verb says it that takes the whole file. */
function refuseDuplicates(dags: readonly Dag[]): void {
  const seen = new Set<string>();
  for (const [index, { dagId }] of dags.entries()) {
    if (seen.has(dagId))
      throw new DagfillError(
        "DUPLICATE_DAG",
        `dags[${index}]: there is another DAG ${JSON.stringify(dagId)}`,
        {
          field: `dags[${index}].dagId`,
        },
      );
    seen.add(dagId);
  }
}
