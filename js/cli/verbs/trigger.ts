// dagfill trigger: one run of a DAG for one date, now.
import { BackfillService } from "../../face.js";
import { dateOf, zoneOf } from "../bounds.js";
import { flags } from "../flags.js";
import { takeInterrupts } from "../interrupts.js";
import { leftOutWarnings } from "../left_out.js";
import { chooseDag, loadDagFile } from "../load_dag.js";
import { showWarnings } from "../plan_view.js";
import { exitCodes, runError } from "../report_error.js";
import { logWriter } from "../reporter.js";
import { TaskLogs } from "../task_logs.js";
import type { Verb } from "../verb.js";

export const trigger: Verb = {
  summary: "run a DAG once, for one date (default: now)",
  positionals: ["FILE"],
  flags: [...flags.dag, ...flags.executionDate, ...flags.conf, ...flags.store, ...flags.log, ...flags.json],
  async run({ positionals: [path = ""], values, terminal, notices, json, world }) {
    const file = await loadDagFile(path);
    const dag = chooseDag(file, values.dagId);
    const { dagId } = dag;
    showWarnings({ warnings: leftOutWarnings(dag), clockChanges: [] }, notices);
    const store = await world.openStore(values.store, "write", notices);
    const interrupts = takeInterrupts();
    const logs = new TaskLogs(values.store);
    try {
      const callbacks = world.callbacks(file, logWriter({ terminal, json, values }), logs);
      const result = await new BackfillService({ dags: file.dags, store, ...callbacks }).trigger({
        dagId,
        ...(typeof values.executionDate === "string" && {
          executionDate: dateOf(values.executionDate, "--execution-date", zoneOf(dag)),
        }),
        ...(values.conf !== undefined && { conf: values.conf as Record<string, unknown> }),
        // One run has nothing to drain: the first Ctrl-C aborts it.
        signal: interrupts.drain,
      });
      const good = result.state === "success";
      if (json) terminal.line(JSON.stringify(result));
      else {
        const why = runError(result.error, 200);
        terminal.line(
          `${terminal.paint(good ? "green" : "red", result.state)}  ${result.runId}${why && `  ${why}`}`,
        );
      }
      if (good) return exitCodes.ok;
      return interrupts.drain.aborted ? exitCodes.interrupted : exitCodes.failed;
    } finally {
      logs.flush();
      interrupts.dispose();
      await store.close();
    }
  },
};
