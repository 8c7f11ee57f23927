// dagfill worker: executes the jobs of an engine with a file's callbacks, on one of any number of machines.
import type { WorkerEvent } from "../../engine/worker_options.js";
import { DagfillError } from "../../error.js";
import { failure } from "../../failure.js";
import { zoneOf } from "../bounds.js";
import { executorsOf } from "../executors.js";
import { flags } from "../flags.js";
import { aborted, graceOf, settling, takeInterrupts } from "../interrupts.js";
import { loadDagFile } from "../load_dag.js";
import { localDate } from "../local_date.js";
import { exitCodes } from "../report_error.js";
import { logWriter } from "../reporter.js";
import { workerWhenThere } from "../servers.js";
import { TaskLogs } from "../task_logs.js";
import type { Verb } from "../verb.js";

export const worker: Verb = {
  summary: "execute the jobs that coordinators submit to the engine, until SIGTERM",
  positionals: ["FILE"],
  flags: [...flags.engine, ...flags.concurrency, ...flags.stop, ...flags.log, ...flags.json],
  async run({ positionals: [path = ""], values, terminal, notices, json, world }) {
    if (typeof values.engine !== "string") {
      throw new DagfillError("INVALID_OPTION", "expected --engine URL, got nothing", {
        field: "--engine",
        hint: "such as redis://localhost:6379",
      });
    }
    const file = await loadDagFile(path);
    const interrupts = takeInterrupts(graceOf(values.abortGrace));
    const print = logWriter({ terminal, json, values });
    // Its store is elsewhere: what a log file would keep goes to its output.
    const logs = new TaskLogs(":memory:", print);
    const executors = executorsOf(file, world, { logs, print, hint: "other workers take its jobs up again" });
    const { callbacks, dags, uncaught } = executors;
    const zones = new Map(file.dags.map((dag) => [dag.dagId, zoneOf(dag)]));
    const tell = ({ type, error, ...event }: Omit<WorkerEvent, "type"> & { type: string }) => {
      const at = new Date().toISOString();
      const message = error === undefined ? undefined : failure(error).message;
      if (json) return terminal.line(JSON.stringify({ type, at, ...event, error: message }));
      const parts = [at, type, ...subjectOf(event, zones), event.key, message];
      terminal.line(parts.filter((part) => part !== undefined && part !== "").join("  "));
    };
    try {
      const url = values.engine;
      const made = await workerWhenThere(url, notices, interrupts.drain, (signal) =>
        world.worker(url, {
          ...callbacks,
          dags,
          concurrency: (values.concurrency as number | undefined) ?? 1,
          signal,
          onEvent: tell,
        }),
      );
      if (!interrupts.drain.aborted) tell({ type: "ready", key: `pid ${process.pid}` });
      await Promise.race([aborted(interrupts.drain), uncaught.failed]);
      notices.line(
        `stopping: the jobs at work (${made.running}) may finish; Ctrl-C again leaves them to other workers`,
      );
      const closed = made.close();
      await Promise.race([closed, aborted(interrupts.abort), uncaught.failed]);
      if (interrupts.abort.aborted) await settling(made.close({ running: "abort" }));
      return interrupts.abort.aborted ? exitCodes.interrupted : exitCodes.ok;
    } finally {
      executors.dispose();
      interrupts.dispose();
    }
  },
};

/** The DAG, its date on the clock of its zone, the task and the attempt of a job. */
function subjectOf(
  { dagId, executionDate, taskId, attempt }: Omit<WorkerEvent, "type">,
  zones: ReadonlyMap<string, string | undefined>,
): (string | undefined)[] {
  const date = executionDate === undefined ? undefined : localDate(executionDate, zones.get(dagId ?? ""));
  return [dagId, date, taskId, attempt === undefined ? undefined : `attempt ${attempt}`];
}
