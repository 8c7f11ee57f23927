// dagfill validate: checks the DAGs of a file, and prints the schedule and the tasks of each.
import { BackfillService, explainSchedule, MemoryStore, validateDag } from "../../face.js";
import { dagWarnings } from "../dag_warnings.js";
import { flags } from "../flags.js";
import { loadDagFile } from "../load_dag.js";
import { exitCodes } from "../report_error.js";
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
        warnings: [...warnings, ...(await dagWarnings(dag, callbacks))],
      });
    }
    // Refuses two DAGs with one id, as the verbs do that take the whole file.
    new BackfillService({ dags: file.dags, store: new MemoryStore() });
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
