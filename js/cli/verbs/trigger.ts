// dagfill trigger: one run of a DAG for one date, now.
import { DagfillError } from "../../error.js";
import { BackfillService, type RunStore } from "../../face.js";
import { dateOf, zoneOf } from "../bounds.js";
import { warnOfDags } from "../dag_warnings.js";
import { detachable } from "../detachable.js";
import { executorsOf } from "../executors.js";
import { flags } from "../flags.js";
import { nameTheRerun } from "../in_the_way.js";
import { isDriven } from "../interrupted.js";
import { takeInterrupts } from "../interrupts.js";
import { chooseDag, loadDagFile } from "../load_dag.js";
import { exitCodes, runError } from "../report_error.js";
import { logWriter } from "../reporter.js";
import { TaskLogs } from "../task_logs.js";
import { quoted, typedLine } from "../typed_line.js";
import type { Request, Verb } from "../verb.js";

export const trigger: Verb = {
  summary: "run a DAG once, for one date (default: now)",
  positionals: ["FILE"],
  flags: [...flags.dag, ...flags.executionDate, ...flags.conf, ...flags.store, ...flags.log, ...flags.json],
  async run(request) {
    const {
      positionals: [path = ""],
      values,
      terminal,
      notices,
      json,
      world,
    } = request;
    const file = await loadDagFile(path);
    const dag = chooseDag(file, values.dagId);
    const { dagId } = dag;
    const store = detachable(await world.openStore(values.store, "write", notices));
    const interrupts = takeInterrupts();
    const executors = executorsOf(file, world, {
      logs: new TaskLogs(values.store),
      print: logWriter({ terminal, json, values }),
      hint: typedLine("to run what it left again", `retry ${quoted(path)}`, values),
    });
    const { callbacks, dags, uncaught } = executors;
    try {
      const conf = values.conf as Record<string, unknown> | undefined;
      await warnOfDags([dag], callbacks, conf ?? {}, notices);
      const run = new BackfillService({ dags, store, ...callbacks }).trigger({
        dagId,
        ...(typeof values.executionDate === "string" && {
          executionDate: dateOf(values.executionDate, "--execution-date", zoneOf(dag), notices),
        }),
        ...(conf !== undefined && { conf }),
        // One run has nothing to drain: the first Ctrl-C aborts it.
        signal: interrupts.drain,
      });
      const result = await Promise.race([run, uncaught.failed]).catch(async (error: unknown) => {
        throw await namedRun(error, store, request);
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
      executors.dispose();
      interrupts.dispose();
      // Frees the lease of a run that an uncaught error has left: the next command need not wait for it to expire.
      await store.detach();
      await store.releaseLeases();
      await store.close();
    }
  },
};

/** RUN_EXISTS with the run that the date has. */
async function namedRun(error: unknown, store: RunStore, request: Request): Promise<unknown> {
  if (!(error instanceof DagfillError) || error.code !== "RUN_EXISTS") return error;
  const { dagId, executionDate } = error.details as { dagId: string; executionDate: string };
  const at = Date.parse(executionDate);
  const [run] = await store.listRuns({ dagId, from: at, to: at });
  return nameTheRerun(error, run, await isDriven(store, run), request);
}
